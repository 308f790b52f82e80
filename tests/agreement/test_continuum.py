"""Units are read from several shapes, and refused with a sentence that says where and why."""

from typing import Any

import pytest

from annotations.agreement import BadUnits, Continuum, Unit, snapped, without_regions, without_rests


def test_tuples_mappings_and_units_are_the_same() -> None:
    shapes = [
        (2, 5, "a"),
        {"start": 2, "end": 5, "label": "a"},
        {"fragments": [[2, 5]], "label": "a"},
        {"fragments": [{"start": 2, "end": 5}], "label": "a"},
        Unit(((2, 5),), "a"),
    ]
    read = [Continuum.of(9, {"alice": [shape]}).annotators["alice"] for shape in shapes]
    assert read == [(Unit(((2, 5),), "a"),)] * len(shapes)


def test_fragments_that_touch_are_one_and_stand_in_order() -> None:
    unit = Unit(((8, 9), (0, 2), (2, 4)), "a")
    assert unit.fragments == ((0, 4), (8, 9))
    assert (unit.start, unit.end, unit.n_characters) == (0, 9, 5)


@pytest.mark.parametrize(
    ("unit", "sentence"),
    [
        ((5, 3, "a"), "Unit 1 of alice [5, 3) ends before it starts."),
        ((5, 5, "a"), "Unit 1 of alice [5, 5) is empty."),
        ((5, 11, "a"), "Unit 1 of alice [5, 11) lies outside the article of length 10."),
        ((-1, 4, "a"), "Unit 1 of alice [-1, 4) lies outside the article of length 10."),
        ((1.5, 4, "a"), "Unit 1 of alice has an offset that is not a whole number: (1.5, 4)."),
        ((True, 4, "a"), "Unit 1 of alice has an offset that is not a whole number: (True, 4)."),
        (("1", 4, "a"), "Unit 1 of alice has an offset that is not a whole number: ('1', 4)."),
        ((1, 4, None), "Unit 1 of alice has a label that is not a word: None."),
        ({"start": 1}, "Unit 1 of alice needs a start and an end, or fragments."),
        ({"fragments": [], "label": "a"}, "Unit 1 of alice has no fragments."),
        ({"fragments": [3]}, "Unit 1 of alice has a fragment that is not [start, end]: 3."),
        ("text", "Unit 1 of alice is not (start, end, label): 'text'."),
    ],
)
def test_a_bad_unit_is_refused_in_words(unit: Any, sentence: str) -> None:
    with pytest.raises(BadUnits) as refused:
        Continuum.of(10, {"alice": [unit]})
    assert str(refused.value) == sentence


@pytest.mark.parametrize("length", [-1, 2.5, "9", True, None])
def test_a_bad_length_is_refused(length: Any) -> None:
    with pytest.raises(BadUnits, match="whole number"):
        Continuum.of(length, {})


def test_links_follow_units_that_were_given_twice() -> None:
    units = [(0, 2, "a"), (0, 2, "a"), (4, 6, "b")]
    article = Continuum.of(9, {"alice": units}, links={"alice": [(1, 2), (0, 2)]})
    assert len(article.annotators["alice"]) == 2
    assert article.links == {"alice": ((0, 1),)}


def test_a_link_to_nowhere_is_refused() -> None:
    with pytest.raises(BadUnits, match="not there"):
        Continuum.of(9, {"alice": [(0, 2, "a")]}, links={"alice": [(0, 1)]})
    with pytest.raises(BadUnits, match="submitted nothing"):
        Continuum.of(9, {}, links={"alice": [(0, 1)]})


def test_leaving_an_annotator_out_is_not_the_same_as_nothing_found() -> None:
    article = Continuum.of(9, {"alice": [], "bob": [(0, 2, "a")]})
    assert article.names == ("alice", "bob")
    assert article.without("alice").names == ("bob",)


WORDS = [(0, 3), (4, 9), (10, 14)]  # "the police said"


def test_units_snap_outwards_to_words_and_keep_their_key() -> None:
    unit = Unit(((5, 11),), "a", key="row 7")
    article = snapped(Continuum.of(14, {"alice": [unit]}), WORDS)
    assert article.length == 3
    assert article.annotators["alice"] == (Unit(((1, 3),), "a"),)
    assert article.annotators["alice"][0].key == "row 7"


def test_a_unit_on_no_word_vanishes_and_links_follow_the_rest() -> None:
    units = [(3, 4, "a"), (0, 2, "a"), (11, 12, "b")]
    article = snapped(Continuum.of(14, {"alice": units}, links={"alice": [(1, 2), (0, 2)]}), WORDS)
    assert article.annotators["alice"] == (Unit(((0, 1),), "a"), Unit(((2, 3),), "b"))
    assert article.links == {"alice": ((0, 1),)}


def test_what_is_not_article_text_is_cut_out() -> None:
    units = [(0, 6, "a"), (4, 12, "a"), (12, 14, "b"), (20, 30, "b")]
    article = without_regions(Continuum.of(30, {"alice": units}), [(0, 5), (3, 8), (25, 40)])
    assert article.length == 30 - 8 - 5
    assert [unit.fragments for unit in article.annotators["alice"]] == [
        ((0, 4),),
        ((4, 6),),
        ((12, 17),),
    ]


def test_a_unit_across_a_region_stays_in_one_piece() -> None:
    article = without_regions(Continuum.of(30, {"alice": [(0, 30, "a")]}), [(10, 20)])
    assert article.annotators["alice"] == (Unit(((0, 20),), "a"),)


def test_no_rest_of_a_unit_stays_where_words_are_cut_out() -> None:
    """Crossing an edge, or mostly cut away; what lies around the words, or apart, stays whole."""
    units = [(0, 30, "around"), (8, 22, "mostly"), (15, 24, "crossing"), (20, 25, "behind")]
    units += [(0, 10, "before"), (12, 18, "inside")]
    article = Continuum.of(30, {"alice": units}, links={"alice": [(0, 1), (0, 3)]})
    left = without_rests(article, [(10, 20)])
    kept = {unit.label: (unit.start, unit.end) for unit in left.annotators["alice"]}
    assert kept == {"around": (0, 30), "before": (0, 10), "behind": (20, 25)}
    names = [unit.label for unit in left.annotators["alice"]]
    ((source, target),) = left.links["alice"]
    assert (names[source], names[target]) == ("around", "behind")
    assert left.length == 30
