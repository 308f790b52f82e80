"""Intervals: over articles, seeded, and None with the reason where there are too few."""

import numpy as np
import pytest

from annotations.agreement import Continuum, compute, figures_with_intervals, resampling, sums_of
from annotations.agreement.figures import terms_of
from annotations.agreement.resampling import intervals_of, replicate_sums
from tests.agreement.examples import noisy_corpus

BOTH = ("exact_f1", "krippendorff_alpha_u")


def test_fewer_than_ten_shared_articles_have_no_interval_and_say_why() -> None:
    corpus = [*noisy_corpus(1, articles=9), Continuum.of(40, {"alice": [(1, 2, "a")]})]
    found = figures_with_intervals(sums_of(corpus), BOTH, replicates=50)
    for one in found.values():
        assert one.value is not None
        assert one.interval is None
        assert one.interval_reason == "too few articles for an interval"


def test_the_interval_holds_the_figure_and_depends_on_the_seed_alone() -> None:
    sums = sums_of(noisy_corpus(1, articles=30))
    first = figures_with_intervals(sums, BOTH, replicates=300, seed=7)
    assert first == figures_with_intervals(sums, BOTH, replicates=300, seed=7)
    assert first != figures_with_intervals(sums, BOTH, replicates=300, seed=8)
    for one in [*first.values(), *first["exact_f1"].by_label.values()]:
        assert one.interval is not None
        assert one.value is not None
        assert one.interval.low < one.value < one.interval.high
        assert one.interval.level == 0.95


def test_a_replicate_is_the_figure_of_articles_drawn_with_replacement() -> None:
    terms = np.random.default_rng(1).uniform(size=(12, 3))
    dice = np.random.default_rng(5)
    drawn = dice.integers(0, 12, size=(40, 12))
    assert replicate_sums(terms, 40, 5) == pytest.approx(terms[drawn].sum(axis=1), abs=1e-12)


def test_poisson_weights_give_nearly_the_same_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = [terms_of(sums_of(noisy_corpus(3, articles=400)), "krippendorff_alpha_u")]
    (exact,) = intervals_of(terms, replicates=2000)
    monkeypatch.setattr(resampling, "EXACT_UP_TO", 100)
    (poisson,) = intervals_of(terms, replicates=2000)
    one, other = exact[None][0], poisson[None][0]
    assert one is not None
    assert other is not None
    width = one.high - one.low
    assert abs(one.low - other.low) < width / 10
    assert abs(one.high - other.high) < width / 10


def test_poisson_weights_have_mean_and_variance_one() -> None:
    table = resampling._poisson_table()
    assert len(table) == 2**16
    assert table.mean() == pytest.approx(1, abs=1e-4)
    assert table.var() == pytest.approx(1, abs=1e-3)


def test_a_label_of_one_article_has_no_stable_interval() -> None:
    corpus = noisy_corpus(4, articles=15)
    corpus[0] = Continuum.of(40, {"alice": [(1, 4, "rare")], "bob": [(1, 4, "rare")]})
    found = figures_with_intervals(sums_of(corpus), ["exact_f1"])["exact_f1"].by_label["rare"]
    assert found.value == 1
    assert found.interval is None
    assert "undefined in too many" in found.interval_reason


def test_gamma_has_an_interval_over_articles_too() -> None:
    found = compute(noisy_corpus(2, articles=12), ["gamma", "gamma_cat"], samples=5, replicates=200)
    for one in (found["gamma"], found["gamma_cat"], *found["gamma_cat"].by_label.values()):
        assert one.value is not None
        assert one.interval is not None
        assert one.interval.low <= one.value <= one.interval.high


def test_sums_do_not_depend_on_the_size_of_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    from annotations.agreement import sweeping

    corpus = noisy_corpus(9, articles=11)
    whole = terms_of(sums_of(corpus), "krippendorff_alpha_u")
    monkeypatch.setattr(sweeping, "CHUNK", 3)
    parts = terms_of(sums_of(corpus), "krippendorff_alpha_u")
    assert parts.articles.tolist() == whole.articles.tolist() == list(range(11))
    assert parts.parts == pytest.approx(whole.parts)
    assert parts.wholes == pytest.approx(whole.wholes)
