"""Odd articles: every measure answers with a finite number, or with None and a reason."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.agreement import (
    REGISTRY,
    Agreement,
    Continuum,
    Unit,
    compare,
    compute,
    confusion,
    counts,
    findings,
    sums_of,
)

OF_ARTICLES = [name for name, one in REGISTRY.items() if one.articles]
ODD: dict[str, list[Continuum]] = {
    "no article": [],
    "an empty text": [Continuum.of(0, {"alice": [], "bob": []})],
    "nobody": [Continuum.of(9, {})],
    "one character": [Continuum.of(1, {"alice": [(0, 1, "a")], "bob": [(0, 1, "a")]})],
    "one marked, one found nothing": [Continuum.of(9, {"alice": [(0, 2, "a")], "bob": []})],
    "everything marked": [Continuum.of(9, {"alice": [(0, 9, "a")], "bob": [(0, 9, "a")]})],
    "everything, differently": [Continuum.of(9, {"alice": [(0, 9, "a")], "bob": [(0, 9, "b")]})],
    "a label without a name": [Continuum.of(9, {"alice": [(0, 3)], "bob": [(1, 3)]})],
    "strangers": [Continuum.of(9, {"alice": [(0, 3)]}), Continuum.of(9, {"bob": [(0, 3)]})],
    "two and four annotators": [
        Continuum.of(9, {"alice": [(0, 3, "a")], "bob": [(0, 4, "a")]}),
        Continuum.of(9, {name: [(0, 3, "b")] for name in "wxyz"}),
    ],
}


def is_sound(one: Agreement) -> bool:
    inside = [*one.by_label.values()]
    numbers = [one.value, one.observed, one.expected, *one.parts.values()]
    return (
        all(number is None or math.isfinite(number) for number in numbers)
        and (one.value is None) == bool(one.reason)
        and (one.value is None or one.value <= 1 + 1e-12)
        and all(is_sound(part) for part in inside)
    )


@pytest.mark.parametrize("corpus", ODD.values(), ids=ODD)
def test_odd_articles_are_measured_or_said_to_be_undefined(corpus: list[Continuum]) -> None:
    for one in compute(corpus, OF_ARTICLES, samples=3).values():
        assert is_sound(one)
    assert counts(sums_of(corpus))["articles"] == sum(len(a.annotators) > 1 for a in corpus)
    counted = [one for article in corpus for one in compare(article)]
    assert sum(confusion(counted).values()) == len(list(findings(corpus)))


@st.composite
def articles(draw: Any) -> Continuum:
    length = draw(st.integers(1, 30))
    stretch = st.tuples(st.integers(0, length - 1), st.integers(1, 9)).map(
        lambda pair: (pair[0], min(length, pair[0] + pair[1]))
    )
    unit = st.builds(
        lambda parts, label: Unit(tuple(parts), label),
        st.lists(stretch, min_size=1, max_size=3),
        st.sampled_from("abc"),
    )
    names = draw(st.lists(st.sampled_from("wxyz"), unique=True, max_size=4))
    return Continuum.of(length, {name: draw(st.lists(unit, max_size=4)) for name in names})


@settings(max_examples=60, deadline=None)
@given(st.lists(articles(), max_size=3))
def test_any_articles_are_measured_or_said_to_be_undefined(corpus: list[Continuum]) -> None:
    for one in compute(corpus, OF_ARTICLES, samples=2).values():
        assert is_sound(one)


@settings(max_examples=60, deadline=None)
@given(articles())
def test_an_article_agrees_perfectly_with_itself(article: Continuum) -> None:
    for name, units in article.annotators.items():
        twice = Continuum(article.length, {"one": units, "other": units})
        for found in compute([twice], OF_ARTICLES, samples=2).values():
            assert found.value is None or found.value == pytest.approx(1), name
