"""Where the marks of a plot stand, in the units of its drawing. Templates draw them as SVG.

Every plot has its table beside it; black-and-white print tells its lines apart by dash and label.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Any

from .laying import UNITS
from .layout import Names, to_places

LEFT, WIDTH, ROW = 170, 400, 26  # of a dot plot: names, axis, height of a row
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SQUARE, MATRIX_TOP, MATRIX_MOST = 52, 24, 20
CURVE_WIDTH, CURVE_HEIGHT = 400, 200
DASHES = ("", "7 3", "2 3", "9 3 2 3", "1 4", "12 4")


@dataclass(frozen=True, slots=True)
class Dot:
    """A row of a dot plot: the figure, its interval, or why there is none."""

    name: str
    y: float
    x: float | None
    low: float | None
    high: float | None
    says: str


@dataclass(frozen=True, slots=True)
class DotPlot:
    title: str
    dots: Sequence[Dot]
    ticks: Sequence[tuple[float, str]]
    width: int
    height: int
    names: int = LEFT - 10

    @property
    def floor(self) -> int:
        return self.height - 22

    @property
    def foot(self) -> int:
        return self.height - 6


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a curve: `points` as SVG wants them; `at` the place of its name."""

    name: str
    points: str
    dash: str
    x: float
    y: float
    says: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Curve:
    title: str
    lines: Sequence[Line]
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Square:
    """Two annotators: the figure to two places and how many articles they share."""

    x: int
    y: int
    heat: int  # 0-5
    text: str
    shared: str
    says: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows are named in full and numbered; columns bear the numbers."""

    title: str
    rows: Sequence[tuple[int, str]]  # y, name
    columns: Sequence[tuple[int, str]]  # x, number
    squares: Sequence[Square]
    side: int = SQUARE
    names: int = LEFT - 10

    @property
    def width(self) -> int:
        return LEFT + self.side * len(self.columns)

    @property
    def height(self) -> int:
        return MATRIX_TOP + self.side * len(self.rows)


def plots(tables: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """By name; those without anything to draw are left out."""
    found = {
        "labels": _dots(tables, names),
        "curve": _curve(tables, names),
        "months": _months(tables),
        "matrix": _matrix(tables, names),
    }
    return {name: one for name, one in found.items() if one is not None}


def _matrix(tables: Mapping[str, Any], names: Names) -> Matrix | None:
    """Who agrees with whom; drawn for three annotators and more, as far as they fit."""
    people = sorted((names.annotator(one["annotator"]), one["annotator"]) for one in _met(tables))
    if not 3 <= len(people) <= MATRIX_MOST:
        return None
    place = {pk: at for at, (_, pk) in enumerate(people)}
    squares = []
    for row in tables["pairs"]:
        for one, other in ((row["a"], row["b"]), (row["b"], row["a"])):
            squares.append(_square(row, place[one], place[other], names, (one, other)))
    middle = SQUARE // 2
    return Matrix(
        "Who agrees with whom: unitized alpha, and shared articles",
        [
            (MATRIX_TOP + SQUARE * n + middle, f"{n + 1}  {who}")
            for n, (who, _) in enumerate(people)
        ],
        [(LEFT + SQUARE * at + middle, str(at + 1)) for at in range(len(people))],
        squares,
    )


def _met(tables: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Annotators who share an article with somebody."""
    paired = {row[side] for row in tables["pairs"] for side in "ab"}
    return [row for row in tables["annotators"] if row["annotator"] in paired]


def _square(
    row: Mapping[str, Any], down: int, across: int, names: Names, who: tuple[str, str]
) -> Square:
    value = row["krippendorff_alpha_u"]["value"]
    one, other = (names.annotator(pk) for pk in who)
    shown = "–" if value is None else f"{value:.2f}".replace("-", "−")
    return Square(
        LEFT + SQUARE * across,
        MATRIX_TOP + SQUARE * down,
        0 if value is None else max(0, min(5, round(value * 5))),
        shown,
        f"{row['articles']:,}",
        f"{one} and {other}: {shown} on {row['articles']} articles",
    )


