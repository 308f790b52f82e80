"""What a format cannot keep: each a sentence for a person, and what it does to a record.

`strip` takes from an article exactly what is lost, `strip_study` from the study. So a round trip
can be held against them: what comes back equals what went out, stripped by the format's losses.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..records import ArticleRecord, AssignmentRecord, LinkRecord, SpanRecord, StudyRecord


def _all(article: ArticleRecord) -> ArticleRecord:
    return article


def _whole(study: StudyRecord) -> StudyRecord:
    return study


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that does not come back, in plain English."""

    name: str
    sentence: str
    strip: Callable[[ArticleRecord], ArticleRecord] = _all
    strip_study: Callable[[StudyRecord], StudyRecord] = _whole


def strip_all(losses: tuple[Loss, ...], article: ArticleRecord) -> ArticleRecord:
    for loss in losses:
        article = loss.strip(article)
    return article


def strip_study(losses: tuple[Loss, ...], study: StudyRecord) -> StudyRecord:
    for loss in losses:
        study = loss.strip_study(study)
    return study


def each_assignment(
    change: Callable[[AssignmentRecord], AssignmentRecord],
) -> Callable[[ArticleRecord], ArticleRecord]:
    """A strip that changes every annotator's work and the gold's marks alike."""

    def strip(article: ArticleRecord) -> ArticleRecord:
        gold = article.gold
        if gold is not None:
            marks = AssignmentRecord("", gold.spans, gold.links, gold.entities)
            marks = change(marks)
            gold = replace(gold, spans=marks.spans, links=marks.links, entities=marks.entities)
        assignments = tuple(change(each) for each in article.assignments)
        return replace(article, assignments=assignments, gold=gold)

    return strip


def each_span(change: Callable[[SpanRecord], SpanRecord]) -> Callable[..., ArticleRecord]:
    return each_assignment(
        lambda work: replace(work, spans=tuple(change(span) for span in work.spans))
    )


def each_link(change: Callable[[LinkRecord], LinkRecord]) -> Callable[..., ArticleRecord]:
    return each_assignment(
        lambda work: replace(work, links=tuple(change(link) for link in work.links))
    )


def _keep_spans(keeps: Callable[[SpanRecord], bool]) -> Callable[[ArticleRecord], ArticleRecord]:
    def change(work: AssignmentRecord) -> AssignmentRecord:
        spans = tuple(span for span in work.spans if keeps(span))
        known = {span.id for span in spans}
        links = tuple(link for link in work.links if {link.source, link.target} <= known)
        return replace(work, spans=spans, links=links)

    return each_assignment(change)


def _without_gold(article: ArticleRecord) -> ArticleRecord:
    return replace(article, gold=None)


def _without_decisions(article: ArticleRecord) -> ArticleRecord:
    if article.gold is None:
        return article
    return replace(article, gold=replace(article.gold, provenance=(), link_provenance=()))


def _without_provenance(article: ArticleRecord) -> ArticleRecord:
    article = _without_decisions(article)
    return replace(article, gold=article.gold and replace(article.gold, state="closed"))


# Neutral records hold no history, so nothing is to be stripped.
HISTORY = Loss(
    "history",
    "Who changed what and when is left out: only the marks as they stand now.",
)
CODEBOOK = Loss(
    "codebook",
    "Of the codebook only the names that marks use come back: definitions, rules and older "
    "versions are left out.",
    strip_study=lambda study: replace(study, codebooks=()),
)
STUDY = Loss(
    "study",
    "What holds for the whole study is left out: its name and description, its people's roles, "
    "its rounds' purposes and days.",
    strip_study=lambda study: StudyRecord(codebooks=study.codebooks),
)
# Neutral records hold no reports either.
REPORTS = Loss("reports", "Reports on agreement are left out.")
OF_STUDY = (CODEBOOK, STUDY, REPORTS)
THREADS = Loss(
    "threads",
    "What was said about an article in threads is left out.",
    lambda article: replace(article, threads=()),
)
REGIONS = Loss(
    "regions",
    "Which stretches are not article text is left out.",
    lambda article: replace(article, regions=()),
)
PARTICULARS = Loss(
    "particulars",
    "Outlet, byline, address, date, language and event of an article are left out.",
    lambda article: replace(
        article, outlet="", byline="", url="", published_on="", language="", direction="", event=""
    ),
)
GOLD = Loss("gold", "Gold is left out.", _without_gold)
PROVENANCE = Loss(
    "provenance",
    "Who proposed and decided each gold span and link, and why, is left out, and whether gold is "
    "still being decided.",
    _without_provenance,
)
DECISIONS = Loss(
    "provenance",
    "Who proposed and decided each gold span and link, and why, is left out.",
    _without_decisions,
)
LINKS = Loss(
    "links",
    "Links from a source to its words are left out.",
    each_assignment(lambda work: replace(work, links=())),
)
CUES = Loss(
    "cues",
    "The cue words of links are left out.",
    each_link(lambda link: replace(link, cue=None)),
)
EXTENTS = Loss(
    "extents",
    "Extents (the words a source answers for, which bear no label) are left out, and their links.",
    _keep_spans(lambda span: span.label is not None),
)
FRAGMENTED = Loss(
    "fragmented",
    "Spans of more than one stretch are left out, and their links.",
    _keep_spans(lambda span: len(span.fragments) == 1),
)
ATTRIBUTES = Loss(
    "attributes",
    "The answers about a span, and the names in the source ledger, are left out.",
    each_assignment(
        lambda work: replace(
            work,
            entities=(),
            spans=tuple(replace(span, attributes={}) for span in work.spans),
        )
    ),
)
NOTES = Loss("notes", "Notes are left out.", each_span(lambda span: replace(span, note="")))
FLAGS = Loss("flags", "Flags are left out.", each_span(lambda span: replace(span, flag="")))
SUGGESTIONS = Loss(
    "suggestions",
    "Suggestions that nobody has accepted are left out.",
    _keep_spans(lambda span: not span.suggested),
)
ORIGINS = Loss(
    "origins",
    "Whether a mark was made by hand, imported or suggested is left out.",
    each_span(lambda span: replace(span, origin="")),
)
VERSIONS = Loss(
    "versions",
    "Which codebook version a mark was made under is left out.",
    each_assignment(
        lambda work: replace(
            work,
            codebook=None,
            spans=tuple(replace(span, codebook=None) for span in work.spans),
        )
    ),
)
ROUNDS = Loss(
    "rounds",
    "Which round the work belongs to, and whether it was submitted, is left out.",
    each_assignment(lambda work: replace(work, round="", state="")),
)
