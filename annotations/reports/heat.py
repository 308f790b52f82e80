"""An article painted by how many annotators agree, with rows where one looks closer.

Pure. Heat: h1-h5 is the share of the annotators who gave a stretch its commonest label; `dx` means
that their labels differ there. Rows are nested spans in lanes, as on the marking page: a lane a
variant of the case in focus, or a lane an annotator when one label is looked at; of
more annotators than there are lanes, a variant again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from annotations.agreement import Continuum, Unit
from annotations.curation.finding import FoundCase

Stretch = tuple[int, int]
LANES = 4
STEPS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """Stretches drawn in one lane, in the look of a label slot ("x" for extents)."""

    fragments: tuple[Stretch, ...]
    slot: str
    lane: int


@dataclass(frozen=True, slots=True)
class HeatBlock:
    number: int
    start: int
    html: str
    is_open: bool  # has rows, so its lines stand further apart


def rows_of_case(case: FoundCase, slots: Mapping[str, str]) -> list[Row]:
    """A lane a variant; variants beyond the fourth share the last lane."""
    return [
        Row(unit.fragments, slots.get(unit.label, "x"), min(lane, LANES - 1))
        for lane, unit in enumerate(case.units)
    ]


def rows_of_label(article: Continuum, label: str, slots: Mapping[str, str]) -> list[Row]:
    """A lane an annotator, in the order of their names; of more annotators than there are lanes,
    a lane a variant: what several marked alike is drawn once, what most marked comes first."""
    if len(article.names) > LANES:
        return _rows_of_variants(article, label, slots)
    return [
        Row(unit.fragments, slots.get(label, "x"), min(lane, LANES - 1))
        for lane, name in enumerate(article.names)
        for unit in article.annotators[name]
        if unit.label == label
    ]


def _rows_of_variants(article: Continuum, label: str, slots: Mapping[str, str]) -> list[Row]:
    """Each in the first lane that is free along it; where all are taken, in the last."""
    counted = Counter(
        unit.fragments
        for units in article.annotators.values()
        for unit in units
        if unit.label == label
    )
    taken: list[list[Stretch]] = [[] for _ in range(LANES)]
    rows = []
    for fragments, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        start, end = fragments[0][0], fragments[-1][1]
        free = [
            lane
            for lane, reaches in enumerate(taken)
            if all(end <= low or high <= start for low, high in reaches)
        ]
        lane = free[0] if free else LANES - 1
        taken[lane].append((start, end))
        rows.append(Row(fragments, slots.get(label, "x"), lane))
    return rows


def paint_heat(
    text: str,
    blocks: Sequence[Stretch],
    article: Continuum,
    *,
    rows: Sequence[Row] = (),
    regions: Sequence[Stretch] = (),
    cases: Sequence[FoundCase] = (),
) -> list[HeatBlock]:
    """Every block; `article` and `rows` are in the text's own code points."""
    units = [(name, unit) for name in article.names for unit in article.annotators[name]]
    starts = {case.start: case.number for case in reversed(cases)}
    return [
        _block(number, block, text, units, len(article.names), rows, regions, starts)
        for number, block in enumerate(blocks)
    ]


def _block(
    number: int,
    block: Stretch,
    text: str,
    units: Sequence[tuple[str, Unit]],
    n: int,
    rows: Sequence[Row],
    regions: Sequence[Stretch],
    starts: Mapping[int, int],
) -> HeatBlock:
    left, right = block
    near = [one for one in units if one[1].start < right and one[1].end > left]
    mine = [row for row in rows if row.fragments[0][0] < right and row.fragments[-1][1] > left]
    edges = {place for _, unit in near for part in unit.fragments for place in part}
    edges |= {place for row in mine for part in row.fragments for place in part}
    edges |= {place for part in regions for place in part}
    edges |= set(starts)
    cuts = sorted({left, right} | {place for place in edges if left < place < right})
    html = "".join(
        _segment(text, cut, near, n, mine, regions, starts.get(cut[0])) for cut in pairwise(cuts)
    )
    return HeatBlock(number, left, html, bool(mine))


def _segment(
    text: str,
    cut: Stretch,
    units: Sequence[tuple[str, Unit]],
    n: int,
    rows: Sequence[Row],
    regions: Sequence[Stretch],
    case: int | None,
) -> str:
    html = escape(text[cut[0] : cut[1]], quote=False)
    for row in sorted((row for row in rows if _covers(row.fragments, cut)), key=_lane):
        html = f'<span class="l{row.slot} o{row.lane}">{html}</span>'
    classes = _heat(cut, units, n)
    if _covers(regions, cut):
        classes = "nat"
    if not classes and case is None:
        return html
    anchor = f' id="c{cut[0]}" data-case="{case}"' if case is not None else ""
    return f'<span class="{classes or "at"}"{anchor}>{html}</span>'


def _lane(row: Row) -> int:
    return -row.lane


def _covers(fragments: Sequence[Stretch], cut: Stretch) -> bool:
    return any(start <= cut[0] and cut[1] <= end for start, end in fragments)


def _heat(cut: Stretch, units: Sequence[tuple[str, Unit]], n: int) -> str:
    labels: dict[str, set[str]] = {}
    for name, unit in units:
        if _covers(unit.fragments, cut):
            labels.setdefault(name, set()).add(unit.label)
    if not labels:
        return ""
    counted = Counter(label for own in labels.values() for label in own)
    commonest = max(counted.values())
    differ = any(len(own) != len(counted) for own in labels.values())
    return f"h{max(1, round(STEPS * commonest / n))}" + (" dx" if differ else "")
