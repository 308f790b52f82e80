"""Finding cases: which spans belong together, what a case is called, what most of them took."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement import Continuum, Unit, aligned
from annotations.curation.finding import (
    DrawnLink,
    FoundCase,
    contest_of,
    find_cases,
    find_links,
)
from annotations.curation.resolving import (
    NOTHING,
    Grain,
    Reading,
    default_extent,
    intersection,
    majority,
    most_words,
    union,
)

TEXT = "Syrian dictator Bashar al-Assad spoke. He left, and nobody asked him why he did."
GRAIN = Grain(TEXT, [(0, 38), (39, 80)], frozenset({"extent"}), {"r": "sentence", "w": "word"})


def article(**people: list[tuple[int, int, str]]) -> Continuum:
    return Continuum.of(
        200,
        {
            who: [Unit(((s, e),), label, key=f"{who}{n}") for n, (s, e, label) in enumerate(spans)]
            for who, spans in people.items()
        },
    )


def kinds(**people: list[tuple[int, int, str]]) -> list[str]:
    return [case.kind for case in find_cases(article(**people))]


@pytest.mark.parametrize(
    ("bob", "carol", "expected"),
    [
        ([(0, 9, "a")], [(0, 9, "a")], ["unanimous"]),
        ([(0, 9, "a")], [(0, 9, "b")], ["label"]),
        ([(0, 9, "a")], [(4, 13, "b")], ["missing", "missing"]),  # they share too little
        ([(0, 9, "a")], [(2, 11, "b")], ["label"]),
        ([(0, 9, "a")], [(0, 15, "a")], ["boundary"]),
        ([(0, 9, "a")], [], ["missing"]),
        ([(0, 20, "a")], [(2, 20, "b")], ["nesting"]),
        ([(0, 40, "a")], [(0, 20, "a"), (21, 40, "a")], ["boundary", "nesting"]),
        ([(0, 40, "a"), (5, 9, "b")], [(0, 40, "a")], ["unanimous", "missing"]),
    ],
)
def test_a_case_is_called_by_what_differs(
    bob: list[tuple[int, int, str]], carol: list[tuple[int, int, str]], expected: list[str]
) -> None:
    assert kinds(bob=bob, carol=carol) == expected


def test_the_same_span_with_other_answers_is_a_case_of_answers() -> None:
    units = [Unit(((0, 9),), "a", key=n, attributes={"kind": n}) for n in ("x", "y")]
    (case,) = find_cases(Continuum.of(20, {"bob": units[:1], "carol": units[1:]}))
    assert (case.kind, len(case.variants)) == ("attribute", 2)


def test_identical_votes_are_one_variant_and_the_commonest_stands_first() -> None:
    people = {"a": [(0, 9, "x")], "b": [(0, 9, "x")], "c": [(0, 15, "x")]}
    (case,) = find_cases(article(**people))
    told = [(one.annotators, one.before, one.after) for one in case.variants]
    assert told == [(("a", "b"), 0, 0), (("c",), 0, 6)]


def test_alike_spans_are_never_parted() -> None:
    people = {"a": [(0, 10, "x"), (2, 10, "x")], "b": [(0, 10, "x"), (0, 12, "x")]}
    alike = [case for case in find_cases(article(**people)) if case.kind == "unanimous"]
    assert [(case.start, case.end) for case in alike] == [(0, 10)]


def test_fragments_are_compared_whole() -> None:
    parts = ((0, 4), (8, 12))
    people = {"a": [Unit(parts, "extent", key="1")], "b": [Unit(((0, 12),), "extent", key="2")]}
    (case,) = find_cases(Continuum.of(20, people))
    told = [variant.unit.fragments for variant in case.variants if variant.unit]
    assert (case.kind, told) == ("boundary", [parts, ((0, 12),)])


A_AND_B = {  # A marks more and shorter, B fewer and longer
    "a": [
        Unit(((0, 82),), "reporting"),
        Unit(((0, 9),), "attribution"),
        Unit(((19, 33),), "allegation"),
        Unit(((39, 57), (69, 79)), "extent"),
        Unit(((43, 57),), "allegation"),
        Unit(((51, 57),), "characterization"),
        Unit(((107, 117),), "attribution", attributes={"kind": "named"}),
        Unit(((147, 156),), "characterization"),
        Unit(((160, 170),), "reporting"),
        Unit(((172, 180),), "reporting"),
    ],
    "b": [
        Unit(((0, 82),), "reporting"),
        Unit(((0, 18),), "attribution"),
        Unit(((19, 33),), "characterization"),
        Unit(((39, 79),), "extent"),
        Unit(((43, 57),), "characterization"),
        Unit(((107, 117),), "attribution", attributes={"kind": "unnamed"}),
        Unit(((84, 103),), "extent"),
        Unit(((160, 180),), "reporting"),
    ],
}


def keyed(people: dict[str, list[Unit]]) -> Continuum:
    return Continuum.of(
        200,
        {
            who: [replace(unit, key=f"{who}{n}") for n, unit in enumerate(units)]
            for who, units in people.items()
        },
    )


def test_the_cases_of_a_against_b_are_these() -> None:
    """Every kind but links, counted by hand."""
    counted = Counter(case.kind for case in find_cases(keyed(A_AND_B)))
    assert counted == {
        "unanimous": 1,  # the sentence
        "label": 1,  # A's first allegation
        # The source; the extent in two pieces; "strike", under one label with "alleged strike"; the
        # longer part of what B marked in one.
        "boundary": 4,
        "nesting": 1,  # the rest of that
        "attribute": 1,  # the named source
        "missing": 3,  # A's "alleged strike", "strongman", B's second extent
    }


def test_ties_are_broken_by_what_is_marked_not_by_names() -> None:
    """The long span weighs the same with either short one: whoever is called what, the same spans
    come together."""
    spans = {"x": [(3, 8, "q")], "y": [(0, 8, "q")], "z": [(0, 5, "q"), (3, 8, "q")]}
    looks = set()
    for names in permutations("abc"):
        found = find_cases(article(**dict(zip(names, spans.values(), strict=True))))
        together = ((u.fragments, u.label) for case in found for u in case.units)
        looks.add((tuple(together), tuple(len(case.span_ids) for case in found)))
    assert len(looks) == 1


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30), st.sampled_from("abc")), max_size=8
)


def drawn(people: list[list[tuple[int, int, str]]]) -> Continuum:
    return article(
        **{f"p{n}": [(s, s + w, label) for s, w, label in spans] for n, spans in enumerate(people)}
    )


PIECES = st.lists(st.integers(0, 90), min_size=2, max_size=6, unique=True).map(
    lambda edges: tuple(zip(*[iter(sorted(edges)[: len(edges) // 2 * 2])] * 2, strict=True))
)
UNITS = st.lists(st.builds(Unit, PIECES, st.sampled_from("ab")), max_size=5, unique=True)


@given(st.lists(UNITS, min_size=2, max_size=4))
def test_spans_in_pieces_stand_in_one_case_each_and_alike_ones_together(
    people: list[list[Unit]],
) -> None:
    whole = keyed({f"p{n}": units for n, units in enumerate(people)})
    cases = find_cases(whole)
    ids = [pk for case in cases for pk in case.span_ids]
    assert sorted(ids) == sorted(str(u.key) for units in whole.annotators.values() for u in units)
    assert all(len(case.members) == len(case.span_ids) for case in cases)
    at = {str(unit.key): case.number for case in cases for unit in case.members.values()}
    alike = defaultdict(set)
    for units in whole.annotators.values():
        for unit in units:
            alike[unit].add(at[str(unit.key)])
    assert all(len(numbers) == 1 for numbers in alike.values())


@given(st.lists(UNITS, min_size=3, max_size=3), st.data())
def test_each_link_of_three_annotators_is_in_one_case_between_its_ends(
    people: list[list[Unit]], data: st.DataObject
) -> None:
    whole = keyed({f"p{n}": units for n, units in enumerate(people)})
    cases = find_cases(whole)
    links = []
    for who, units in whole.annotators.items():
        pairs = list(permutations([str(unit.key) for unit in units], 2))
        chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
        cue = data.draw(st.sampled_from([None, (0, 4), (5, 9)]))
        links += [DrawnLink(f"{who} {a} {b}", who, a, b, cue) for a, b in chosen]
    found = find_links(cases, links, whole.names)
    assert sorted(pk for one in found for pk in one.link_ids) == sorted(link.id for link in links)
    assert len({(one.source, one.target) for one in found}) == len(found)
    for one in found:
        votes = [who for variant in one.variants for who in variant.annotators]
        assert sorted([*votes, *one.missing]) == list(whole.names)
        for link in one.members.values():
            ends = (cases[one.source].span_ids, cases[one.target].span_ids)
            assert (link.source in ends[0], link.target in ends[1]) == (True, True)


def look(case: FoundCase) -> tuple[str, tuple[str, ...]]:
    return case.kind, case.span_ids


@given(st.lists(SPANS, min_size=2, max_size=4), st.randoms())
def test_every_span_stands_in_one_case_whatever_the_order(
    people: list[list[tuple[int, int, str]]], chance: random.Random
) -> None:
    whole = drawn(people)
    cases = find_cases(whole)
    ids = sorted(pk for case in cases for pk in case.span_ids)
    assert ids == sorted(str(u.key) for units in whole.annotators.values() for u in units)
    turned = list(whole.annotators.items())
    chance.shuffle(turned)
    shuffled = {who: tuple(chance.sample(units, len(units))) for who, units in turned}
    again = find_cases(Continuum(whole.length, shuffled))
    assert {look(case) for case in again} == {look(case) for case in cases}


@given(SPANS, SPANS)
def test_with_two_annotators_cases_are_the_floors_pairs(
    bob: list[tuple[int, int, str]], carol: list[tuple[int, int, str]]
) -> None:
    whole = drawn([bob, carol])
    ours, theirs = whole.annotators["p0"], whole.annotators["p1"]
    both = set(ours) & set(theirs)
    left = sorted((unit for unit in ours if unit not in both), key=by_place)
    right = sorted((unit for unit in theirs if unit not in both), key=by_place)
    pairs = {
        tuple(sorted((str(left[m.i].key), str(right[m.j].key))))
        for m in aligned(left, right)
        if m.i is not None and m.j is not None
    }
    found = {case.span_ids for case in find_cases(whole) if len(case.span_ids) == 2}
    alike = {case.span_ids for case in find_cases(whole) if len(case.variants) == 1}
    assert found - alike == pairs


def by_place(unit: Unit) -> tuple[object, str]:
    return unit.fragments, unit.label


def variants(*spans: tuple[int, int], label: str = "a") -> FoundCase:
    people = {f"p{n}": [(s, e, label)] for n, (s, e) in enumerate(spans)}
    (case,) = find_cases(article(**people))
    return case


def test_a_strict_majority_is_more_than_half_of_all_annotators() -> None:
    case = variants((0, 31), (0, 31), (7, 31))
    offer = majority(case.variants, 3)
    assert isinstance(offer, Reading)
    assert offer.fragments == ((0, 31),)
    assert majority(case.variants, 4) is None
    assert majority(case.variants, 7) is NOTHING


def test_extents_are_united_intersected_and_taken_word_by_word() -> None:
    case = variants((0, 31), (7, 31), (7, 15))
    found = [rule(case.variants, GRAIN) for rule in (union, intersection, most_words)]
    assert [isinstance(one, Reading) and one.fragments for one in found] == [
        ((0, 31),),
        ((7, 15),),
        ((7, 31),),
    ]


def test_a_majority_of_words_never_ends_inside_a_word() -> None:
    case = variants((7, 12), (7, 15), (8, 13))
    found = most_words(case.variants, GRAIN)
    assert isinstance(found, Reading)
    assert TEXT[slice(*found.fragments[0])] == "dictator"


def test_the_default_extent_is_the_labels() -> None:
    sentence = default_extent(variants((0, 20), (3, 31), label="r").variants, GRAIN)
    word = default_extent(variants((7, 15), (0, 15), label="w").variants, GRAIN)
    assert [one.fragments for one in (sentence, word) if isinstance(one, Reading)] == [
        ((0, 38),),
        ((7, 15),),
    ]
    two_words = variants((0, 15), (0, 31), label="w")
    assert default_extent(two_words.variants, GRAIN) is None


def test_the_more_apart_and_the_more_telling_come_first() -> None:
    assert contest_of("unanimous", [3], 3) == 0
    assert contest_of("label", [2, 1], 3) > contest_of("boundary", [2, 1], 3)
    assert contest_of("missing", [1], 2) > contest_of("missing", [2], 3)
