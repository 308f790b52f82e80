"""Figures from additive sums: what is summed, what is left out, what is undefined."""

import json

import numpy as np
import pytest

from annotations.agreement import (
    Continuum,
    Spans,
    Unit,
    by_pairs,
    counts,
    figure,
    leave_one_out,
    measure,
    restored,
    stored,
    sums_of,
)
from annotations.agreement.figures import MEASURES
from annotations.agreement.unitizing import runs_of
from tests.agreement.examples import noisy_corpus, random_article

PAIR = {"alice": [(0, 10, "a"), (20, 30, "b")], "bob": [(0, 10, "a"), (25, 35, "b")]}


def test_exact_f1_sums_counts_over_pairs_and_articles() -> None:
    one = Continuum.of(50, PAIR)
    two = Continuum.of(50, {"alice": [(1, 2, "a")], "carol": [(1, 2, "a")]})
    found = measure("exact_f1", [one, two])
    assert found.value == 2 * (1 + 1) / (4 + 2)
    assert found.by_label["a"].value == 1
    assert found.by_label["b"].value == 0


def test_character_f1_counts_characters_per_label() -> None:
    found = measure("character_f1", Continuum.of(50, PAIR))
    assert found.by_label["b"].value == 2 * 5 / 20
    assert found.value == 2 * 15 / 40


def test_later_fragments_count() -> None:
    whole = {"alice": [{"fragments": [[0, 5], [10, 15]], "label": "a"}]}
    half = Continuum.of(50, {**whole, "bob": [(0, 5, "a")]})
    assert measure("exact_f1", half).value == 0
    assert measure("character_f1", half).value == 2 * 5 / 15
    other = {"fragments": [[0, 5], [12, 17]], "label": "a"}
    shifted = Continuum.of(50, {**whole, "bob": [other]})
    for name in ("exact_f1", "character_f1", "krippendorff_alpha_u", "gamma"):
        found = measure(name, shifted).value
        assert found is not None
        assert found < 1


def test_the_same_span_twice_by_one_annotator_is_one() -> None:
    twice = Continuum.of(50, {"alice": [(0, 9, "a"), (0, 9, "a")], "bob": [(0, 9, "a")]})
    assert measure("exact_f1", twice).value == 1
    rows = np.array([[0, 0, 0, 0, 9], [0, 0, 0, 0, 9], [0, 1, 0, 0, 9]])
    spans = Spans.contiguous(
        ("alice", "bob"), ("a",), np.array([50]), np.array([[0, 0], [0, 1]]), rows
    )
    assert figure(sums_of(spans), "exact_f1").value == 1


def test_overlaps_of_one_label_are_one_stretch_for_alpha_but_two_spans_for_f1() -> None:
    article = Continuum.of(50, {"alice": [(0, 10, "a"), (5, 15, "a")], "bob": [(0, 15, "a")]})
    assert measure("krippendorff_alpha_u", article).value == 1
    assert measure("character_f1", article).value == 1
    assert measure("exact_f1", article).value == 0


def test_a_split_span_is_perfect_for_alpha_and_not_for_gamma() -> None:
    article = Continuum.of(30, {"alice": [(0, 10, "a")], "bob": [(0, 5, "a"), (5, 10, "a")]})
    assert measure("krippendorff_alpha_u", article).value == 1
    found = measure("gamma", article).value
    assert found is not None
    assert found < 1


def test_nested_disagreement_does_not_read_as_perfect() -> None:
    both = [(0, 40, "reporting")]
    article = Continuum.of(60, {"alice": [*both, (10, 15, "allegation")], "bob": both})
    found = measure("krippendorff_alpha_u", article)
    assert found.by_label["reporting"].value == 1
    assert found.by_label["allegation"].value is not None
    assert found.by_label["allegation"].value < 1
    assert found.value is not None
    assert found.value < 1


def test_both_found_nothing_is_undefined_and_counted() -> None:
    corpus = [Continuum.of(50, {"alice": [], "bob": []}), Continuum.of(50, PAIR)]
    sums = sums_of(corpus)
    assert counts(sums)["both_found_nothing"] == 1
    assert figure(sums, "exact_f1") == measure("exact_f1", corpus[1:])
    assert measure("exact_f1", corpus[:1]).value is None


def test_a_label_that_covers_everything_has_no_variation() -> None:
    article = Continuum.of(10, {"alice": [(0, 10, "a")], "bob": [(0, 10, "a")]})
    for name in ("krippendorff_alpha_u", "krippendorff_alpha", "cohen_kappa", "scott_pi"):
        found = measure(name, article)
        assert found.value is None
        assert found.reason == "no variation: everyone used one value"


