import pytest
from hypothesis import given

from annotations.text.blocks import LONGEST, blocks
from annotations.text.offsets import is_grapheme_edge
from tests.text import hard


def split(text):
    return [text[start:end] for start, end in blocks(text)]


@given(hard.texts)
def test_blocks_laid_end_to_end_are_the_text(text):
    assert "".join(split(text)) == text
    assert all(block for block in split(text))


@pytest.mark.parametrize("text", hard.TEXTS)
def test_long_hard_texts_are_tiled_by_short_blocks(text):
    pieces = split(text * 60)
    assert "".join(pieces) == text * 60
    assert all(1 <= len(piece) <= LONGEST for piece in pieces)


def test_a_block_is_a_paragraph_with_the_newlines_after_it():
    text = "\n \nHeadline\nFirst.\n\n\t\nSecond.\n\n"
    assert split(text) == ["\n \nHeadline\n", "First.\n\n\t\n", "Second.\n\n"]


def test_only_newlines_are_one_block():
    assert split("\n\n") == ["\n\n"]


def test_an_empty_text_has_no_blocks():
    assert split("") == []


def test_a_long_paragraph_is_cut_where_a_sentence_starts():
    one = "The minister said so. "
    pieces = split(one * 200)
    assert [len(piece) for piece in pieces] == [1980, 1980, 440]
    assert all(piece.startswith("The ") for piece in pieces)


def test_a_long_sentence_is_cut_after_a_space():
    pieces = split("word " * 1000)
    assert all(piece.endswith("word ") for piece in pieces)
    assert max(map(len, pieces)) == LONGEST


def test_a_word_without_end_is_cut_at_the_limit():
    assert [len(piece) for piece in split("x" * 5000)] == [2000, 2000, 1000]


def test_a_run_of_emoji_is_cut_between_characters():
    text = hard.FAMILY * 1000
    places = [start for start, _ in blocks(text)]
    assert all(is_grapheme_edge(text, place) for place in places)
    assert [end - start for start, end in blocks(text)] == [2000, 2000, 1000]
    flags = "x" + hard.FLAGS * 1000
    assert [end - start for start, end in blocks(flags)] == [1999, 2000, 2]


def test_a_character_longer_than_a_block_is_cut_all_the_same():
    assert [len(piece) for piece in split("a" + "\u0301" * 4500)] == [2000, 2000, 501]
