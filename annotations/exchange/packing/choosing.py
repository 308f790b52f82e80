"""Who and what goes out, chosen before any format sees it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from ..records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    GoldRecord,
    SpanRecord,
)
from .aliases import Renaming
from .asked import Asked
from .soft import soft_labels
from .wordless import without_text

EXTENT = "extent"  # the name of what bears no label, among labels
DONE = ("submitted",)
QUOTING = (
    "Answers in words and notes that stand in the article word for word are left out, too. Titles, "
    "threads, names in ledgers, and answers and notes in other words stay, and may quote the "
    "article."
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
    asked = Asked(corpus.study)
    return Corpus(study, _Chosen(corpus.articles, wanted, asked, renaming))


def named(wanted: Wanted, renaming: Renaming | None) -> Wanted:
    """What was wanted, in words that may go out: under pseudonyms no names of annotators."""
    if renaming is None:
        return wanted
    known = (renaming.aliases[name] for name in wanted.annotators if name in renaming.aliases)
    rounds = tuple(map(renaming.round, wanted.rounds))
    return replace(wanted, annotators=tuple(sorted(known)), rounds=rounds)


class _Chosen:
    def __init__(
        self,
        articles: Iterable[ArticleRecord],
        wanted: Wanted,
        asked: Asked,
        renaming: Renaming | None,
    ) -> None:
        self._articles = articles
        self._wanted = wanted
        self._asked = asked
        self._renaming = renaming

    def __iter__(self) -> Iterator[ArticleRecord]:
        for article in self._articles:
            chosen = choose_article(article, self._wanted, self._asked, self._renaming)
            if chosen is not None:
                yield chosen


def choose_article(
    article: ArticleRecord, wanted: Wanted, asked: Asked, renaming: Renaming | None = None
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
    if not wanted.texts:
        article = without_text(article, asked)
    return renaming.article(article) if renaming else article


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
