import pytest
import regex
from hypothesis import given

from annotations.text.offsets import Utf16Table, graphemes, grow_to_graphemes, is_grapheme_edge
from tests.text import hard


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(hard.texts)
def test_utf16_units_are_counted_as_a_browser_counts_them(text):
    table = Utf16Table(text)
    assert table.units == utf16_length(text)
    for place in range(len(text) + 1):
        unit = table.to_utf16(place)
        assert unit == utf16_length(text[:place])
        assert table.to_code_points(unit) == place


def test_the_middle_of_a_surrogate_pair_is_its_start():
    table = Utf16Table("a😀b")
    assert [table.to_code_points(unit) for unit in range(5)] == [0, 1, 1, 2, 3]


@pytest.mark.parametrize("place", [-1, 4])
def test_a_place_outside_the_text_has_no_unit(place):
    with pytest.raises(IndexError):
        Utf16Table("a😀b").to_utf16(place)


@pytest.mark.parametrize("unit", [-1, 5])
def test_a_unit_outside_the_text_is_no_place(unit):
    with pytest.raises(IndexError):
        Utf16Table("a😀b").to_code_points(unit)


@given(hard.texts)
def test_an_edge_asked_for_alone_is_an_edge_of_the_whole_text(text):
    edges = {0, len(text), *(found.start() for found in regex.finditer(r"\X", text))}
    for place in range(len(text) + 1):
        assert is_grapheme_edge(text, place) == (place in edges)


@given(hard.texts)
def test_graphemes_laid_end_to_end_are_the_text(text):
    assert "".join(text[start:end] for start, end in graphemes(text)) == text


def test_flags_family_and_accent_are_one_character_each():
    text = f"a{hard.FAMILY}b{hard.FLAGS}{hard.ACUTE}"
    lengths = [end - start for start, end in graphemes(text)]
    assert lengths == [1, 5, 1, 2, 2, 2]


def test_a_stretch_grows_outward_to_whole_characters():
    text = f"a{hard.FAMILY}b{hard.FLAGS}"
    assert grow_to_graphemes(text, 2, 3) == (1, 6)
    assert grow_to_graphemes(text, 8, 10) == (7, 11)
    assert grow_to_graphemes(text, 1, 6) == (1, 6)


@pytest.mark.parametrize("before", ["", "x", "\n", "\u0301"])
def test_a_long_run_of_flags_splits_in_pairs(before):
    text = before + hard.FLAGS * 50 + "\U0001f1e9y"
    pairs = [end - start for start, end in graphemes(text)]
    assert pairs == [1] * len(before) + [2] * 100 + [1, 1]
    assert not is_grapheme_edge(text, len(before) + 101)
    assert is_grapheme_edge(text, len(before) + 100)
