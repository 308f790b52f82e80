"""One table of properties; every registered measure stands in it, or a test fails.

A property that a measure does not have is listed with the reason, and shown to fail indeed.
"""

from collections.abc import Callable
from functools import partial

import pytest

from annotations.agreement import REGISTRY, Agreement, Coding, Continuum, measure
from annotations.agreement.result import ONE_ANNOTATOR
from tests.agreement.examples import (
    mirrored,
    moved,
    noisy_corpus,
    random_rows,
    renamed,
    side_by_side_article,
)

Corpus = list[Continuum]
NAMES = {"alice": "zoe", "bob": "yann", "carol": "alice"}
LABELS = {"a": "z", "b": "a", "c": "m"}

# Articles -> the same articles, told otherwise. A measure must not see the difference.
ARTICLE_CHANGES: dict[str, Callable[[Corpus], Corpus]] = {
    "permuting annotators": lambda corpus: [renamed(one, NAMES, {}) for one in corpus],
    "renaming labels": lambda corpus: [renamed(one, {}, LABELS) for one in corpus],
    "translating": lambda corpus: [moved(one, 7, one.length) for one in corpus],
    "mirroring": lambda corpus: [mirrored(one) for one in corpus],
    "duplicating the corpus": lambda corpus: corpus * 2,
    "reordering articles": lambda corpus: corpus[::-1],
}
CODING_CHANGES: dict[str, Callable[[list[list[object]]], list[list[object]]]] = {
    "permuting annotators": lambda rows: [row[::-1] for row in rows],
    "reordering units": lambda rows: rows[::-1],
    "renaming labels": lambda rows: [[5 - value for value in row] for row in rows],  # type: ignore[operator]
    "duplicating the units": lambda rows: rows * 2,
}
FINITE = "it corrects for the size of the sample, by (n - 1) / n"
POSITIONAL = "its chance depends on the gaps before the first and after the last unit"

# measure -> properties it lacks, and why.
OF_ARTICLES: dict[str, dict[str, str]] = {
    "exact_f1": {},
    "character_f1": {},
    "partial_credit_f1": {},
    "ner_exact_f1": {},
    "ner_partial_f1": {},
    "ner_ent_type_f1": {},
    "krippendorff_alpha_u": {},
    "krippendorff_alpha_bar_u": {},
    "krippendorff_alpha_cu": {},
    "krippendorff_alpha_u_1995": {"translating": POSITIONAL},
    "gamma": {},
    "gamma_cat": {},
    "krippendorff_alpha": {},
    "krippendorff_alpha_masi": {},
    "cohen_kappa": {},
    "scott_pi": {},
    "fleiss_kappa": {},
    "gwet_ac1": {},
}
OF_CODINGS: dict[str, dict[str, str]] = {
    "krippendorff_alpha": {"duplicating the units": FINITE},
    "krippendorff_alpha_ordinal": {"duplicating the units": FINITE},
    "krippendorff_alpha_interval": {"duplicating the units": FINITE},
    "krippendorff_alpha_ratio": {
        "duplicating the units": FINITE,
        "renaming labels": "values are magnitudes: turning the scale round changes their ratios",
    },
    "krippendorff_alpha_jaccard": {"duplicating the units": FINITE},
    "krippendorff_alpha_masi": {"duplicating the units": FINITE},
    "krippendorff_alpha_masi_dkpro": {"duplicating the units": FINITE},
    "cohen_kappa": {},
    "cohen_kappa_linear": {},
    "cohen_kappa_quadratic": {},
    "scott_pi": {},
    "fleiss_kappa": {},
    "gwet_ac1": {},
    "gwet_ac2_linear": {},
    "gwet_ac2_quadratic": {},
    "gwet_ac2_ordinal": {},
    "bennett_s": {},
    "observed_agreement": {},
}
SETS = [frozenset("a"), frozenset("b"), frozenset("ab"), frozenset("abc")]


def test_every_registered_measure_stands_in_a_table() -> None:
    assert {name for name, one in REGISTRY.items() if one.articles} == set(OF_ARTICLES)
    assert {name for name, one in REGISTRY.items() if one.coding} == set(OF_CODINGS)
    assert set(REGISTRY) == set(OF_ARTICLES) | set(OF_CODINGS)


def test_every_registered_measure_says_what_it_is() -> None:
    for name, one in REGISTRY.items():
        assert one.name == name
        assert one.title
        assert one.says.endswith(".")
        assert one.paper


def corpora(name: str) -> list[Corpus]:
    """Overlapping labels, save for the measure that needs one label a place."""
    if name != "krippendorff_alpha_cu":
        return [noisy_corpus(seed) for seed in range(3 if name.startswith("gamma") else 6)]
    plain = [[side_by_side_article(10 * s + k, annotators=3) for k in range(4)] for s in range(6)]
    return [[moved(one, 0, one.length + 10) for one in corpus] for corpus in plain]


def articles_measure(name: str, corpus: Corpus) -> Agreement:
    return measure(name, corpus, seed=3, samples=2)


