"""One annotator's marks on an article. Ids are names within one set of marks ("A1", "X2")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from annotations.text.refusal import Refusal

MOST_NAMED = 20  # problems that a refusal spells out

Answer = str | bool  # bool for yes/no; for an entity attribute the id of an EntityRecord


@dataclass(frozen=True, slots=True)
class FragmentRecord:
    """One contiguous stretch `[start, end)` and the words it covers."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """An entry of the source ledger; its id is what answers of kind "entity" name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """A span with its label's slug; an extent has none. Fragments are sorted by start.

    `codebook` is the version it was made under, or None for that of all the marks. A suggested
    span is no mark until its annotator accepts it. `origin` is hand, same_words, import or model;
    "" where a file does not say. `place` is where in its file it stood ("line 12").
    """

    id: str
    label: str | None
    fragments: tuple[FragmentRecord, ...]
    attributes: Mapping[str, Answer] = field(default_factory=dict)
    note: str = ""
    flag: str = ""
    codebook: int | None = None
    suggested: bool = False
    origin: str = ""
    place: str = field(default="", compare=False, metadata={"in_files": False})

    @property
    def kind(self) -> str:
        """What a sentence calls it."""
        return "Extent" if self.label is None else "Span"

    @property
    def start(self) -> int:
        return self.fragments[0].start

    @property
    def end(self) -> int:
        return self.fragments[-1].end

    @property
    def stretch(self) -> tuple[tuple[int, int], ...]:
        return tuple((fragment.start, fragment.end) for fragment in self.fragments)


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """From an attribution to what it is the source of, by the ids of the two spans."""

    source: str
    target: str
    cue: FragmentRecord | None = None
    place: str = field(default="", compare=False, metadata={"in_files": False})


@dataclass(frozen=True, slots=True)
class MarksRecord:
    """All marks of one annotator on one article, and which text they belong to."""

    text_sha256: str
    n_code_points: int
    annotator: str
    codebook: int | None = None
    title: str = ""
    file: str = ""
    entities: tuple[EntityRecord, ...] = ()
    spans: tuple[SpanRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()


class MarksRefused(Refusal):
    """Marks that cannot be taken: each of `problems` is a sentence that names its span."""

    def __init__(self, problems: Sequence[str]):
        self.problems = tuple(problems)
        named = self.problems[:MOST_NAMED]
        more = len(self.problems) - len(named)
        rest = [f"And {more} more problems."] if more else []
        super().__init__("\n".join([*named, *rest]))
