"""Two kept reports side by side: every row of both, and what keeps them from being compared.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .laying import UNITS
from .layout import INTERVAL, UNDEFINED, Cell, Column, Laid, Names

COMPARED = ("headline", "labels", "gold")
ABSENT = Cell(UNDEFINED, reason="not in this report")


@dataclass(frozen=True, slots=True)
class Moved:
    before: Cell
    after: Cell
    change: str = ""


@dataclass(frozen=True, slots=True)
class SideBySide:
    title: str
    columns: Sequence[Column]
    rows: Sequence[tuple[str, Sequence[Moved]]]


def side_by_side(before: Sequence[Laid], after: Sequence[Laid]) -> list[SideBySide]:
    """The compared tables that one of them has at least, in the order of the page."""
    tables = [{one.name: one for one in laid} for laid in (before, after)]
    found = []
    for name in COMPARED:
        one, other = (table.get(name) for table in tables)
        if known := one or other:
            lacking = replace(known, rows=())
            found.append(_beside(one or lacking, other or lacking))
    return found


def _beside(before: Laid, after: Laid) -> SideBySide:
    """Rows by their heading: those of the first report, then those that only the second has."""
    tables = [_by_heading(one) for one in (before, after)]
    columns = {one.key: one for one in (*before.columns[1:], *after.columns[1:])}
    columns.pop(INTERVAL, None)
    rows = [
        (
            heading,
            [
                _moved(*(table.get(heading, {}).get(key, ABSENT) for table in tables))
                for key in columns
            ],
        )
        for heading in dict.fromkeys([*tables[0], *tables[1]])
    ]
    first = before.columns[0] if before.columns else after.columns[0]
    return SideBySide(before.title, [first, *columns.values()], rows)


def _by_heading(laid: Laid) -> dict[str, dict[str, Cell]]:
    return {
        row[0].text: {
            column.key: cell for column, cell in zip(laid.columns[1:], row[1:], strict=True)
        }
        for row in laid.rows
    }


def _moved(before: Cell, after: Cell) -> Moved:
    if not isinstance(before.value, int | float) or not isinstance(after.value, int | float):
        return Moved(before, after)
    change = after.value - before.value
    whole = isinstance(before.value, int) and isinstance(after.value, int)
    shown = f"{change:+,.0f}" if whole else f"{round(change, 3) + 0.0:+.3f}"
    return Moved(before, after, shown.replace("-", "−"))


def notices(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> list[str]:
    """What differs between two reports beside the marks, a sentence each.

    Each is {"parameters", "inputs", "engine_version", "seed"}, as a report keeps them.
    """
    found = []
    levels = [UNITS[one["parameters"]["selection"]["level"]] for one in (before, after)]
    if levels[0] != levels[1]:
        found.append(f"One counts {levels[0]}, the other {levels[1]}.")
    people = [set(one["inputs"]["annotators"]) for one in (before, after)]
    if len(people[0]) != len(people[1]):
        found.append(
            f"They have {len(people[0])} and {len(people[1])} annotators: do not compare gamma "
            "between different numbers of annotators."
        )
    found += _differing("annotators", *(sorted(map(names.annotator, one)) for one in people))
    labels = [one["parameters"]["labels"] for one in (before, after)]
    found += _differing("labels", *([names.label(one) for one in some] for some in labels))
    versions = [one["inputs"]["codebook_versions"] for one in (before, after)]
    found += _differing("codebook versions", *([str(one) for one in some] for some in versions))
    if before["engine_version"] != after["engine_version"]:
        found.append("They were computed by different versions of the measures.")
    if before["seed"] != after["seed"]:
        found.append("Chance for gamma was drawn from different seeds.")
    return found


def _differing(what: str, before: Sequence[str], after: Sequence[str]) -> list[str]:
    if set(before) == set(after):
        return []
    parts = []
    for report, some, others in (("first", before, after), ("second", after, before)):
        if alone := [one for one in some if one not in others]:
            parts.append(f"only the {report} has {', '.join(alone)}")
    return [f"Their {what} differ: {'; '.join(parts)}."]
