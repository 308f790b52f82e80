"""How unlike two units are, for gamma (Mathet, Widloecher & Metivier 2015).

d(u, v) = alpha Delta x^2 + beta Delta [labels differ], with Delta the cost of a unit against
nothing and x = (|s_u - s_v| + |e_u - e_v|) / (len u + len v). All matrices here are in units of
Delta. For units with several fragments x = (characters in one of them only + twice the gap
between them) / (len u + len v): the same number where both have one fragment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotations.agreement.lines import Ints, Line

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dissimilarity:
    """alpha weighs positions, beta labels; `delta_empty` scales both.

    labels_apart  (one label, other label) -> 0..1, for labels that are not simply equal or not;
                  a pair may be given in either order, pairs left out are 1.
    """

    alpha: float = 1.0
    beta: float = 1.0
    delta_empty: float = 1.0
    labels_apart: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of_positions(self, line: Line) -> Matrix:
        """(N, N) alpha x^2."""
        return np.asarray(self.alpha * np.square(_offsets(line)))

    def of_labels(self, line: Line) -> Matrix:
        """(N, N) distance of the labels, 0..1, without beta."""
        if not self.labels_apart:
            return np.asarray(line.label[:, None] != line.label, dtype=np.float64)
        table = np.array([[self._apart(a, b) for b in line.labels] for a in line.labels])
        return np.asarray(table[line.label[:, None], line.label])

    def _apart(self, a: str, b: str) -> float:
        if a == b:
            return 0.0
        return self.labels_apart.get((a, b), self.labels_apart.get((b, a), 1.0))


def _offsets(line: Line) -> Matrix:
    if len(line.starts) == line.n_units:
        starts, ends = line.starts, line.ends
        lengths = ends - starts
        apart = np.abs(starts[:, None] - starts) + np.abs(ends[:, None] - ends)
        return np.asarray(apart / (lengths[:, None] + lengths))
    return _offsets_of_fragments(line)


def _offsets_of_fragments(line: Line) -> Matrix:
    starts, ends, first = line.starts, line.ends, line.first
    over = np.minimum(ends[:, None], ends) - np.maximum(starts[:, None], starts)
    shared = _reduced(np.add, np.maximum(over, 0), first)
    gap = _reduced(np.minimum, np.maximum(-over, 0), first)
    lengths = np.add.reduceat(ends - starts, first)
    total = lengths[:, None] + lengths
    return np.asarray((total - 2 * shared + 2 * gap) / total)


def _reduced(how: np.ufunc, matrix: Ints, first: Ints) -> Ints:
    """Rows and columns of fragments folded into rows and columns of units."""
    return np.asarray(how.reduceat(how.reduceat(matrix, first, axis=0), first, axis=1))
