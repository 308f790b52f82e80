"""A corpus as columns of numbers: what the additive sums are made from.

Build it with `columns_of(corpus)`, or straight from a database's columns: no object per span is
needed, and 100,000 articles fit into a few arrays.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.agreement.continuum import Continuum, labels_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spans:
    """Fragments and units of A articles.

    names, labels  what the codes stand for; `lengths` (A,) in code points.
    present        (R, 2) article, annotator: who submitted, sorted; absent differs from empty.
    fragments      (F, 5) article, annotator, label, start, end: every fragment of every unit.
    units          (N, 5) article, annotator, label, start, shape: one row a unit. Two units of
                   one start are the same when their shape is: the end of a single fragment, or
                   a number above every length that stands for a particular list of fragments.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    lengths: Ints
    present: Ints
    fragments: Ints
    units: Ints

    @classmethod
    def contiguous(
        cls,
        names: tuple[str, ...],
        labels: tuple[str, ...],
        lengths: Ints,
        present: Ints,
        rows: Ints,
    ) -> "Spans":
        """For units of one fragment each: rows (N, 5) article, annotator, label, start, end."""
        return cls(names, labels, lengths, present, rows, rows)


def columns_of(corpus: Iterable[Continuum]) -> Spans:
    articles = list(corpus)
    names = tuple(sorted({name for article in articles for name in article.annotators}))
    labels = labels_of(articles)
    code = {name: index for index, name in enumerate(names)}
    label_code = {label: index for index, label in enumerate(labels)}
    above = 1 + max((article.length for article in articles), default=0)
    shapes: dict[tuple[tuple[int, int], ...], int] = {}
    present, fragments, units = [], [], []
    for a, article in enumerate(articles):
        for name in article.names:
            who = code[name]
            present.append((a, who))
            for unit in article.annotators[name]:
                head = (a, who, label_code[unit.label])
                fragments += [(*head, start, end) for start, end in unit.fragments]
                single = len(unit.fragments) == 1
                shape = unit.end if single else shapes.setdefault(unit.fragments, len(shapes))
                units.append((*head, unit.start, shape if single else above + shape))
    return Spans(
        names,
        labels,
        np.array([article.length for article in articles], dtype=np.int64),
        np.array(present, dtype=np.int64).reshape(-1, 2),
        np.array(fragments, dtype=np.int64).reshape(-1, 5),
        np.array(units, dtype=np.int64).reshape(-1, 5),
    )
