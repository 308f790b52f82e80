"""Gamma's alignment is the best there is: compared with every possible alignment."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from annotations.agreement import Continuum, Dissimilarity, packing
from annotations.agreement.aligning import Alignment, best_alignment
from annotations.agreement.clusters import Clusters
from annotations.agreement.lines import Line, line_of
from annotations.agreement.packing import Part, parts_of, search, smooth, sweep
from tests.agreement.examples import random_article


def exhaustive_disorder(line: Line, how: Dissimilarity) -> float:
    """The least disorder over all partitions into clusters of one unit per annotator."""
    apart = how.of_positions(line) + how.beta * how.of_labels(line)
    n, slots = line.n_annotators, comb(line.n_annotators, 2)
    who = line.annotator.tolist()

    def cost(cluster: tuple[int, ...]) -> float:
        real = sum(apart[u, v] for u, v in combinations(cluster, 2))
        return float(real + slots - comb(len(cluster), 2)) / slots

    best: dict[frozenset[int], float] = {frozenset(): 0.0}

    def least(left: frozenset[int]) -> float:
        if left not in best:
            first = min(left)
            others = [u for u in left if who[u] != who[first]]
            best[left] = min(
                cost((first, *more)) + least(left - {first, *more})
                for size in range(n)
                for more in combinations(others, size)
                if len({who[u] for u in more}) == size
            )
        return best[left]

    return how.delta_empty * least(frozenset(range(line.n_units))) / line.mean_units


def cases(annotators: int, how_many: int, most_units: int) -> list[Continuum]:
    made = (
        random_article(
            1000 * annotators + seed,
            annotators=annotators,
            length=(12, 30, 80)[seed % 3],
            most_units=most_units,
            fragments=1 + seed % 2,
        )
        for seed in range(how_many * 2)
    )
    return [article for article in made if article.n_units][:how_many]


@pytest.mark.parametrize(
    ("annotators", "how_many", "most_units"), [(2, 250, 5), (3, 250, 4), (4, 150, 3), (5, 60, 2)]
)
def test_the_optimum_equals_exhaustive_search(
    annotators: int, how_many: int, most_units: int
) -> None:
    weights = [Dissimilarity(), Dissimilarity(3, 1, 1), Dissimilarity(1, 2, 0.5)]
    articles = cases(annotators, how_many, most_units)
    assert len(articles) == how_many
    for number, article in enumerate(articles):
        line, how = line_of(article), weights[number % 3]
        found = best_alignment(line, how).disorder
        assert found == pytest.approx(exhaustive_disorder(line, how), abs=1e-12, rel=1e-12)


def test_every_unit_stands_in_exactly_one_unitary_alignment() -> None:
    for seed in range(50):
        line = line_of(random_article(seed, annotators=4, length=40, most_units=6))
        found: Alignment = best_alignment(line)
        units = [unit for cluster in found.clusters for unit in cluster]
        assert sorted(units) == list(range(line.n_units))
        for cluster in found.clusters:
            assert len({line.annotator[unit] for unit in cluster}) == len(cluster)


def hard_clusters(seed: int) -> Clusters:
    """Clusters that cross each other without order: long searches, fractional prices."""
    dice = np.random.default_rng(seed)
    members = [np.sort(dice.choice(14, size=3, replace=False)) for _ in range(40)]
    return Clusters(np.array(members), dice.uniform(0.5, 2, len(members)))


def a_hard_part(seed: int) -> Part:
    (part,) = parts_of(hard_clusters(seed), range(14))
    return part


def best_gain(part: Part) -> float:
    best: dict[frozenset[int], float] = {}

    def gain(free: frozenset[int]) -> float:
        if not free:
            return 0.0
        if free not in best:
            first = min(free)
            fitting = [c for c in part.of_unit[first] if free.issuperset(part.members[c])]
            best[free] = max(
                gain(free - {first}),
                *(part.gains[c] + gain(free - set(part.members[c])) for c in fitting),
                0.0,
            )
        return best[free]

    return gain(frozenset(range(14)))


@pytest.mark.parametrize("seed", range(20))
def test_search_linear_and_integer_program_find_the_same_optimum(seed: int) -> None:
    from annotations.agreement.packing_lp import lp_prices, milp_packing

    part = a_hard_part(seed)
    best = best_gain(part)
    priced = search(part, lp_prices(part), 10**6)
    swept = search(part, sweep(part, part.prices, 4), 10**6)
    smoothed = search(part, smooth(part, part.prices, 10), 10**6)
    for chosen in (swept, smoothed, priced, milp_packing(part)):
        assert chosen is not None
        taken = [unit for c in chosen for unit in part.members[c]]
        assert len(taken) == len(set(taken))
        assert sum(part.gains[c] for c in chosen) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("patience", [250, 1])
def test_the_packing_is_the_best_however_soon_the_search_gives_up(
    patience: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "PATIENCE", patience)
    monkeypatch.setattr(packing, "LONG_PATIENCE", patience)
    for seed in range(10):
        clusters = hard_clusters(seed)
        rows = sorted(zip(clusters.gains, map(tuple, clusters.members.tolist()), strict=True))
        gain = {inside: gained for gained, inside in rows}
        chosen = packing.best_packing(clusters, range(14))
        found = sum(gain[inside] for inside in chosen)
        assert found == pytest.approx(best_gain(a_hard_part(seed)), abs=1e-9)


def test_a_search_out_of_patience_says_so() -> None:
    part = a_hard_part(3)
    assert search(part, part.prices, 2) is None
