"""An article with everybody's work on it, and a whole corpus of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .gold import GoldRecord, ThreadRecord
from .marks import EntityRecord, LinkRecord, SpanRecord
from .study import StudyRecord


@dataclass(frozen=True, slots=True)
class RegionRecord:
    """A stretch that is not article text: metadata, caption, newsletter or other."""

    start: int
    end: int
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class AssignmentRecord:
    """One annotator's (or one model's) work on an article, in reading order.

    An annotator who found nothing has an assignment without spans: that is a finding too, and
    something else than no assignment. `state` is waiting, in_progress, submitted, returned or
    withdrawn; "" where a file does not say. `codebook` is the version that holds for spans which
    name none. Every span of a model is suggested.
    """

    annotator: str
    spans: tuple[SpanRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    entities: tuple[EntityRecord, ...] = ()
    state: str = ""
    round: str = ""
    codebook: int | None = None


@dataclass(frozen=True, slots=True)
class SoftLabelRecord:
    """On `[start, end)`, `n_marked` of `n_annotators` gave the label ("extent" for extents)."""

    label: str
    start: int
    end: int
    n_marked: int
    n_annotators: int


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """A text and all that was made of it.

    `text` is "" in an export without texts; then `sha256` and `n_code_points` still say which text
    the offsets count, and no fragment has words.
    """

    id: str
    title: str
    text: str
    sha256: str
    n_code_points: int
    outlet: str = ""
    byline: str = ""
    url: str = ""
    published_on: str = ""
    language: str = ""
    direction: str = ""
    event: str = ""
    regions: tuple[RegionRecord, ...] = ()
    assignments: tuple[AssignmentRecord, ...] = ()
    gold: GoldRecord | None = None
    threads: tuple[ThreadRecord, ...] = ()
    soft_labels: tuple[SoftLabelRecord, ...] = ()  # computed for an export, never read from it
    place: str = field(default="", compare=False, metadata={"in_files": False})
    file: str = field(default="", compare=False, metadata={"in_files": False})


Row: TypeAlias = Mapping[str, Any]
Tables: TypeAlias = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class StudyRows:
    """Every row of a study as JSON values: (table, row) of what holds for all of it, then the
    tables of each article. Both can be walked more than once."""

    head: Iterable[tuple[str, Row]]
    articles: Iterable[Tables]


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a format writes. `articles` can be walked more than once, each time from the start."""

    study: StudyRecord
    articles: Iterable[ArticleRecord]
    rows: StudyRows | None = (
        None  # of a whole study as a database holds it; most formats have no use
    )
