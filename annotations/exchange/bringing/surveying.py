"""What files hold, before anything becomes of it: counts, examples, and all that is to be said."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from annotations.corpus.records import Limits

from ..frame import Findings, Kind, Reading
from ..records import ArticleRecord, AssignmentRecord, SpanRecord, StudyRecord
from .taking import taken

EXAMPLES = 3
LONGEST_EXAMPLE = 80  # code points
MOST_VALUES = 30  # of an attribute that are listed
SHOWN = 100  # findings of a kind that the page lists
GOLD = "gold"


@dataclass
class Seen:
    """One label of the files."""

    n_spans: int = 0
    most_fragments: int = 1
    examples: list[str] = field(default_factory=list)
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    # name -> {"kinds": ["choice" …], "n": 3, "values": [the first few], "is_long": True}


@dataclass
class Survey:
    """`labels` by the files' names; extents are not among them. `people` by name."""

    n_articles: int = 0
    n_known: int = 0  # articles whose text the study has already
    n_extents: int = 0
    n_links: int = 0
    n_gold_articles: int = 0
    n_gold_spans: int = 0
    n_threads: int = 0
    labels: dict[str, Seen] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    # name -> {"articles": n, "spans": n, "suggestions": n, "is_model": bool}
    articles: list[dict[str, Any]] = field(default_factory=list)  # the first few
    findings: dict[str, list[str]] = field(default_factory=dict)
    n_findings: dict[str, int] = field(default_factory=dict)

    @property
    def unlisted(self) -> dict[str, int]:
        """Of each kind of finding, how many are not among those listed."""
        return {kind: n - len(self.findings[kind]) for kind, n in self.n_findings.items()}

    def as_json(self) -> dict[str, Any]:
        told = dict(vars(self))
        told["labels"] = {name: vars(seen) for name, seen in self.labels.items()}
        return told

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Survey":
        labels = {name: Seen(**seen) for name, seen in plain.get("labels", {}).items()}
        return cls(**{**plain, "labels": labels})


def survey(
    reading: Reading,
    known: Collection[str] = (),
    tell: Callable[[int], object] = lambda n: None,
    limits: Limits | None = None,
) -> Survey:
    """Walks all articles that can be taken. `known` are the SHA-256 of the study's texts."""
    found = Survey()
    models = {person.name for person in reading.study.people if person.is_model}
    kinds = _kinds(reading.study)
    for placed in taken(reading, limits):
        _add(found, placed, known, models, kinds)
        tell(found.n_articles)
    _conclude(found, reading.findings)
    return found


def _kinds(study: StudyRecord) -> dict[tuple[str, str], str]:
    return {
        (label.slug, attribute.name): attribute.kind
        for book in study.codebooks
        for label in book.labels
        for attribute in label.attributes
    }


def _add(
    found: Survey,
    article: ArticleRecord,
    known: Collection[str],
    models: Collection[str],
    kinds: dict[tuple[str, str], str],
) -> None:
    found.n_articles += 1
    found.n_known += article.sha256 in known
    found.n_threads += len(article.threads)
    if len(found.articles) < EXAMPLES:
        begins = " ".join(article.text[:300].split())[:LONGEST_EXAMPLE]
        found.articles.append({"title": article.title, "begins": begins})
    for work in article.assignments:
        person = found.people.setdefault(
            work.annotator,
            {"articles": 0, "spans": 0, "suggestions": 0, "is_model": work.annotator in models},
        )
        person["articles"] += 1
        person["spans"] += sum(not span.suggested for span in work.spans)
        person["suggestions"] += sum(span.suggested for span in work.spans)
        _add_marks(found, work, kinds)
    if article.gold is not None:
        found.n_gold_articles += 1
        found.n_gold_spans += len(article.gold.spans)
        gold = article.gold
        _add_marks(found, AssignmentRecord(GOLD, gold.spans, gold.links, gold.entities), kinds)


def _add_marks(found: Survey, work: AssignmentRecord, kinds: dict[tuple[str, str], str]) -> None:
    entities = {entity.id for entity in work.entities}
    found.n_links += len(work.links)
    for span in work.spans:
        if span.label is None:
            found.n_extents += 1
        else:
            _add_span(found.labels.setdefault(span.label, Seen()), span, entities, kinds)


def _add_span(
    seen: Seen, span: SpanRecord, entities: set[str], kinds: dict[tuple[str, str], str]
) -> None:
    seen.n_spans += 1
    seen.most_fragments = max(seen.most_fragments, len(span.fragments))
    words = " … ".join(" ".join(part.text.split()) for part in span.fragments)[:LONGEST_EXAMPLE]
    if len(seen.examples) < EXAMPLES and words not in seen.examples:
        seen.examples.append(words)
    for name, answer in span.attributes.items():
        about = seen.attributes.setdefault(name, {"kinds": [], "n": 0, "values": []})
        about["n"] += 1
        kind = kinds.get((span.label or "", name), "")
        if not kind:
            kind = "yes_no" if isinstance(answer, bool) else "text"
            kind = "entity" if isinstance(answer, str) and answer in entities else kind
        if kind not in about["kinds"]:
            about["kinds"].append(kind)
        shown = str(answer)[:LONGEST_EXAMPLE]
        if shown != str(answer):
            about["is_long"] = True  # so its values are not choices
        if kind not in ("entity", "yes_no") and shown not in about["values"]:
            about["values"] = [*about["values"], shown][: MOST_VALUES + 1]


def _conclude(found: Survey, findings: Findings) -> None:
    found.labels = dict(sorted(found.labels.items()))
    found.people = dict(sorted(found.people.items()))
    kinds: tuple[Kind, ...] = ("refused", "repaired", "lost")
    for kind in kinds:
        found.findings[kind] = [str(each) for each in findings.of(kind)[:SHOWN]]
        found.n_findings[kind] = findings.counts[kind]
