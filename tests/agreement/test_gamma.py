"""Gamma of a corpus, its seed and its limits; gamma_cat."""

import json

import numpy as np
import pytest

from annotations.agreement import (
    Continuum,
    Dissimilarity,
    GammaSums,
    gamma_by_pairs,
    gamma_cat_from,
    gamma_from,
    gamma_sums,
    measure,
)
from annotations.agreement.dissimilarity import _offsets_of_fragments
from annotations.agreement.lines import line_of
from tests.agreement.examples import moved, noisy_corpus, random_article


def test_the_same_seed_gives_the_same_figure_and_another_seed_another() -> None:
    corpus = noisy_corpus(1)
    first = measure("gamma", corpus, seed=1)
    assert first == measure("gamma", corpus, seed=1)
    assert first.value != measure("gamma", corpus, seed=2).value
    assert first.parts["samples"] == 30
    assert first.parts["standard_error"] is not None


def test_a_corpus_is_a_ratio_of_sums_weighted_by_mean_units() -> None:
    sums = [gamma_sums(article, seed=1, samples=5) for article in noisy_corpus(1)]
    observed = sum(one.mean_units * one.observed for one in sums)
    expected = sum(one.mean_units * one.expected for one in sums)
    assert gamma_from(sums).value == pytest.approx(1 - observed / expected, abs=1e-12)


def test_articles_of_one_annotator_or_without_spans_add_nothing() -> None:
    corpus = noisy_corpus(1)
    more = [Continuum.of(50, {"alice": [(0, 9, "a")]}), Continuum.of(50, {"alice": [], "bob": []})]
    both = [measure("gamma", some, seed=1, samples=5) for some in (corpus, corpus + more)]
    assert both[0].value == both[1].value


def test_the_standard_error_says_how_far_seeds_lie_apart() -> None:
    article = noisy_corpus(4, articles=1)
    found = [measure("gamma", article, seed=seed, samples=20) for seed in range(20)]
    spread = float(np.std([one.value for one in found if one.value is not None]))
    errors = [one.parts["standard_error"] or 0.0 for one in found]
    assert np.mean(errors) / 2 < spread < np.mean(errors) * 2


def test_independent_annotators_are_near_zero() -> None:
    corpus = [
        random_article(seed, annotators=3, length=600, most_units=12, longest=40)
        for seed in range(60)
    ]
    found = measure("gamma", corpus, samples=10)
    assert found.value == pytest.approx(0, abs=0.03)


def test_one_who_marked_and_one_who_found_nothing_agree_no_more_than_chance() -> None:
    found = measure("gamma", Continuum.of(50, {"alice": [(0, 9, "a")], "bob": []}))
    assert found.value == 0


def test_rotating_keeps_every_unit_whole() -> None:
    line = line_of(random_article(3, annotators=3, fragments=3))
    turned = line.rotated(np.array([3, 17, 8]))
    assert (turned.ends - turned.starts).tolist() == (line.ends - line.starts).tolist()
    assert (turned.middles >= 0).all()
    assert (turned.middles < line.length).all()


def test_the_distance_for_fragments_is_the_usual_one_where_all_have_one() -> None:
    for seed in range(30):
        line = line_of(random_article(seed, annotators=3, length=60, most_units=5))
        if line.n_units:
            usual = np.sqrt(Dissimilarity().of_positions(line))
            assert _offsets_of_fragments(line) == pytest.approx(usual, abs=1e-12)


def test_fragments_are_as_far_apart_as_what_only_one_covers_and_twice_the_gap() -> None:
    two = {"fragments": [[0, 4], [10, 16]], "label": "a"}
    inside = Continuum.of(60, {"alice": [two], "bob": [(2, 12, "a")]})
    beside = Continuum.of(60, {"alice": [two], "bob": [(20, 26, "a")]})
    assert Dissimilarity().of_positions(line_of(inside))[0, 1] == pytest.approx((12 / 20) ** 2)
    assert Dissimilarity().of_positions(line_of(beside))[0, 1] == pytest.approx((24 / 16) ** 2)


def test_too_many_units_too_close_say_so_and_pairs_still_work() -> None:
    units = [(start, start + 30, "a") for start in range(40)]
    article = Continuum.of(100, {f"annotator {n}": units[n:] for n in range(8)})
    found = measure("gamma", article, samples=1)
    assert found.value is None
    assert "out of reach" in found.reason
    assert "out of reach" in measure("gamma_cat", article, samples=1).reason
    pairs = gamma_by_pairs(article.only(["annotator 0", "annotator 1"]), samples=2)
    assert pairs["annotator 0", "annotator 1"].value is not None


def test_sums_survive_json() -> None:
    for article in [*noisy_corpus(2, articles=2), Continuum.of(9, {"alice": []})]:
        sums = gamma_sums(article, samples=3)
        assert GammaSums.from_dict(json.loads(json.dumps(sums.as_dict()))) == sums


def test_gamma_cat_is_undefined_when_no_two_spans_meet() -> None:
    apart = {"alice": [(0, 9, "a")], "bob": [(400, 409, "a")]}
    found = measure("gamma_cat", Continuum.of(500, apart))
    assert found.value is None
    assert found.reason == "no two annotators marked the same place"


def test_gamma_cat_has_a_figure_per_label() -> None:
    found = gamma_cat_from([gamma_sums(one, samples=5) for one in noisy_corpus(3)])
    assert set(found.by_label) == {"a", "b", "c"}
    assert all(one.value is not None for one in found.by_label.values())


def test_gamma_does_not_change_when_all_spans_move() -> None:
    article = noisy_corpus(5, articles=1)[0]
    assert measure("gamma", article) == measure("gamma", moved(article, 30, article.length))
