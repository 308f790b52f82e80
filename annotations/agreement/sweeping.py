"""From sorted boundaries to the sums of a block of articles: no array of characters is made.

Articles are taken CHUNK at a time so that memory is bounded. A group is one annotator slot, one
article, one label; groups are laid end to end on one line, so that a single sort and a running
maximum merge the stretches of all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.agreement.continuum import BadUnits
from annotations.agreement.spans import Ints, Spans

Floats = NDArray[np.float64]
CHUNK = 4096
MOST_PLACES = 2**62
WIDE = 2**31


@dataclass(frozen=True, slots=True)
class Block:
    """A articles that m >= 2 annotators each submitted; P = m (m - 1) / 2 pairs, K labels.

    articles (A,) index in the corpus; annotators (A, m) codes, ascending; lengths (A,).
    units, covered, squares (m, A, K): number of units; characters covered; summed squared
    lengths of the stretches (same-label overlaps merged, touching ones not), as floats, for
    squares pass what an int64 holds.
    exact, both (P, A, K): units in common; characters in common. Pairs as itertools has them.
    any_covered, any_squares (m, A), any_both (P, A): the same with all labels as one; squares
    counts the ordered pairs of positions that share at least one unit.
    """

    articles: Ints
    annotators: Ints
    lengths: Ints
    units: Ints
    covered: Ints
    squares: Floats
    exact: Ints
    both: Ints
    any_covered: Ints
    any_squares: Floats
    any_both: Ints

    @property
    def m(self) -> int:
        return int(self.annotators.shape[1])

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return list(combinations(range(self.m), 2))

    def chosen(self, rows: Any, slots: Sequence[int]) -> "Block":
        """These articles and these slots of annotators alone."""
        kept = [p for p, (i, j) in enumerate(self.pairs) if i in slots and j in slots]
        rows = np.arange(len(self.articles))[rows]
        of_slots, of_pairs = np.ix_(slots, rows), np.ix_(kept, rows)
        return Block(
            self.articles[rows],
            self.annotators[np.ix_(rows, slots)],
            self.lengths[rows],
            self.units[of_slots],
            self.covered[of_slots],
            self.squares[of_slots],
            self.exact[of_pairs],
            self.both[of_pairs],
            self.any_covered[of_slots],
            self.any_squares[of_slots],
            self.any_both[of_pairs],
        )

    def of_labels(self, codes: Ints) -> "Block":
        """These labels alone; what is of all labels as one stays."""
        parts = ("units", "covered", "squares", "exact", "both")
        return replace(self, **{name: getattr(self, name)[:, :, codes] for name in parts})


def blocks_of(spans: Spans) -> Iterator[Block]:
    """Articles of the same number of annotators together, CHUNK at a time."""
    present = spans.present
    n_present = np.bincount(present[:, 0], minlength=len(spans.lengths))
    first = np.cumsum(n_present) - n_present
    fragments, units = _by_article(spans.fragments), _by_article(spans.units)
    keys = present[:, 0] * (len(spans.names) + 1) + present[:, 1]
    for m in np.unique(n_present[n_present > 1]).tolist():
        articles = np.flatnonzero(n_present == m)
        width = 1 + int(spans.lengths[articles].max())
        at_once = min(CHUNK, MOST_PLACES // (m * max(len(spans.labels), 1) * width))
        if not at_once:
            raise BadUnits("So long an article with so many labels and annotators is out of reach.")
        for low in range(0, len(articles), at_once):
            some = articles[low : low + at_once]
            annotators = present[first[some][:, None] + np.arange(m), 1]
            chunk = _Chunk(
                m,
                len(some),
                len(spans.labels),
                1 + int(spans.lengths[some].max()),
            )
            pieces = [
                _placed(rows, some, keys, first, len(spans.names) + 1)
                for rows in (fragments, units)
            ]
            yield _block(chunk, some, annotators, spans.lengths[some], *pieces)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """m slots, A articles, K labels; `width` is above every offset."""

    m: int
    n_articles: int
    n_labels: int
    width: int

    @property
    def n_cells(self) -> int:
        return self.n_articles * self.n_labels


def _by_article(rows: Ints) -> Ints:
    article = rows[:, 0]
    if (article[1:] >= article[:-1]).all():
        return rows
    return rows[np.argsort(article, kind="stable")]


def _placed(rows: Ints, articles: Ints, keys: Ints, first: Ints, n_names: int) -> Ints:
    """The rows of these articles as (article in the chunk, slot, label, start, last column)."""
    low = np.searchsorted(rows[:, 0], articles, side="left")
    high = np.searchsorted(rows[:, 0], articles, side="right")
    counts = high - low
    at = np.repeat(low - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    mine = rows[at]
    wanted = mine[:, 0] * n_names + mine[:, 1]
    found = np.searchsorted(keys, wanted)
    if (keys[np.minimum(found, len(keys) - 1)] != wanted).any():
        raise ValueError("There are spans of an annotator who did not submit the article.")
    slot = found - first[mine[:, 0]]
    local = np.repeat(np.arange(len(articles)), counts)
    return np.stack([local, slot, *mine[:, 2:].T], axis=1)


def _block(
    chunk: _Chunk, articles: Ints, annotators: Ints, lengths: Ints, fragments: Ints, units: Ints
) -> Block:
    m, cells = chunk.m, chunk.n_cells
    shape = (m, chunk.n_articles, chunk.n_labels)
    group = fragments[:, 1] * cells + fragments[:, 0] * chunk.n_labels + fragments[:, 2]
    runs = _merged(group, fragments[:, 3], fragments[:, 4], chunk.width)
    whole = _chained(chunk, runs)
    unit_cell = units[:, 0] * chunk.n_labels + units[:, 2]
    distinct = _distinct(chunk, units[:, 1] * cells + unit_cell, units[:, 3], units[:, 4])
    pairs = list(combinations(range(m), 2))
    pair_shape = (len(pairs), chunk.n_articles, chunk.n_labels)
    return Block(
        articles,
        annotators,
        lengths,
        _count(distinct.group, None, m * cells).reshape(shape),
        _count(runs.group, runs.sizes, m * cells).reshape(shape),
        _squares(runs.group, runs.sizes, m * cells).reshape(shape),
        _in_common(distinct, pairs, cells).reshape(pair_shape),
        _overlaps(runs, pairs, cells).reshape(pair_shape),
        *whole,
        _any_both(chunk, runs, pairs),
    )


@dataclass(frozen=True, slots=True)
class _Runs:
    """Disjoint stretches sorted by group and start; offsets count from the group's origin."""

    group: Ints
    start: Ints
    end: Ints
    width: int

    @property
    def sizes(self) -> Ints:
        return self.end - self.start


