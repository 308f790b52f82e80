"""The clusters of units that an optimal alignment could contain.

A unitary alignment of k units among n annotators costs 1 - sum of (1 - d) / C(n, 2) over its
pairs (in units of Delta): empty slots vanish. Against k units alone it gains
k - 1 + sum (1 - d) / C(n, 2). A cluster from which taking a unit out would pay, or cost nothing,
can be left out; so can any whose parts hang together by nothing (no pair above -1 / (k - 1)).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from annotations.agreement.dissimilarity import Matrix
from annotations.agreement.lines import Ints
from annotations.text.refusal import Refusal

MAX_ROWS = 300_000


class TooManyClusters(Refusal):
    """The exact optimum is out of reach for so many units so close together."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """members (C, n): two or more units, ascending, the rest of the row filled with N, the number
    of units; gains (C,): what each saves, all above 0."""

    members: Ints
    gains: Matrix


def candidates(apart: Matrix, annotator: Ints, n_annotators: int) -> Clusters:
    """All clusters worth considering, for (N, N) dissimilarities. Raises TooManyClusters."""
    ties = (1 - apart) / (n_annotators * (n_annotators - 1) / 2)
    ties[annotator[:, None] == annotator] = -np.inf
    best = _best_per_annotator(ties, annotator, n_annotators)
    members, gains = [np.zeros((0, n_annotators), dtype=np.int64)], [np.zeros(0)]
    grown = np.arange(len(annotator))[:, None]
    for size in range(2, n_annotators + 1):
        grown = _grow(grown, ties, -1 / (size - 1))
        if not len(grown):
            break
        bonds = _bonds(grown, ties)
        hope = best[grown].sum(axis=2) - _taken(grown, best, annotator)
        grown, bonds = _keep(grown, bonds, np.all(bonds + hope > -1, axis=1))
        if len(grown) > MAX_ROWS:
            raise TooManyClusters
        held, strength = _keep(grown, bonds, np.all(bonds > -1, axis=1))
        gain = (size - 1) + strength.sum(axis=1) / 2
        pays = gain > 0
        members.append(_filled(held[pays], n_annotators, len(annotator)))
        gains.append(gain[pays])
    return Clusters(np.concatenate(members), np.concatenate(gains))


def _filled(clusters: Ints, width: int, filler: int) -> Ints:
    more = ((0, 0), (0, width - clusters.shape[1]))
    return np.pad(clusters, more, constant_values=filler)


def _best_per_annotator(ties: Matrix, annotator: Ints, n: int) -> Matrix:
    """(N, n): the most a unit can gain from one unit of each annotator, at least 0."""
    best = np.zeros((len(annotator), n))
    for who in range(n):
        theirs = ties[:, annotator == who]
        if theirs.shape[1]:
            best[:, who] = np.maximum(theirs.max(axis=1), 0)
    return best


def _grow(clusters: Ints, ties: Matrix, threshold: float) -> Ints:
    """Each cluster with one unit more: of another annotator, tied to a member by more than
    `threshold`. Every cluster of the new size appears once, its units ascending."""
    unit, near = np.nonzero(ties > threshold)
    if clusters.shape[1] == 1:
        return np.stack([unit, near], axis=1)[unit < near]
    first = np.searchsorted(unit, np.arange(len(ties) + 1))
    counts = np.diff(first)[clusters.ravel()]
    if counts.sum() > 8 * MAX_ROWS:
        raise TooManyClusters
    row = np.repeat(np.arange(clusters.size) // clusters.shape[1], counts)
    at = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    more = near[np.repeat(first[clusters.ravel()], counts) + at]
    open_to = np.all(ties[clusters[row], more[:, None]] > -np.inf, axis=1)
    grown = np.concatenate([clusters[row], more[:, None]], axis=1)[open_to]
    return _unique_rows(np.sort(grown, axis=1), len(ties))


def _unique_rows(rows: Ints, base: int) -> Ints:
    if base ** rows.shape[1] >= 2**62:
        return np.asarray(np.unique(rows, axis=0))
    key = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        key = key * base + column
    return rows[np.unique(key, return_index=True)[1]]


def _bonds(clusters: Ints, ties: Matrix) -> Matrix:
    """(rows, size): what each member is tied to the others by, in sum."""
    size = clusters.shape[1]
    bonds = np.zeros(clusters.shape)
    for i in range(size):
        for j in range(i + 1, size):
            tie = ties[clusters[:, i], clusters[:, j]]
            bonds[:, i] += tie
            bonds[:, j] += tie
    return bonds


def _taken(clusters: Ints, best: Matrix, annotator: Ints) -> Matrix:
    """(rows, size): the hope that members already in the cluster have used up."""
    taken = np.zeros(clusters.shape)
    for column in clusters.T:
        taken += best[clusters, annotator[column][:, None]]
    return taken


def _keep(clusters: Ints, bonds: Matrix, kept: Any) -> tuple[Ints, Matrix]:
    return clusters[kept], bonds[kept]
