"""Who and what goes out, chosen before any format sees it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from ..records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    FragmentRecord,
    GoldRecord,
    LinkRecord,
    LinkVoteRecord,
    RulingRecord,
    SpanRecord,
    ThreadRecord,
    VoteRecord,
)
from .aliases import Renaming
from .soft import soft_labels

EXTENT = "extent"  # the name of what bears no label, among labels
DONE = ("submitted",)
QUOTING = (
    "Titles, notes, threads, answers in words and names in ledgers stay, and may quote the article."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An empty tuple means all. `labels` are slugs, "extent" is one of them."""

    annotators: tuple[str, ...] = ()
    gold: bool = True
    soft_labels: bool = False
    threads: bool = True
    labels: tuple[str, ...] = ()
    rounds: tuple[str, ...] = ()
    states: tuple[str, ...] = DONE
    suggestions: bool = False
    unmarked: bool = True  # articles without chosen work too, with their gold and threads
    texts: bool = True
    pseudonyms: bool = False

    @property
    def left_out(self) -> list[str]:
        """The fields by which something of a study stays behind. `states` as they are without any
        wish are none."""
        narrow = [name for name in ("annotators", "labels", "rounds") if getattr(self, name)]
        narrow += ["states"] if self.states not in ((), DONE) else []
        narrow += [
            name for name in ("gold", "threads", "unmarked", "texts") if not getattr(self, name)
        ]
        return [*narrow, "pseudonyms"] if self.pseudonyms else narrow

    def as_json(self) -> dict[str, Any]:
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Wanted":
        known = {field.name for field in fields(cls)}
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in plain.items()
            if name in known
        }
        return cls(**given)


def choose(corpus: Corpus, wanted: Wanted, renaming: Renaming | None = None) -> Corpus:
    """The corpus as it goes out. Articles are chosen while they are walked. `renaming` must be
    there where pseudonyms are wanted."""
    if wanted.pseudonyms and renaming is None:
        raise ValueError("Pseudonyms are wanted, and there is nothing to make them.")
    study = renaming.study(corpus.study) if renaming else corpus.study
    return Corpus(study, _Chosen(corpus.articles, wanted, renaming))


def named(wanted: Wanted, renaming: Renaming | None) -> Wanted:
    """What was wanted, in words that may go out: under pseudonyms no names of annotators."""
    if renaming is None:
        return wanted
    known = (renaming.aliases[name] for name in wanted.annotators if name in renaming.aliases)
    rounds = tuple(map(renaming.round, wanted.rounds))
    return replace(wanted, annotators=tuple(sorted(known)), rounds=rounds)


class _Chosen:
    def __init__(
        self, articles: Iterable[ArticleRecord], wanted: Wanted, renaming: Renaming | None
    ) -> None:
        self._articles = articles
        self._wanted = wanted
        self._renaming = renaming

    def __iter__(self) -> Iterator[ArticleRecord]:
        for article in self._articles:
            chosen = choose_article(article, self._wanted, self._renaming)
            if chosen is not None:
                yield chosen


def choose_article(
    article: ArticleRecord, wanted: Wanted, renaming: Renaming | None = None
) -> ArticleRecord | None:
    works = tuple(
        _thinned(work, wanted) for work in article.assignments if _is_wanted(work, wanted)
    )
    gold = _gold(article.gold, wanted) if wanted.gold and article.gold else None
    if not works and not wanted.unmarked:
        return None
    article = replace(
        article,
        assignments=works,
        gold=gold,
        threads=article.threads if wanted.threads else (),
    )
    if wanted.soft_labels:
        article = replace(article, soft_labels=soft_labels(article))
    if renaming:
        article = renaming.article(article)
    return article if wanted.texts else without_text(article)


def _is_wanted(work: AssignmentRecord, wanted: Wanted) -> bool:
    return (
        (not wanted.annotators or work.annotator in wanted.annotators)
        and (not wanted.rounds or work.round in wanted.rounds)
        and (not wanted.states or work.state in wanted.states)
    )


