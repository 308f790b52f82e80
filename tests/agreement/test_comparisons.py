"""Counts of what was found, missed and called otherwise; each leads back to its spans."""

import json
from collections import Counter

import pytest

from annotations.agreement import (
    Comparison,
    Continuum,
    Match,
    Split,
    aligned,
    aligned_units,
    compare,
    confusion,
    findings,
    measure,
    splits,
    symmetric,
    tolerance_curve,
    within,
)
from tests.agreement.examples import noisy_corpus, random_article

ARTICLE = Continuum.of(
    200,
    {
        "alice": [(0, 40, "reporting"), (10, 15, "loaded"), (50, 60, "source"), (80, 99, "claim")],
        "bob": [(0, 40, "reporting"), (50, 66, "source"), (80, 99, "loaded"), (120, 130, "claim")],
    },
)


def test_every_unit_is_agreed_otherwise_bounded_otherwise_named_missed_or_extra() -> None:
    found = aligned(ARTICLE.annotators["alice"], ARTICLE.annotators["bob"])
    assert found == [
        Match(0, 0, "agreed"),
        Match(1, None, "missed"),
        Match(2, 1, "boundary"),
        Match(3, 2, "label"),
        Match(None, 3, "extra"),
    ]


def test_a_word_nested_in_a_sentence_is_missed_and_not_the_sentence_under_another_name() -> None:
    article = Continuum.of(90, {"alice": [(0, 80, "reporting")], "bob": [(10, 15, "loaded")]})
    kinds = [finding.match.kind for finding in findings(article)]
    assert kinds == ["missed", "extra"]


def test_matching_is_by_greatest_weight_and_not_by_list_order() -> None:
    ours = [(0, 10, "a"), (8, 20, "a")]
    article = Continuum.of(30, {"alice": ours, "bob": [(7, 20, "a"), (0, 4, "a")]})
    found = aligned(article.annotators["alice"], article.annotators["bob"])
    assert [(match.i, match.j) for match in found] == [(0, 1), (1, 0)]


def test_splits_count_units_by_the_sort_of_disagreement() -> None:
    found = splits(compare(ARTICLE))
    assert found[None] == Split(agreed=2, presence=2, boundary=2, label=2)
    assert found["claim"] == Split(presence=1, label=1)
    assert found["loaded"] == Split(presence=1, label=1)
    assert found["source"] == Split(boundary=2)
    assert found[None].share("presence") == 1 / 3
    assert found["reporting"].share("presence") is None


def test_confusion_has_missed_and_extra() -> None:
    table = confusion(compare(ARTICLE))
    assert table == {
        ("reporting", "reporting"): 1,
        ("loaded", None): 1,
        ("source", "source"): 1,
        ("claim", "loaded"): 1,
        (None, "claim"): 1,
    }
    assert symmetric(table)["claim", None] == 1


def test_counts_are_the_lengths_of_the_lists_behind_them() -> None:
    corpus = noisy_corpus(1) + [random_article(seed, annotators=4) for seed in range(30)]
    counted = [one for article in corpus for one in compare(article)]
    listed = list(findings(corpus))
    assert sum(confusion(counted).values()) == len(listed)
    assert confusion(counted) == dict(Counter((one.label_a, one.label_b) for one in listed))
    pooled = splits(counted)[None]
    assert pooled.presence == sum(one.match.kind in ("missed", "extra") for one in listed)
    assert pooled.boundary == 2 * sum(one.match.kind == "boundary" for one in listed)
    assert pooled.label == 2 * sum(one.match.kind == "label" for one in listed)


def test_findings_name_each_unit_of_each_pair_once() -> None:
    for seed in range(30):
        article = random_article(seed, annotators=3, fragments=2)
        for a, b in article.pairs:
            mine = [one for one in findings(article) if (one.a, one.b) == (a, b)]
            units = [one.match.i for one in mine if one.match.i is not None]
            theirs = [one.match.j for one in mine if one.match.j is not None]
            assert sorted(units) == list(range(len(article.annotators[a])))
            assert sorted(theirs) == list(range(len(article.annotators[b])))
            for one in mine:
                if one.match.i is not None:
                    assert article.annotators[a][one.match.i].label == one.label_a


def test_agreed_findings_are_the_matches_of_exact_f1() -> None:
    for seed in range(40):
        article = random_article(seed, annotators=2, length=30)
        agreed = sum(one.match.kind == "agreed" for one in findings(article))
        exact = measure("exact_f1", article)
        if exact.value is not None:
            assert exact.value == pytest.approx(2 * agreed / article.n_units, abs=1e-12)


def test_the_tolerance_curve_begins_at_exact_f1_and_never_falls() -> None:
    corpus = noisy_corpus(3)
    counted = [one for article in corpus for one in compare(article)]
    for label in (None, "a", "b"):
        curve = tolerance_curve(counted, label)
        values = [one.value or 0.0 for _, one in curve]
        exact = measure("exact_f1", corpus)
        assert values[0] == (exact if label is None else exact.by_label[label]).value
        assert values == sorted(values)
        assert values[-1] > values[0]
    assert tolerance_curve(counted, "nobody's")[0][1].value is None


def test_the_tolerance_curve_counts_pairs_within_reach() -> None:
    corpus = [random_article(seed, annotators=2, length=40) for seed in range(20)]
    for article in corpus:
        (counted,) = compare(article, tolerances=(0, 3, 9))
        for at, tolerance in enumerate((0, 3, 9)):
            pairs = within(article.annotators["alice"], article.annotators["bob"], tolerance)
            assert sum(counts[at] for counts in counted.within.values()) == len(pairs)


def test_comparisons_survive_json() -> None:
    for one in compare(ARTICLE):
        assert Comparison.from_dict(json.loads(json.dumps(one.as_dict()))) == one


def test_the_best_alignment_names_units_by_annotator() -> None:
    found = aligned_units(ARTICLE)
    assert {"alice": 0, "bob": 0} in found
    assert {"alice": 2, "bob": 1} in found
    units = [(name, unit) for one in found for name, unit in one.items()]
    assert len(units) == len(set(units)) == ARTICLE.n_units
