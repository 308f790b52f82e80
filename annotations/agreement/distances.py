"""Squared differences between two values, as matrices over a list of values.

Each function takes the values (length q) and how often each occurs (length q, floats), and
returns a symmetric q x q matrix with a zero diagonal. Krippendorff (2011), Computing
Krippendorff's alpha-reliability; Passonneau (2006) for sets.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Distance = Callable[[Sequence[Any], Matrix], Matrix]


class NotNumbers(ValueError):
    """This distance needs numbers for values."""


def nominal(values: Sequence[Hashable], counts: Matrix) -> Matrix:
    return 1.0 - np.eye(len(values))


def ordinal(values: Sequence[Hashable], counts: Matrix) -> Matrix:
    """Values are ranks in their order; the distance is how many ratings lie between them."""
    ends = np.cumsum(counts)
    middles = ends - counts / 2
    return np.square(middles[:, None] - middles)


def interval(values: Sequence[Any], counts: Matrix) -> Matrix:
    numbers = as_numbers(values)
    return np.square(numbers[:, None] - numbers)


def ratio(values: Sequence[Any], counts: Matrix) -> Matrix:
    numbers = as_numbers(values)
    total = numbers[:, None] + numbers
    share = np.divide(numbers[:, None] - numbers, total, out=np.zeros_like(total), where=total != 0)
    return np.square(share)


def masi(values: Sequence[frozenset[Any]], counts: Matrix) -> Matrix:
    """1 - Jaccard x M; M = 1 for equal sets, 2/3 for a subset, 1/3 for an overlap, else 0."""
    return _over_sets(values, lambda a, b: 1 - _jaccard(a, b) * (1 - _monotony(a, b)))


def masi_dkpro(values: Sequence[frozenset[Any]], counts: Matrix) -> Matrix:
    """DKPro's reading: the Jaccard distance x (0, 1/3, 2/3, 1). Only to compare with it."""
    return _over_sets(values, lambda a, b: (1 - _jaccard(a, b)) * _monotony(a, b))


def jaccard(values: Sequence[frozenset[Any]], counts: Matrix) -> Matrix:
    return _over_sets(values, lambda a, b: 1 - _jaccard(a, b))


def as_numbers(values: Sequence[Any]) -> Matrix:
    try:
        return np.array([float(value) for value in values])
    except (TypeError, ValueError) as error:
        raise NotNumbers("this distance needs numbers for values") from error


def _over_sets(
    values: Sequence[frozenset[Any]], distance: Callable[[frozenset[Any], frozenset[Any]], float]
) -> Matrix:
    return np.array([[distance(a, b) for b in values] for a in values]).reshape(len(values), -1)


def _jaccard(a: frozenset[Any], b: frozenset[Any]) -> float:
    return len(a & b) / len(a | b) if a or b else 1.0


def _monotony(a: frozenset[Any], b: frozenset[Any]) -> float:
    if a == b:
        return 0.0
    if a <= b or b <= a:
        return 1 / 3
    return 2 / 3 if a & b else 1.0


DISTANCES: dict[str, Distance] = {
    "nominal": nominal,
    "ordinal": ordinal,
    "interval": interval,
    "ratio": ratio,
    "masi": masi,
    "masi_dkpro": masi_dkpro,
    "jaccard": jaccard,
}
