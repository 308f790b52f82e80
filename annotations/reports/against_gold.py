"""Each annotator against the gold. Gold is nobody's reading: it counts in no measure between
annotators, and only articles whose adjudication is closed are compared with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotations.agreement import Unit, aligned
from annotations.curation.queries import read_gold_units
from annotations.study.models import Study

from .layout import UNDEFINED, Cell, Column, Laid, Names, number, words
from .queries import ArticleInput, read_continua

SORTS = ("agreed", "boundary", "label", "missed", "extra")


@dataclass(slots=True)
class Tally:
    """One annotator's spans against the gold, over all compared articles."""

    articles: int = 0
    n_gold: int = 0
    n_own: int = 0
    agreed: int = 0
    boundary: int = 0
    label: int = 0
    missed: int = 0  # gold that they have not
    extra: int = 0  # theirs that gold has not

    def add(self, gold: Sequence[Unit], own: Sequence[Unit]) -> None:
        self.articles += 1
        self.n_gold += len(gold)
        self.n_own += len(own)
        for match in aligned(gold, own):
            setattr(self, match.kind, getattr(self, match.kind) + 1)

    def as_json(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("articles", "n_gold", "n_own", *SORTS)}
        told["precision"] = self.agreed / self.n_own if self.n_own else None
        told["recall"] = self.agreed / self.n_gold if self.n_gold else None
        both = self.n_gold + self.n_own
        told["exact_f1"] = 2 * self.agreed / both if both else None
        return told


def compare_with_gold(
    study: Study, inputs: Sequence[ArticleInput], labels: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """A row an annotator: counts, and precision, recall and F1 of exact spans. Empty without gold.

    At most six queries.
    """
    known = read_gold_units(study, [one.article_id for one in inputs], closed=True)
    wanted = [one.uncut() for one in inputs if one.article_id in known]
    tallies: dict[str, Tally] = {}
    for one, article in zip(wanted, read_continua(wanted, labels=labels), strict=True):
        gold = [unit for unit in known[one.article_id] if not labels or unit.label in labels]
        for who, own in article.annotators.items():
            tallies.setdefault(who, Tally()).add(gold, own)
    return [{"annotator": who, **tallies[who].as_json()} for who in sorted(tallies)]


COLUMNS = (
    Column("annotator", "Annotator", is_number=False),
    Column("articles", "Articles", "Submitted, and their adjudication closed."),
    Column("n_own", "Spans"),
    Column("exact_f1", "Exact F1", "Of gold and own spans, how many are exactly alike. 1: all."),
    Column("precision", "Precision", "Of the annotator's spans, the share that is gold exactly."),
    Column("recall", "Recall", "Of the gold spans, the share that the annotator has exactly."),
    Column("boundary", "Other boundaries", "Gold spans marked with this label, but not so far."),
    Column("label", "Other label", "Gold spans that the annotator gave another label."),
    Column("missed", "Not found", "Gold spans that the annotator has not marked."),
    Column("extra", "Not gold", "Spans of the annotator where there is no gold."),
)
NOTE = (
    "Gold is no annotator: no other figure on this page counts it. Whoever decided the gold may "
    "have leaned on these very marks, so a high figure is not independent proof."
)


def lay_out_gold(rows: Sequence[Mapping[str, Any]], names: Names) -> Laid:
    named = sorted(rows, key=lambda row: names.annotator(row["annotator"]))
    laid = [
        [words(names.annotator(row["annotator"])), *(_cell(row[one.key]) for one in COLUMNS[1:])]
        for row in named
    ]
    return Laid("gold", "Annotators against gold", COLUMNS, laid, NOTE)


def _cell(value: float | int | None) -> Cell:
    if isinstance(value, int):
        return number(value)
    return Cell(UNDEFINED) if value is None else Cell(f"{value:.3f}", value)