def _thinned(work: AssignmentRecord, wanted: Wanted) -> AssignmentRecord:
    spans = tuple(span for span in work.spans if _has_label(span, wanted))
    if not wanted.suggestions:
        spans = tuple(span for span in spans if not span.suggested)
    return work if len(spans) == len(work.spans) else _with_spans(work, spans)


def _has_label(span: SpanRecord, wanted: Wanted) -> bool:
    return not wanted.labels or (span.label or EXTENT) in wanted.labels


def _with_spans(work: AssignmentRecord, spans: tuple[SpanRecord, ...]) -> AssignmentRecord:
    """Links go with the spans that they join, names with the answers that give them."""
    known = {span.id for span in spans}
    answered = {answer for span in spans for answer in span.attributes.values()}
    return replace(
        work,
        spans=spans,
        links=tuple(link for link in work.links if {link.source, link.target} <= known),
        entities=tuple(entity for entity in work.entities if entity.id in answered),
    )


def _gold(gold: GoldRecord, wanted: Wanted) -> GoldRecord:
    spans = tuple(span for span in gold.spans if _has_label(span, wanted))
    if len(spans) == len(gold.spans):
        return gold
    marks = _with_spans(AssignmentRecord("", gold.spans, gold.links, gold.entities), spans)
    known = {span.id for span in spans}
    return replace(
        gold,
        spans=spans,
        links=marks.links,
        entities=marks.entities,
        provenance=tuple(each for each in gold.provenance if each.span in known),
        link_provenance=tuple(
            each for each in gold.link_provenance if {each.source, each.target} <= known
        ),
    )


# --- texts ----------------------------------------------------------------------------------------


def without_text(article: ArticleRecord) -> ArticleRecord:
    """Offsets and the text's hash stay; the words of every stretch go."""
    gold = article.gold
    if gold is not None:
        gold = replace(
            gold,
            spans=tuple(map(_wordless_span, gold.spans)),
            links=tuple(map(_wordless_link, gold.links)),
            provenance=tuple(
                replace(
                    each,
                    votes=tuple(map(_wordless_vote, each.votes)),
                    rulings=tuple(map(_wordless_ruling, each.rulings)),
                )
                for each in gold.provenance
            ),
            link_provenance=tuple(
                replace(
                    each,
                    votes=tuple(map(_wordless_link_vote, each.votes)),
                    rulings=tuple(map(_wordless_ruling, each.rulings)),
                )
                for each in gold.link_provenance
            ),
        )
    return replace(
        article,
        text="",
        gold=gold,
        assignments=tuple(
            replace(
                work,
                spans=tuple(map(_wordless_span, work.spans)),
                links=tuple(map(_wordless_link, work.links)),
            )
            for work in article.assignments
        ),
        threads=tuple(map(_wordless_thread, article.threads)),
    )


def _wordless(fragment: FragmentRecord) -> FragmentRecord:
    return replace(fragment, text="")


def _wordless_span(span: SpanRecord) -> SpanRecord:
    return replace(span, fragments=tuple(map(_wordless, span.fragments)))


def _wordless_ruling(ruling: RulingRecord) -> RulingRecord:
    cue = _wordless(ruling.cue) if ruling.cue else None
    return replace(ruling, fragments=tuple(map(_wordless, ruling.fragments)), cue=cue)


def _wordless_link_vote(vote: LinkVoteRecord) -> LinkVoteRecord:
    return replace(vote, cue=_wordless(vote.cue)) if vote.cue else vote


def _wordless_link(link: LinkRecord) -> LinkRecord:
    return replace(link, cue=_wordless(link.cue)) if link.cue else link


def _wordless_vote(vote: VoteRecord) -> VoteRecord:
    return replace(vote, fragments=tuple(map(_wordless, vote.fragments)))


def _wordless_thread(thread: ThreadRecord) -> ThreadRecord:
    return replace(thread, about=_wordless(thread.about)) if thread.about else thread