def test_pooled_is_a_ratio_of_sums_and_not_a_mean() -> None:
    corpus = noisy_corpus(2)
    found = measure("krippendorff_alpha_u", corpus)
    layers = found.by_label.values()
    observed = sum(one.observed or 0 for one in layers)
    expected = sum(one.expected or 0 for one in layers)
    assert found.value == pytest.approx(1 - observed / expected, abs=1e-12)
    assert found.value != pytest.approx(np.mean([one.value for one in layers]), abs=1e-6)


@pytest.mark.parametrize("name", MEASURES)
def test_stored_sums_give_the_same_figures(name: str) -> None:
    corpus = [random_article(seed, annotators=2 + seed % 3, fragments=2) for seed in range(12)]
    corpus.append(Continuum.of(20, {"alice": []}))
    sums = sums_of(corpus)
    again = restored(json.loads(json.dumps(stored(sums))))
    assert again.n_articles == sums.n_articles == 13
    assert figure(again, name) == figure(sums, name)


def test_sums_of_another_version_are_refused() -> None:
    (row,) = stored(sums_of(Continuum.of(50, PAIR)))
    assert row is not None
    with pytest.raises(ValueError, match="another version"):
        restored([{**row, "version": 0}])


def test_sums_equal_sets_of_characters_and_of_units() -> None:
    for seed in range(60):
        article = random_article(seed, annotators=4, length=20, most_units=5, fragments=3)
        sums = sums_of(article)
        (block,) = sums.blocks
        lines = [article.annotators[name] for name in article.names]
        marked = [
            {x for u in units for s, e in u.fragments for x in range(s, e)} for units in lines
        ]
        assert block.any_covered[:, 0].tolist() == [len(cells) for cells in marked]
        assert block.any_squares[:, 0].tolist() == [pairs_in_one_run(units) for units in lines]
        for p, (i, j) in enumerate(block.pairs):
            assert block.any_both[p, 0] == len(marked[i] & marked[j])
            for k, label in enumerate(sums.labels):
                a, b = (of_label(lines[x], label) for x in (i, j))
                assert block.exact[p, 0, k] == len(set(a) & set(b))
                assert block.both[p, 0, k] == len(cells_of(a) & cells_of(b))


def of_label(units: tuple[Unit, ...], label: str) -> list[Unit]:
    return [unit for unit in units if unit.label == label]


def cells_of(units: list[Unit]) -> set[int]:
    return {x for unit in units for start, end in unit.fragments for x in range(start, end)}


def pairs_in_one_run(units: tuple[Unit, ...]) -> int:
    runs = runs_of(units)
    return len({(x, y) for s, e, _ in runs for x in range(s, e) for y in range(s, e)})


def test_spans_of_somebody_who_did_not_submit_are_refused() -> None:
    rows = np.array([[0, 2, 0, 0, 9]])
    spans = Spans.contiguous(
        ("alice", "bob", "carol"), ("a",), np.array([50]), np.array([[0, 0], [0, 1]]), rows
    )
    with pytest.raises(ValueError, match="did not submit"):
        sums_of(spans)


@pytest.mark.parametrize("name", MEASURES)
def test_leaving_an_annotator_out_is_measuring_without_them(name: str) -> None:
    corpus = noisy_corpus(5, articles=5, annotators=4)
    corpus[0] = corpus[0].without("dave")
    found = leave_one_out(sums_of(corpus), [name])
    for who, figures in found.items():
        again = measure(name, [article.without(who) for article in corpus])
        assert figures[name].value == pytest.approx(again.value, abs=1e-12)


def test_pairs_of_annotators_are_measured_over_what_they_share() -> None:
    corpus = noisy_corpus(6, articles=5, annotators=3)
    corpus[0] = corpus[0].without("carol")
    corpus += [Continuum.of(40, {"erin": [(1, 4, "a")]})]
    found = by_pairs(sums_of(corpus), "character_f1")
    again = measure("character_f1", [a.only(("bob", "carol")) for a in corpus])
    assert found["bob", "carol"].value == again.value
    assert found["alice", "erin"].value is None


def test_articles_can_be_chosen_from_sums() -> None:
    corpus = noisy_corpus(7, articles=6)
    some = sums_of(corpus).of_articles([1, 4])
    assert figure(some, "exact_f1").value == measure("exact_f1", [corpus[1], corpus[4]]).value
    assert some.n_shared == 2
