"""The best alignment of all units of an article: the optimum, not a heuristic.

A unitary alignment takes at most one unit of each annotator; its cost is the mean dissimilarity
over its C(n, 2) slots, where a slot with an empty side costs Delta; the alignment's disorder is
the sum over unitary alignments divided by the mean number of units per annotator. Mathet,
Widloecher & Metivier (2015); the sums for gamma_cat follow Mathet (2017).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from annotations.agreement.clusters import candidates
from annotations.agreement.continuum import Continuum
from annotations.agreement.deadline import NEVER, Deadline
from annotations.agreement.dissimilarity import Dissimilarity, Matrix
from annotations.agreement.lines import Line, line_of
from annotations.agreement.packing import best_packing

DEFAULT = Dissimilarity()


@dataclass(frozen=True, slots=True)
class Alignment:
    """The best alignment of one line.

    clusters  every unit once, alone or with others: indices into the line, ascending.
    disorder  mean cost of the alignment per unit of an annotator, 0 = perfect.
    category  (sum of weighted label distances, sum of weights) over aligned pairs: gamma_cat.
    """

    clusters: tuple[tuple[int, ...], ...]
    disorder: float
    category: tuple[float, float]
    by_label: Mapping[int, tuple[float, float]]


def best_alignment(
    line: Line, dissimilarity: Dissimilarity = DEFAULT, deadline: Deadline = NEVER
) -> Alignment:
    """The optimum for one line of two or more annotators. Raises TooManyClusters, TookTooLong."""
    positions = dissimilarity.of_positions(line)
    labels = dissimilarity.of_labels(line)
    apart = positions + dissimilarity.beta * labels
    found = candidates(apart, line.annotator, line.n_annotators)
    middles = line.middles
    order = np.lexsort((line.starts[line.first], middles)).tolist()
    together = best_packing(found, order, deadline)
    aligned = {unit for cluster in together for unit in cluster}
    alone = [(unit,) for unit in range(line.n_units) if unit not in aligned]
    clusters = tuple(sorted([*together, *alone]))
    cost = sum(_cost(cluster, apart, line.n_annotators) for cluster in clusters)
    mean_units = line.mean_units
    disorder = dissimilarity.delta_empty * cost / mean_units if mean_units else 0.0
    category, by_label = _category(line, clusters, positions, labels, dissimilarity)
    return Alignment(clusters, disorder, category, by_label)


def aligned_units(
    article: Continuum, dissimilarity: Dissimilarity = DEFAULT
) -> list[dict[str, int]]:
    """The best alignment in the article's own terms: per unitary alignment, annotator -> index
    of the unit in that annotator's tuple. Raises TooManyClusters."""
    if len(article.annotators) < 2:
        return [{n: i} for n, units in article.annotators.items() for i in range(len(units))]
    line = line_of(article)
    found = best_alignment(line, dissimilarity)
    return [
        {line.names[line.annotator[unit]]: int(line.places[unit]) for unit in cluster}
        for cluster in found.clusters
    ]


def _cost(cluster: tuple[int, ...], apart: Matrix, n: int) -> float:
    slots = n * (n - 1) // 2
    real = len(cluster) * (len(cluster) - 1) // 2
    pairs = math.fsum(apart[u, v] for u, v in combinations(cluster, 2))
    return (pairs + slots - real) / slots


def _category(
    line: Line,
    clusters: Iterable[tuple[int, ...]],
    positions: Matrix,
    labels: Matrix,
    how: Dissimilarity,
) -> tuple[tuple[float, float], dict[int, tuple[float, float]]]:
    whole = [0.0, 0.0]
    by_label: dict[int, list[float]] = {}
    for cluster in clusters:
        for u, v in combinations(cluster, 2):
            near = max(0.0, 1 - how.delta_empty * float(positions[u, v]))
            weight = near / (len(cluster) - 1)
            apart = weight * how.delta_empty * float(labels[u, v])
            met = {int(line.label[u]), int(line.label[v])}
            sums = [by_label.setdefault(label, [0.0, 0.0]) for label in met]
            for one in (whole, *sums):
                one[0] += apart
                one[1] += weight
    return (whole[0], whole[1]), {k: (x, w) for k, (x, w) in by_label.items()}