def _merged(group: Ints, start: Ints, end: Ints, width: int) -> _Runs:
    """Per group, stretches that overlap become one; stretches that touch stay two."""
    if not len(group):
        return _Runs(group, start, end, width)
    origin = group * width
    order = np.argsort(origin + start, kind="stable")
    line = (origin + start)[order]
    reach = np.maximum.accumulate((origin + end)[order])
    first = np.flatnonzero(np.append(True, line[1:] >= reach[:-1]))
    last = np.append(first[1:], len(line)) - 1
    of = group[order][first]
    return _Runs(of, line[first] - of * width, reach[last] - of * width, width)


def _chained(chunk: _Chunk, runs: _Runs) -> tuple[Ints, Floats]:
    """any_covered and any_squares (m, A), from the stretches of all labels."""
    chain = _any_runs(chunk, runs)
    overlap = np.zeros_like(chain.start)
    same = chain.group[1:] == chain.group[:-1]
    overlap[1:] = np.where(same, np.maximum(chain.end[:-1] - chain.start[1:], 0), 0)
    shape = (chunk.m, chunk.n_articles)
    n = chunk.m * chunk.n_articles
    covered = _count(chain.group, chain.sizes - overlap, n).reshape(shape)
    squares = _squares(chain.group, chain.sizes, n) - _squares(chain.group, overlap, n)
    return covered, squares.reshape(shape)


def _any_runs(chunk: _Chunk, runs: _Runs) -> _Runs:
    """Stretches of all labels of one annotator, by start, without those inside another."""
    slot, cell = np.divmod(runs.group, chunk.n_cells) if chunk.n_cells else (runs.group,) * 2
    group = slot * chunk.n_articles + cell // max(chunk.n_labels, 1)
    line = group * runs.width + runs.start
    order = np.argsort(line, kind="stable")
    ends = (group * runs.width + runs.end)[order]
    before = np.maximum.accumulate(np.append(-1, ends[:-1])) if len(ends) else ends
    kept = order[ends > before]
    return _Runs(group[kept], runs.start[kept], runs.end[kept], runs.width)


