"""What tables are made of: titled columns, cells with their text and what they lead to.

Pages, CSV, JSON and LaTeX are all written from these, so that they cannot differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from annotations.agreement import REGISTRY

from .gold_counts import GOLD
from .sentences import sentence
from .tables import ALL_LABELS

UNDEFINED = "–"
INTERVAL = "interval"  # a column that says in words what the figures beside it bear already
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str
    help: str = ""
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is what files get; `text` what a page shows. `query` leads to its passages."""

    text: str
    value: float | int | str | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    query: Query | None = None
    heat: int = 0  # 0-5, for the matrix
    says: str = ""  # the figure in one plain sentence
    no_interval: str = ""  # why a figure has none
    aside: str = ""  # a word beside the figure, on pages

    @property
    def interval(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return f"{to_places(self.low)} to {to_places(self.high)}"


@dataclass(frozen=True, slots=True)
class Laid:
    """One table. The first cell of a row is its heading."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def shortened(self, n: int) -> "Laid":
        """The first n rows, with a note that says how many more there are."""
        if len(self.rows) <= n:
            return self
        more = f"The first {n} of {len(self.rows):,}; the files have all of them. {self.note}"
        return replace(self, rows=self.rows[:n], note=more.strip())


@dataclass(frozen=True, slots=True)
class Names:
    """What to call those whom the tables name by id."""

    annotators: Mapping[str, str] = field(default_factory=dict)
    articles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)  # in the codebook's order
    attributes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    slots: Mapping[str, int] = field(default_factory=dict)  # colour slots of labels
    choices: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)  # as they are compared -> as written
    keys: Mapping[str, str] = field(default_factory=dict)  # annotator's id -> what stands for it

    def label(self, slug: str | None) -> str:
        if slug is None:
            return "nothing"
        if slug == ALL_LABELS:
            return "All labels together"
        return self.labels.get(slug, slug)

    def slot(self, slug: str) -> str:
        """As style sheets name it; extents have "x"."""
        return str(self.slots.get(slug, "x"))

    def answer(self, label: str, attribute: str, value: str) -> str:
        """An answer in words: a choice's title, a source's name, or what was written."""
        written = self.entities.get(value, value)
        return self.choices.get((label, attribute, value), written)

    def annotator(self, pk: str) -> str:
        if pk == GOLD:
            return "Gold"
        return self.annotators.get(pk, "Somebody who left")

    def key(self, annotator: str) -> str:
        """What pages and addresses name an annotator by: the id, or what stands for it."""
        return self.keys.get(annotator, annotator)

    def article(self, pk: str) -> str:
        return self.articles.get(pk, "An article in the bin")


def heading_of(row: Sequence[Cell]) -> str:
    """What rows are sorted by where they are people's."""
    return row[0].text.casefold()


def words(text: str) -> Cell:
    return Cell(text, text)


def number(n: int | None, query: Query | None = None) -> Cell:
    """A count, or a dash where a report of an older form has none."""
    if n is None:
        return Cell(UNDEFINED, reason="not in this report")
    return Cell(f"{n:,}", n, query=query)


def figure(
    agreement: Mapping[str, Any] | None,
    query: Query | None = None,
    measure: str = "",
    label: str = "",
) -> Cell:
    """A figure to three places, with its interval or why it has none, or a dash with the reason."""
    if agreement is None:
        return Cell(UNDEFINED, query=query)
    value = agreement["value"]
    if value is None:
        return Cell(UNDEFINED, reason=agreement["reason"], query=query)
    low, high = agreement.get("interval") or (None, None)
    heat = max(0, min(5, round(value * 5)))
    says = sentence(measure, value, label)
    why = agreement.get("interval_reason") or ""
    return Cell(
        to_places(value), value, low, high, query=query, heat=heat, says=says, no_interval=why
    )


def interval_of(cell: Cell) -> Cell:
    """The interval in a cell of its own, for people: files have its bounds beside the figure."""
    if cell.no_interval:
        return Cell(UNDEFINED, reason=cell.no_interval)
    return Cell(cell.interval, cell.interval)


def to_places(value: float) -> str:
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−")  # never minus nought


def column(measure: str) -> Column:
    known = REGISTRY[measure]
    return Column(measure, known.title, known.says)


def plain_rows(laid: Laid) -> Iterator[dict[str, Any]]:
    """Rows for files: a value a column, and the bounds of the interval where there is one."""
    for row in laid.rows:
        plain: dict[str, Any] = {}
        for at, (column_, cell) in enumerate(zip(laid.columns, row, strict=True)):
            if column_.key == INTERVAL:
                continue
            plain[column_.key] = cell.text if at == 0 else cell.value
            if at == 0 and laid.name == "confusion":  # its columns are called by slugs
                plain |= {column_.key: cell.value, f"{column_.key}_name": cell.text}
            if cell.low is not None:
                plain[f"{column_.key}_low"], plain[f"{column_.key}_high"] = cell.low, cell.high
            if cell.no_interval:
                plain[f"{column_.key}_interval_reason"] = cell.no_interval
            if at and cell.value is None and cell.reason:
                plain[f"{column_.key}_reason"] = cell.reason
        yield plain