def _dots(tables: Mapping[str, Any], names: Names) -> DotPlot | None:
    rows = [row for row in tables["labels"] if row["krippendorff_alpha_u"]["value"] is not None]
    if not rows:
        return None
    named = [(names.label(row["label"]), row["krippendorff_alpha_u"]) for row in rows]
    return _dot_plot("Unitized alpha, label by label", named)


def _months(tables: Mapping[str, Any]) -> DotPlot | None:
    rows = [row for row in tables.get("groups", []) if row["kind"] == "month"]
    known = [row for row in rows if row["krippendorff_alpha_u"]["value"] is not None]
    if len(known) < 2:
        return None
    named = [(row["group"], row["krippendorff_alpha_u"]) for row in known]
    return _dot_plot("Unitized alpha, month by month", named)


def _dot_plot(title: str, named: Sequence[tuple[str, Mapping[str, Any]]]) -> DotPlot:
    axis = _axis([agreement for _, agreement in named])
    dots = [_dot(name, agreement, at, axis[0]) for at, (name, agreement) in enumerate(named)]
    ticks = [(_x(tick, axis[0]), f"{tick:.1f}".replace("-", "−")) for tick in axis]
    return DotPlot(title, dots, ticks, LEFT + WIDTH + 30, ROW * len(dots) + 34)


def _axis(agreements: Sequence[Mapping[str, Any]]) -> list[float]:
    """Its ticks: from 0 to 1, and down to the lowest figure or end of an interval there is."""
    shown = [one["value"] for one in agreements]
    shown += [end for one in agreements for end in one.get("interval") or () if end is not None]
    step = 0.2 if min(shown) >= -1 else 1.0
    first = min(0, floor(round(min(shown) / step, 6)))
    return [round(step * at, 1) for at in range(first, round(1 / step) + 1)]


def _x(value: float, first: float) -> float:
    return round(LEFT + (value - first) / (1 - first) * WIDTH, 1)


def _dot(name: str, agreement: Mapping[str, Any], at: int, first: float) -> Dot:
    value = agreement["value"]
    low, high = agreement.get("interval") or (None, None)
    says = f"{name}: {value:.3f}"
    if low is not None and high is not None:
        says += f", 95 % interval {to_places(low)} to {to_places(high)}"
    return Dot(
        name,
        ROW * at + ROW / 2 + 4,
        _x(value, first),
        _x(low, first) if low is not None else None,
        _x(high, first) if high is not None else None,
        says,
    )


def _curve(tables: Mapping[str, Any], names: Names) -> Curve | None:
    rows = [row for row in tables["curve"] if row["points"][0]["value"] is not None]
    if not rows:
        return None
    tolerances = [point["tolerance"] for point in rows[0]["points"]]
    step = CURVE_WIDTH / max(1, len(tolerances) - 1)
    lines = [
        _line(names.label(row["label"]), row["points"], step, DASHES[at % len(DASHES)])
        for at, row in enumerate(rows)
    ]
    x_ticks = [(round(at * step, 1), str(one)) for at, one in enumerate(tolerances)]
    y_ticks = [(round(CURVE_HEIGHT * (1 - tick), 1), f"{tick:.1f}") for tick in TICKS]
    unit = UNITS[tables.get("level", "character")]
    title = f"F1 when boundaries may be so many {unit} off"
    return Curve(title, _apart(lines), x_ticks, y_ticks)


def _line(name: str, points: Sequence[Mapping[str, Any]], step: float, dash: str) -> Line:
    places = [
        (round(at * step, 1), round(CURVE_HEIGHT * (1 - point["value"]), 1))
        for at, point in enumerate(points)
    ]
    first, last = points[0]["value"], points[-1]["value"]
    says = f"{name}: {first:.3f} at 0 characters, {last:.3f} at {points[-1]['tolerance']}"
    joined = " ".join(f"{x},{y}" for x, y in places)
    values = [f"{point['value']:.3f}" for point in points]
    return Line(name, joined, dash, places[-1][0], places[-1][1], says, values)


def _apart(lines: Sequence[Line], least: float = 13) -> list[Line]:
    """Names at the right end moved apart, so that none lies on another."""
    moved: list[Line] = []
    for line in sorted(lines, key=lambda one: one.y):
        y = max(line.y, moved[-1].y + least) if moved else line.y
        moved.append(replace(line, y=y))
    return moved
