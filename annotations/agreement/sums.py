"""Additive sums per article, label layer and set of annotators.

All measures but gamma are made from these: per annotator the units, the covered characters and
the squared lengths; per two annotators the units and characters in common. Sums of articles are
sums; leaving out an annotator is leaving out columns. They are made from sorted boundaries, not
from arrays of characters. Whole numbers throughout.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.agreement.continuum import Continuum
from annotations.agreement.spans import Spans, columns_of
from annotations.agreement.sweeping import Block, blocks_of

VERSION = 1


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a corpus of `n_articles`; those with one annotator or none are in no block.

    Every label is used by somebody in a block: leaving out annotators or articles leaves out the
    labels that only they used, as if the rest were all there is.
    """

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
        return _used(Sums(self.names, self.labels, self.n_articles, blocks))

    def without(self, name: str) -> "Sums":
        return self.only(set(self.names) - {name})

    def of_articles(self, articles: Iterable[int]) -> "Sums":
        """These articles alone, by their index in the corpus."""
        wanted = np.array(sorted(set(articles)), dtype=np.int64)
        blocks = [
            block.chosen(np.isin(block.articles, wanted), range(block.m)) for block in self.blocks
        ]
        kept = tuple(block for block in blocks if len(block.articles))
        return _used(Sums(self.names, self.labels, self.n_articles, kept))


def sums_of(corpus: Continuum | Iterable[Continuum] | Spans) -> Sums:
    """The sums of a corpus. Time grows with the number of spans, memory with CHUNK articles."""
    if isinstance(corpus, Continuum):
        corpus = [corpus]
    spans = corpus if isinstance(corpus, Spans) else columns_of(corpus)
    blocks = tuple(blocks_of(spans))
    return _used(Sums(spans.names, spans.labels, len(spans.lengths), blocks))


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
                "any": [_whole(part[:, at]) for part in _any_parts(block)],
                "labels": {
                    sums.labels[k]: [_whole(part[:, at, k]) for part in _parts(block)] for k in used
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
    kinds = (np.int64, np.int64, np.float64, np.int64, np.int64)  # as `_parts` has them
    parts = [
        np.zeros((size, len(rows), len(labels)), dtype=kind)
        for size, kind in zip(sizes, kinds, strict=True)
    ]
    for at, (_, row) in enumerate(rows):
        for k, label in enumerate(labels):
            for part, values in zip(parts, row["labels"].get(label, ()), strict=False):
                part[:, at, k] = values
    whole = [
        np.array([row["any"][at] for _, row in rows], dtype=kind).T
        for at, kind in enumerate((np.int64, np.float64, np.int64))
    ]
    return Block(
        np.array([index for index, _ in rows], dtype=np.int64),
        np.array([[code[name] for name in row["annotators"]] for _, row in rows], dtype=np.int64),
        np.array([row["length"] for _, row in rows], dtype=np.int64),
        *parts,
        *whole,
    )


def _parts(block: Block) -> tuple[NDArray[Any], ...]:
    return block.units, block.covered, block.squares, block.exact, block.both


def _any_parts(block: Block) -> tuple[NDArray[Any], ...]:
    return block.any_covered, block.any_squares, block.any_both


def _whole(part: NDArray[Any]) -> list[int]:
    return [int(value) for value in part.tolist()]


def _used(sums: Sums) -> Sums:
    """Without the labels that nobody used in the articles that are left."""
    used = np.zeros(len(sums.labels), dtype=bool)
    for block in sums.blocks:
        used |= block.units.any(axis=(0, 1))
    if used.all():
        return sums
    codes = np.flatnonzero(used)
    blocks = tuple(block.of_labels(codes) for block in sums.blocks)
    return replace(sums, labels=tuple(sums.labels[k] for k in codes.tolist()), blocks=blocks)


def _with_annotators(block: Block, codes: Sequence[int]) -> Iterator[Block]:
    kept = np.isin(block.annotators, codes)
    for pattern in np.unique(kept, axis=0):
        slots = np.flatnonzero(pattern).tolist()
        if len(slots) > 1:
            yield block.chosen((kept == pattern).all(axis=1), slots)
