"""Attributes of matched spans, and links."""

import pytest

from annotations.agreement import (
    Continuum,
    Unit,
    answers,
    attribute_agreement,
    link_f1,
    link_findings,
)


def unit(start: int, end: int, label: str, **attributes: object) -> Unit:
    return Unit(((start, end),), label, attributes=attributes)


def article(*pairs: tuple[object, object]) -> Continuum:
    """Two annotators with the same spans and these answers to `kind`."""
    marked = {
        name: [
            unit(10 * at, 10 * at + 5, "source", kind=pair[who]) for at, pair in enumerate(pairs)
        ]
        for who, name in enumerate(("alice", "bob"))
    }
    return Continuum.of(10 * len(pairs) + 10, marked)


def test_attributes_are_compared_on_matched_spans_only() -> None:
    one = Continuum.of(
        90,
        {
            "alice": [unit(0, 9, "source", kind="named"), unit(20, 30, "source", kind="role")],
            "bob": [unit(1, 9, "source", kind="named"), unit(50, 60, "source", kind="role")],
        },
    )
    (found,) = answers(one, "kind")
    assert (found.a, found.i, found.b, found.j) == ("alice", 0, "bob", 0)
    assert found.values == ("named", "named")


def test_attribute_agreement_is_alpha_over_what_both_answered() -> None:
    given = answers(article(("x", "x"), ("x", "y"), ("y", "y"), ("y", None)), "kind")
    found = attribute_agreement(given)
    assert found.value == pytest.approx(1 - 5 * 2 / (2 * 3 * 3), abs=1e-12)
    assert found.parts == {"spans": 3, "agreeing": pytest.approx(2 / 3), "blank": 1}


def test_an_ordinal_attribute_forgives_near_answers_more_than_far_ones() -> None:
    scale = ["weak", "medium", "strong"]
    same = [(value, value) for value in scale] * 2
    near = attribute_agreement(
        answers(article(*same, ("weak", "medium")), "kind"), distance="ordinal", values=scale
    )
    far = attribute_agreement(
        answers(article(*same, ("weak", "strong")), "kind"), distance="ordinal", values=scale
    )
    assert near.value is not None
    assert far.value is not None
    assert near.value > far.value


def test_an_attribute_nobody_answered_twice_is_undefined() -> None:
    found = attribute_agreement(answers(article(("x", None)), "kind"))
    assert found.value is None
    assert found.reason == "no two annotators answered this on the same span"


def linked(alice: list[tuple[int, int]], bob: list[tuple[int, int]], shift: int = 0) -> Continuum:
    units = [(0, 9, "source"), (20, 40, "extent"), (50, 70, "extent")]
    moved = [(start, end + shift, label) for start, end, label in units]
    return Continuum.of(90, {"alice": units, "bob": moved}, links={"alice": alice, "bob": bob})


def test_a_link_is_shared_when_both_ends_match() -> None:
    found = link_f1(linked([(0, 1), (0, 2)], [(0, 1)]))
    assert found.value == 2 * 1 / 3
    assert link_f1(linked([(0, 1)], [(1, 0)])).value == 0
    assert link_f1(linked([], [])).reason == "nobody drew a link"


def test_boundaries_may_differ_when_links_are_compared_tolerantly() -> None:
    one = linked([(0, 1)], [(0, 1)], shift=3)
    assert link_f1(one).value == 0
    assert link_f1(one, exact=False).value == 1


def test_links_are_named_so_that_they_can_be_shown() -> None:
    found = link_findings(linked([(0, 1), (0, 2)], [(0, 2), (1, 2)]))
    assert [(one.link_a, one.link_b) for one in found] == [(0, None), (1, 0), (None, 1)]
