"""The table of annotators against gold. Pure."""

from collections.abc import Mapping
from typing import Any

from .gold_counts import SORTS
from .layout import UNDEFINED, Cell, Column, Laid, Names, Query, number, words

COLUMNS = (
    Column("annotator", "Annotator", is_number=False),
    Column("articles", "Articles", "Submitted, and their adjudication closed."),
    Column("n_own", "Spans"),
    Column("exact_f1", "Exact F1", "Of gold and own spans, how many are exactly alike. 1: all."),
    Column("precision", "Precision", "Of the annotator's spans, the share that is gold exactly."),
    Column("recall", "Recall", "Of the gold spans, the share that the annotator has exactly."),
    Column(
        "boundary",
        "Other boundaries",
        "Gold spans marked with this label, from other words on or up to others.",
    ),
    Column("label", "Other label", "Gold spans that the annotator gave another label."),
    Column("missed", "Not found", "Gold spans that the annotator has not marked."),
    Column("extra", "Not gold", "Spans of the annotator where there is no gold."),
)
LEADS: Mapping[str, Query] = {
    "articles": {"listing": "gold", "counted": "articles"},
    "n_own": {"listing": "gold", "kind": "own"},
    "exact_f1": {"listing": "gold_exact"},
    "precision": {"listing": "gold_exact", "kind": "own"},
    "recall": {"listing": "gold_exact", "kind": "gold"},
    **{kind: {"listing": "gold", "kind": kind} for kind in SORTS},
}
NOTE = (
    "Gold is no annotator: no other figure on this page counts it. Whoever decided the gold may "
    "have leaned on these very marks, so a high figure is not independent proof."
)


def lay_out_gold(tables: Mapping[str, Any], names: Names) -> list[Laid]:
    """The table, if there is any closed gold."""
    rows = tables.get("gold")
    if not rows:
        return []
    named = sorted(rows, key=lambda row: names.annotator(row["annotator"]))
    laid = [
        [
            words(names.annotator(row["annotator"])),
            *(
                _cell(row[one.key], {**LEADS[one.key], "a": names.key(row["annotator"])})
                for one in COLUMNS[1:]
            ),
        ]
        for row in named
    ]
    return [Laid("gold", "Annotators against gold", COLUMNS, laid, NOTE)]


def _cell(value: float | int | None, query: Query) -> Cell:
    if isinstance(value, int):
        return number(value, query)
    if value is None:
        return Cell(UNDEFINED, reason="nothing was marked", query=query)
    return Cell(f"{value:.3f}", value, query=query)
