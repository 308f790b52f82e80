"""Unitized alpha from sums equals a count of every pair of characters."""

import numpy as np
import pytest

from annotations.agreement import Continuum, measure
from annotations.agreement.unitizing import alpha_bar_u, alpha_u
from tests.agreement.examples import random_article, side_by_side_article

Cells = list[tuple[str | None, int]]


def cells_of(article: Continuum, name: str, labels: set[str]) -> Cells:
    """Per character: the label (None = gap) and a number that the characters of one stretch
    share. Gap characters share theirs with nobody. Overlapping stretches of a label are one."""
    stretches = [
        [start, end, unit.label]
        for unit in article.annotators[name]
        if unit.label in labels
        for start, end in unit.fragments
    ]
    number = list(range(len(stretches)))
    for i, (s, e, label) in enumerate(stretches):
        for j, (t, f, other) in enumerate(stretches):
            if label == other and s < f and t < e:
                old, new = number[j], number[i]
                number = [new if n == old else n for n in number]
    cells: Cells = [(None, len(stretches) + at) for at in range(article.length)]
    for n, (start, end, label) in zip(number, stretches, strict=True):
        for at in range(start, end):
            cells[at] = (label, n)
    return cells


def disagreements(article: Continuum, labels: set[str], collapse: bool) -> tuple[float, float]:
    """Observed and expected mass of differing characters, pair by pair."""
    lines = [cells_of(article, name, labels) for name in article.names]
    m = len(lines)
    observed = sum(
        differ(a[at][0], b[at][0], collapse) / (m - 1)
        for i, a in enumerate(lines)
        for j, b in enumerate(lines)
        if i != j
        for at in range(article.length)
    )
    flat = [(label, (i, n)) for i, line in enumerate(lines) for label, n in line]
    values = np.array([-1 if label is None else ord(label) for label, _ in flat])
    number = {which: n for n, which in enumerate(dict.fromkeys(which for _, which in flat))}
    stretch = np.array([number[which] for _, which in flat])
    free = stretch[:, None] != stretch
    unlike = values[:, None] != values
    if collapse:
        unlike &= (values[:, None] < 0) | (values < 0)
    pairs = free.sum()
    return observed, len(flat) * float((free & unlike).sum()) / pairs if pairs else 0.0


def differ(one: str | None, other: str | None, collapse: bool) -> bool:
    return one != other and (not collapse or one is None or other is None)


def value(observed: float, expected: float) -> float | None:
    return 1 - observed / expected if expected else None


@pytest.mark.parametrize("annotators", [2, 3, 4])
def test_layers_with_overlaps_and_fragments_equal_brute_force(annotators: int) -> None:
    for seed in range(180):
        article = random_article(
            seed, annotators=annotators, length=18, labels="ab", fragments=1 + seed % 3
        )
        found = measure("krippendorff_alpha_u", article)
        layers = {x: disagreements(article, {x}, False) for x in article.labels}
        for label, (observed, expected) in layers.items():
            assert found.by_label[label].value == same(value(observed, expected))
        pooled = [sum(column) for column in zip(*layers.values(), strict=True)] or [0, 0]
        assert found.value == same(value(*pooled))


@pytest.mark.parametrize("annotators", [2, 3, 4])
def test_all_labels_on_one_line_equal_brute_force(annotators: int) -> None:
    for seed in range(120):
        article = side_by_side_article(seed, annotators=annotators, length=24)
        labels = set(article.labels)
        u, bar = alpha_u(article), alpha_bar_u(article)
        assert u.value == same(value(*disagreements(article, labels, False)))
        assert bar.value == same(value(*disagreements(article, labels, True)))
        assert measure("krippendorff_alpha_bar_u", article).value == same(bar.value)


def same(expected: float | None) -> object:
    return None if expected is None else pytest.approx(expected, abs=1e-10)