def _any_both(chunk: _Chunk, runs: _Runs, pairs: Sequence[tuple[int, int]]) -> Ints:
    chain = _any_runs(chunk, runs)
    start = chain.start.copy()
    same = chain.group[1:] == chain.group[:-1]
    start[1:] = np.where(same, np.maximum(start[1:], chain.end[:-1]), start[1:])
    apart = _Runs(chain.group, start, chain.end, chain.width)
    return _overlaps(apart, pairs, chunk.n_articles).reshape(len(pairs), chunk.n_articles)


def _overlaps(runs: _Runs, pairs: Sequence[tuple[int, int]], cells: int) -> Ints:
    """(P, cells): characters that both slots' stretches cover."""
    found = np.zeros((len(pairs), cells), dtype=np.int64)
    slots = _by_slot(runs.group, 1 + max((j for _, j in pairs), default=0), cells)
    width = runs.width
    for p, (i, j) in enumerate(pairs):
        a, b = slots[i], slots[j]
        cell = runs.group[a] - i * cells
        origin = cell * width
        other = (runs.group[b] - j * cells) * width
        before = _covered_before(other + runs.start[b], other + runs.end[b])
        n = before(origin + runs.end[a]) - before(origin + runs.start[a])
        found[p] = _count(cell, n, cells)
    return found


class _covered_before:
    """How much of sorted disjoint stretches lies before each of some points."""

    def __init__(self, start: Ints, end: Ints) -> None:
        self.start, self.end = start, end
        self.total = np.append(0, np.cumsum(end - start))

    def __call__(self, points: Ints) -> Ints:
        if not len(self.start):
            return np.zeros_like(points)
        n = np.searchsorted(self.start, points, side="right")
        beyond = np.maximum(self.end[np.maximum(n - 1, 0)] - points, 0)
        return np.asarray(self.total[n] - np.where(n > 0, beyond, 0))


@dataclass(frozen=True, slots=True)
class _Distinct:
    """Units once each, sorted by group and then by `mark` (start and shape in one number)."""

    group: Ints
    mark: Ints


def _distinct(chunk: _Chunk, group: Ints, start: Ints, shape: Ints) -> _Distinct:
    if chunk.width > WIDE:
        start, shape = (np.unique(part, return_inverse=True)[1] for part in (start, shape))
    width = 1 + int(max(start.max(initial=0), shape.max(initial=0)))
    mark = start * width + shape
    order = np.lexsort((mark, group))
    group, mark = group[order], mark[order]
    if len(group):
        new = np.append(True, (group[1:] != group[:-1]) | (mark[1:] != mark[:-1]))
        group, mark = group[new], mark[new]
    return _Distinct(group, mark)


def _in_common(units: _Distinct, pairs: Sequence[tuple[int, int]], cells: int) -> Ints:
    """(P, cells): units that both slots have."""
    found = np.zeros((len(pairs), cells), dtype=np.int64)
    slots = _by_slot(units.group, 1 + max((j for _, j in pairs), default=0), cells)
    rank = np.unique(units.mark, return_inverse=True)[1]
    base = 1 + int(rank.max(initial=0))
    for p, (i, j) in enumerate(pairs):
        cell = units.group[slots[i]] - i * cells
        a = cell * base + rank[slots[i]]
        b = (units.group[slots[j]] - j * cells) * base + rank[slots[j]]
        if len(b):
            at = np.minimum(np.searchsorted(b, a), len(b) - 1)
            found[p] = _count(cell[b[at] == a], None, cells)
    return found


def _by_slot(group: Ints, m: int, cells: int) -> list[slice]:
    edges = np.searchsorted(group, np.arange(m + 1) * cells).tolist()
    return [slice(low, high) for low, high in pairwise(edges)]


def _count(group: Ints, weights: Ints | NDArray[np.float64] | None, n: int) -> Ints:
    """Sums of whole numbers by group: exact, as they stay far below 2^53."""
    return np.rint(np.bincount(group, weights=weights, minlength=n)).astype(np.int64)


def _squares(group: Ints, sizes: Ints, n: int) -> Floats:
    """Sums of squares by group; whole numbers, to the last digit of a float."""
    weights = np.square(sizes.astype(np.float64))
    return np.bincount(group, weights=weights, minlength=n).astype(np.float64)
