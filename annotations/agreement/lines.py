"""A continuum as arrays, in one canonical order, and its rotations: what gamma works on.

Positions are doubled so that a unit's middle is a whole number. The canonical order does not
depend on the annotators' names or order, on the labels' names, on where the units lie or on the
direction of reading; so the same data with the same seed give the same figure to the last digit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotations.agreement.continuum import Continuum, Unit

Ints = NDArray[np.int64]
Shape = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """N units of n annotators.

    annotator, label   (N,) codes; names[annotator], labels[label].
    places             (N,) index of the unit in that annotator's tuple.
    first              (N,) index of the unit's first fragment in starts and ends (F,), doubled.
    length             of the article, doubled.
    """

    length: int
    names: tuple[str, ...]
    labels: tuple[str, ...]
    annotator: Ints
    label: Ints
    places: Ints
    first: Ints
    starts: Ints
    ends: Ints

    @property
    def n_units(self) -> int:
        return len(self.annotator)

    @property
    def n_annotators(self) -> int:
        return len(self.names)

    @property
    def mean_units(self) -> float:
        return self.n_units / self.n_annotators

    @property
    def middles(self) -> Ints:
        """Twice the middle, in doubled positions: whole numbers that order units."""
        return (self.starts[self.first] + self.ends[self._last]) // 2

    @property
    def _last(self) -> Ints:
        return np.append(self.first[1:], len(self.starts)) - 1

    def rotated(self, shifts: Ints) -> "Line":
        """Each annotator's units moved by its own shift (n,), round the end of the article.

        A unit stays whole: it goes where its middle goes, and may reach over the edge.
        """
        middles = self.middles
        origin = middles.min()
        moved = (middles - origin + 2 * shifts[self.annotator]) % self.length
        by = np.repeat(moved - middles, self._last - self.first + 1)
        return replace(self, starts=self.starts + by, ends=self.ends + by)


def line_of(article: Continuum) -> Line:
    """The article's units in canonical order. Costs a sort of the units, twice."""
    names = article.names
    per_name = [_shapes(article.annotators[name]) for name in names]
    low = min((shape[0][0] for shapes in per_name for shape in shapes), default=0)
    high = max((shape[-1][1] for shapes in per_name for shape in shapes), default=0)
    forward = [[_moved(shape, -low) for shape in shapes] for shapes in per_name]
    backward = [[_mirrored(shape, high) for shape in shapes] for shapes in per_name]
    chosen = min(forward, backward, key=lambda lines: sorted(sorted(line) for line in lines))
    labels = article.labels
    code = {label: index for index, label in enumerate(labels)}
    codes = [[code[unit.label] for unit in article.annotators[name]] for name in names]
    order = sorted(range(len(names)), key=lambda i: (sorted(chosen[i]), codes[i]))
    return _pack(
        2 * article.length,
        tuple(names[i] for i in order),
        labels,
        [chosen[i] for i in order],
        [codes[i] for i in order],
    )


def fingerprint(line: Line) -> list[int]:
    """Four whole numbers that depend on the positions alone: the seed's companion."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (np.array([line.length]), line.annotator, line.first, line.starts, line.ends):
        digest.update(np.ascontiguousarray(part, dtype="<i8").tobytes())
        digest.update(b"|")
    return [int(n) for n in np.frombuffer(digest.digest(), dtype="<u4")]


def _pack(
    length: int,
    names: tuple[str, ...],
    labels: tuple[str, ...],
    shapes: Sequence[Sequence[Shape]],
    codes: Sequence[Sequence[int]],
) -> Line:
    rows = [
        (who, shape, place, code)
        for who, (line, of) in enumerate(zip(shapes, codes, strict=True))
        for shape, place, code in sorted(zip(line, range(len(line)), of, strict=True))
    ]
    sizes = [len(shape) for _, shape, _, _ in rows]
    flat = [fragment for _, shape, _, _ in rows for fragment in shape]
    return Line(
        length=length,
        names=names,
        labels=labels,
        annotator=np.array([row[0] for row in rows], dtype=np.int64),
        label=np.array([row[3] for row in rows], dtype=np.int64),
        places=np.array([row[2] for row in rows], dtype=np.int64),
        first=np.cumsum([0, *sizes[:-1]], dtype=np.int64)[: len(rows)],
        starts=np.array([start for start, _ in flat], dtype=np.int64),
        ends=np.array([end for _, end in flat], dtype=np.int64),
    )


def _shapes(units: Sequence[Unit]) -> list[Shape]:
    return [tuple((2 * start, 2 * end) for start, end in unit.fragments) for unit in units]


def _moved(shape: Shape, by: int) -> Shape:
    return tuple((start + by, end + by) for start, end in shape)


def _mirrored(shape: Shape, high: int) -> Shape:
    return tuple((high - end, high - start) for start, end in reversed(shape))
