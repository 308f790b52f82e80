"""Lines that read as one paragraph: told from how the whole text is wrapped."""

import textwrap

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotations.text.blocks import blocks
from annotations.text.paragraphs import NARROWEST, WIDEST, paragraphs
from annotations.text.quotation import quotations
from annotations.text.sentences import sentences
from tests.text import hard

FIRST = (
    "Officials in Arden said on Monday that the alleged strike had killed two people, although "
    "no hospital in the old town confirmed the number. “We heard it twice,” said Ilana Voss, who "
    "lives across the street. The ministry, which calls the group terrorists, gave no evidence."
)
SECOND = (
    "A spokesman for the governor called the account nonsense. He spoke at 5 p.m. Monday, Dr. "
    "Tavish at his side, and left without taking questions from the reporters who had waited."
)


def wrapped(width: int, *texts: str) -> str:
    return "\n\n".join(textwrap.fill(text, width) for text in texts) + "\n"


def quotes(text: str, stretches: list[tuple[int, int]]) -> list[str]:
    """The words of each stretch on one line."""
    return [" ".join(text[start:end].split()) for start, end in stretches]


@pytest.mark.parametrize("width", [60, 70, 72, 78, 80, 96])
def test_wrapped_paragraphs_are_read_as_if_they_had_not_been_wrapped(width: int) -> None:
    text = wrapped(width, "Strike in Arden", FIRST, SECOND)
    plain = f"Strike in Arden\n\n{FIRST}\n\n{SECOND}\n"
    assert quotes(text, paragraphs(text)) == ["Strike in Arden", FIRST, SECOND]
    assert quotes(text, sentences(text, "en")) == quotes(plain, sentences(plain, "en"))
    assert quotes(text, blocks(text, "en")) == quotes(plain, blocks(plain, "en"))


def test_sentences_that_cross_a_line_keep_exact_offsets() -> None:
    text = wrapped(72, FIRST, SECOND)
    found = sentences(text, "en")
    assert any("\n" in text[start:end] for start, end in found)
    assert all(text[start:end] == text[start:end].strip() for start, end in found)


def test_a_headline_without_a_blank_line_stays_apart() -> None:
    text = f"Strike in Arden\nBy Henk Dorrien\n{textwrap.fill(FIRST, 72)}"
    assert quotes(text, paragraphs(text)) == ["Strike in Arden", "By Henk Dorrien", FIRST]


def test_paragraphs_without_a_blank_line_part_after_a_short_line() -> None:
    text = f"{textwrap.fill(FIRST, 72)}\n{textwrap.fill(SECOND, 72)}"
    assert len(text.split("\n")[3]) < 65  # the last line of the first paragraph
    assert quotes(text, paragraphs(text)) == [FIRST, SECOND]


@pytest.mark.parametrize("mark", ["- ", "* ", "• ", "– ", "12. ", "1) ", "    ", "\t"])
def test_list_items_and_indented_lines_begin_a_paragraph(mark: str) -> None:
    lines = textwrap.fill(FIRST, 72).split("\n")
    item = "\n".join([*lines[:2], mark + lines[2], *lines[3:]])
    assert len(paragraphs(f"{item}\n\n{textwrap.fill(SECOND, 76)}")) == 3


def test_a_quotation_goes_on_over_a_wrapped_line() -> None:
    text = wrapped(72, FIRST, SECOND, f"He said: “{' '.join(['never again'] * 8)}.” She left.")
    (_, (start, end)) = quotations(text)
    assert (text[start], text[end - 1], "\n" in text[start:end]) == ("“", "”", True)


def test_an_address_that_sticks_out_changes_nothing() -> None:
    text = wrapped(72, FIRST, f"See https://example.org/{'x' * 90} there.", SECOND)
    assert quotes(text, paragraphs(text))[0] == FIRST


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST}\n{SECOND}",  # a line a paragraph, as most sites have it
        "A headline\nThe text begins.",
        "\n".join(["Prices rose.", "He left.", "The minister said that it was so."] * 20),
        "\n".join(f"{n}. {SECOND[: 50 + n]}" for n in range(30)),  # a list
        wrapped(40, FIRST, SECOND),  # columns this narrow are verse or a table
        wrapped(140, FIRST, SECOND),
        "这是一句话\n这是第二句\n" * 20,
    ],
    ids=["long lines", "two lines", "short lines", "list", "narrow", "wide", "chinese"],
)
def test_in_other_texts_a_line_is_a_paragraph(text: str) -> None:
    assert len(paragraphs(text)) == len([line for line in text.split("\n") if line.strip()])


@given(hard.texts)
def test_every_sign_that_is_no_space_is_in_exactly_one_paragraph(text: str) -> None:
    found = paragraphs(text)
    inside = [place for start, end in found for place in range(start, end)]
    assert inside == sorted(set(inside))
    assert all(text[place].isspace() for place in set(range(len(text))) - set(inside))


words = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12),
    min_size=60,
    max_size=200,
)


@given(words, st.integers(NARROWEST + 12, WIDEST))
def test_whatever_is_wrapped_greedily_becomes_one_paragraph_again(
    words: list[str], width: int
) -> None:
    text = textwrap.fill(" ".join(words), width, break_on_hyphens=False)
    lines = text.split("\n")
    assume(len(lines) > 4)
    assume(all(len(line) <= width for line in lines))
    assert paragraphs(text) == [(0, len(text))]


@given(st.lists(st.sampled_from(["a", "word", "longer", " ", "\n", "\n\n", ". "]), max_size=400))
def test_no_paragraph_holds_a_blank_line_and_blocks_part_only_there(pieces: list[str]) -> None:
    text = "".join(pieces)
    for start, end in paragraphs(text):
        assert "\n\n" not in text[start:end]
    starts = {start for start, _ in blocks(text)}
    edges = {text.rfind("\n", 0, start) + 1 for start, _ in paragraphs(text)}
    assert {start for start in starts if start} <= edges
    assert "".join(text[start:end] for start, end in blocks(text)) == text