@pytest.mark.parametrize("change", ARTICLE_CHANGES)
@pytest.mark.parametrize("name", OF_ARTICLES)
def test_a_measure_of_articles_sees_no_difference(name: str, change: str) -> None:
    changes = []
    for corpus in corpora(name):
        before = articles_measure(name, corpus)
        after = articles_measure(name, ARTICLE_CHANGES[change](corpus))
        assert before.value is not None
        changes.append(abs(before.value - (after.value or 0.0)))
    if change in OF_ARTICLES[name]:
        assert max(changes) > 1e-6, "it has the property after all: take it out of the list"
    else:
        assert max(changes) < 1e-9


@pytest.mark.parametrize("name", OF_ARTICLES)
def test_perfect_agreement_of_articles_is_one(name: str) -> None:
    units = [(3, 9, "a"), (12, 20, "b"), (20, 26, "a"), (30, 31, "c")]
    article = Continuum.of(50, {"alice": units, "bob": units, "carol": units})
    found = measure(name, [article, article])
    assert found.value == 1
    assert found.reason == ""


@pytest.mark.parametrize("name", OF_ARTICLES)
def test_one_annotator_is_undefined(name: str) -> None:
    found = measure(name, [Continuum.of(50, {"alice": [(3, 9, "a")]})])
    assert found.value is None
    assert found.reason == ONE_ANNOTATOR


@pytest.mark.parametrize("name", OF_ARTICLES)
def test_annotators_who_share_no_article_are_undefined(name: str) -> None:
    apart = [Continuum.of(50, {who: [(3, 9, "a")]}) for who in ("alice", "bob")]
    found = measure(name, apart)
    assert found.value is None
    assert found.reason == ONE_ANNOTATOR


@pytest.mark.parametrize("name", OF_ARTICLES)
def test_articles_nobody_marked_are_undefined_and_say_so(name: str) -> None:
    found = measure(name, [Continuum.of(50, {"alice": [], "bob": []})])
    assert found.value is None
    assert found.reason == "nobody marked anything"


@pytest.mark.parametrize("name", OF_ARTICLES)
def test_an_absent_annotator_is_not_one_who_found_nothing(name: str) -> None:
    units = [(3, 9, "a"), (12, 20, "b")]
    together = Continuum.of(50, {"alice": units, "bob": units})
    empty = Continuum.of(50, {"alice": units, "bob": units, "carol": []})
    assert measure(name, together).value == 1
    found = measure(name, empty).value
    if name in ("krippendorff_alpha_cu", "gamma_cat"):  # only where two have a unit
        assert found == 1
    else:
        assert found is not None
        assert found < 1


def rows_for(name: str, seed: int) -> list[list[object]]:
    if "masi" in name or "jaccard" in name:
        rows = random_rows(seed, 14, 3, range(4), 0)
        return [[SETS[value] for value in row] for row in rows]  # type: ignore[index]
    return random_rows(seed, 14, 3, (1, 2, 3, 4), 0)


def coding_measure(name: str, rows: list[list[object]]) -> Agreement:
    return measure(name, Coding.of(rows))


@pytest.mark.parametrize("change", CODING_CHANGES)
@pytest.mark.parametrize("name", OF_CODINGS)
def test_a_measure_of_judgements_sees_no_difference(name: str, change: str) -> None:
    how = CODING_CHANGES[change]
    if change == "renaming labels" and ("masi" in name or "jaccard" in name):
        how = partial(map_sets, {"a": "z", "b": "a", "c": "b"})
    changes = []
    for seed in range(8):
        rows = rows_for(name, seed)
        before, after = coding_measure(name, rows), coding_measure(name, how(rows))
        assert before.value is not None
        assert after.value is not None
        changes.append(abs(before.value - after.value))
    if change in OF_CODINGS[name]:
        assert max(changes) > 1e-6, "it has the property after all: take it out of the list"
    else:
        assert max(changes) < 1e-12


def map_sets(names: dict[str, str], rows: list[list[frozenset[str]]]) -> list[list[object]]:
    return [[frozenset(names[label] for label in value) for value in row] for row in rows]


@pytest.mark.parametrize("name", OF_CODINGS)
def test_perfect_judgements_are_one(name: str) -> None:
    rows = [[row[0]] * 3 for row in rows_for(name, 1)]
    assert coding_measure(name, rows).value == 1


@pytest.mark.parametrize("name", OF_CODINGS)
def test_judgements_of_one_annotator_are_undefined(name: str) -> None:
    found = coding_measure(name, [row[:1] for row in rows_for(name, 1)])
    assert found.value is None
    assert found.reason == ONE_ANNOTATOR


@pytest.mark.parametrize("name", OF_CODINGS)
def test_judgements_that_never_meet_are_undefined(name: str) -> None:
    rows = [[row[0], None] if n % 2 else [None, row[1]] for n, row in enumerate(rows_for(name, 1))]
    found = coding_measure(name, rows)
    assert found.value is None
    assert found.reason == "no unit was judged by two annotators"


@pytest.mark.parametrize("name", [name for name in OF_CODINGS if name != "observed_agreement"])
def test_judgements_without_variation_are_undefined(name: str) -> None:
    value = rows_for(name, 1)[0][0]
    found = coding_measure(name, [[value, value]] * 5)
    assert found.value is None
    assert found.reason == "no variation: everyone used one value"
