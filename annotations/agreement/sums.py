"""Additive sums per article, label layer and set of annotators.

All measures but gamma are made from these: per annotator the units, the covered characters and
the squared lengths; per two annotators the units and characters in common. Sums of articles are
sums; leaving out an annotator is leaving out columns. They are made from sorted boundaries, not
from arrays of characters. Whole numbers throughout.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.agreement.continuum import Continuum
from annotations.agreement.spans import Ints, Spans, columns_of

CHUNK = 4096
VERSION = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A articles that m >= 2 annotators each submitted; P = m (m - 1) / 2 pairs, K labels.

    articles (A,) index in the corpus; annotators (A, m) codes, ascending; lengths (A,).
    units, covered, squares (m, A, K): number of units; characters covered; summed squared
    lengths of the stretches (same-label overlaps merged, touching ones not).
    exact, both (P, A, K): units in common; characters in common. Pairs as itertools has them.
    any_covered, any_squares (m, A), any_both (P, A): the same with all labels as one; squares
    counts the ordered pairs of positions that share at least one unit.
    """

    articles: Ints
    annotators: Ints
    lengths: Ints
    units: Ints
    covered: Ints
    squares: Ints
    exact: Ints
    both: Ints
    any_covered: Ints
    any_squares: Ints
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


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a corpus of `n_articles`; those with one annotator or none are in no block."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    n_articles: int
    blocks: tuple[Block, ...]

    @property
    def n_shared(self) -> int:
        """Articles that two or more annotators submitted."""
        return sum(len(block.articles) for block in self.blocks)

    def only(self, names: Iterable[str]) -> "Sums":
        """As if these annotators alone had taken part; articles left with one drop out."""
        wanted = set(names)
        codes = [code for code, name in enumerate(self.names) if name in wanted]
        blocks = tuple(part for block in self.blocks for part in _with_annotators(block, codes))
        return Sums(self.names, self.labels, self.n_articles, blocks)

    def without(self, name: str) -> "Sums":
        return self.only(set(self.names) - {name})

    def of_articles(self, articles: Iterable[int]) -> "Sums":
        """These articles alone, by their index in the corpus."""
        wanted = np.array(sorted(set(articles)), dtype=np.int64)
        blocks = [
            block.chosen(np.isin(block.articles, wanted), range(block.m)) for block in self.blocks
        ]
        kept = tuple(block for block in blocks if len(block.articles))
        return Sums(self.names, self.labels, self.n_articles, kept)


def sums_of(corpus: Continuum | Iterable[Continuum] | Spans) -> Sums:
    """The sums of a corpus. Time grows with the number of spans, memory with CHUNK articles."""
    if isinstance(corpus, Continuum):
        corpus = [corpus]
    spans = corpus if isinstance(corpus, Spans) else columns_of(corpus)
    blocks = tuple(_blocks(spans))
    return Sums(spans.names, spans.labels, len(spans.lengths), blocks)


def stored(sums: Sums) -> list[dict[str, Any] | None]:
    """One JSON-ready value per article: None where fewer than two annotators submitted."""
    rows: list[dict[str, Any] | None] = [None] * sums.n_articles
    for block in sums.blocks:
        for at, article in enumerate(block.articles.tolist()):
            used = np.flatnonzero(block.units[:, at].any(axis=0)).tolist()
            rows[article] = {
                "version": VERSION,
                "length": int(block.lengths[at]),
                "annotators": [sums.names[code] for code in block.annotators[at]],
                "any": [part[:, at].tolist() for part in _any_parts(block)],
                "labels": {
                    sums.labels[k]: [part[:, at, k].tolist() for part in _parts(block)]
                    for k in used
                },
            }
    return rows


def restored(rows: Iterable[Mapping[str, Any] | None]) -> Sums:
    """Sums from what `stored` gave, of any articles, in any order and mixture."""
    given = list(rows)
    known = [(index, row) for index, row in enumerate(given) if row is not None]
    if any(row["version"] != VERSION for _, row in known):
        raise ValueError("These sums were stored by another version: compute them again.")
    names = tuple(sorted({name for _, row in known for name in row["annotators"]}))
    labels = tuple(sorted({label for _, row in known for label in row["labels"]}))
    blocks = []
    for m in sorted({len(row["annotators"]) for _, row in known}):
        same = [(index, row) for index, row in known if len(row["annotators"]) == m]
        blocks.append(_restored_block(same, m, names, labels))
    return Sums(names, labels, len(given), tuple(blocks))


def _restored_block(
    rows: Sequence[tuple[int, Mapping[str, Any]]],
    m: int,
    names: tuple[str, ...],
    labels: tuple[str, ...],
) -> Block:
    code = {name: index for index, name in enumerate(names)}
    n_pairs = m * (m - 1) // 2
    sizes = (m, m, m, n_pairs, n_pairs)
    parts = [np.zeros((size, len(rows), len(labels)), dtype=np.int64) for size in sizes]
    for at, (_, row) in enumerate(rows):
        for k, label in enumerate(labels):
            for part, values in zip(parts, row["labels"].get(label, ()), strict=False):
                part[:, at, k] = values
    whole = [np.array([row["any"][i] for _, row in rows], dtype=np.int64).T for i in range(3)]
    return Block(
        np.array([index for index, _ in rows], dtype=np.int64),
        np.array([[code[name] for name in row["annotators"]] for _, row in rows], dtype=np.int64),
        np.array([row["length"] for _, row in rows], dtype=np.int64),
        *parts,
        *whole,
    )


def _parts(block: Block) -> tuple[Ints, ...]:
    return block.units, block.covered, block.squares, block.exact, block.both


def _any_parts(block: Block) -> tuple[Ints, ...]:
    return block.any_covered, block.any_squares, block.any_both


def _with_annotators(block: Block, codes: Sequence[int]) -> Iterator[Block]:
    kept = np.isin(block.annotators, codes)
    for pattern in np.unique(kept, axis=0):
        slots = np.flatnonzero(pattern).tolist()
        if len(slots) > 1:
            yield block.chosen((kept == pattern).all(axis=1), slots)


def _blocks(spans: Spans) -> Iterator[Block]:
    """Articles of the same number of annotators together, CHUNK at a time."""
    present = spans.present
    n_present = np.bincount(present[:, 0], minlength=len(spans.lengths))
    first = np.cumsum(n_present) - n_present
    fragments, units = _by_article(spans.fragments), _by_article(spans.units)
    keys = present[:, 0] * (len(spans.names) + 1) + present[:, 1]
    for m in np.unique(n_present[n_present > 1]).tolist():
        articles = np.flatnonzero(n_present == m)
        for low in range(0, len(articles), CHUNK):
            some = articles[low : low + CHUNK]
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
        _count(runs.group, runs.sizes**2, m * cells).reshape(shape),
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


def _chained(chunk: _Chunk, runs: _Runs) -> tuple[Ints, Ints]:
    """any_covered and any_squares (m, A), from the stretches of all labels."""
    chain = _any_runs(chunk, runs)
    overlap = np.zeros_like(chain.start)
    same = chain.group[1:] == chain.group[:-1]
    overlap[1:] = np.where(same, np.maximum(chain.end[:-1] - chain.start[1:], 0), 0)
    shape = (chunk.m, chunk.n_articles)
    n = chunk.m * chunk.n_articles
    covered = _count(chain.group, chain.sizes - overlap, n).reshape(shape)
    return covered, _count(chain.group, chain.sizes**2 - overlap**2, n).reshape(shape)


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
    width = 1 + max(chunk.width, int(shape.max(initial=0)))
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
