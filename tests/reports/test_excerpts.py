"""Excerpts are cut at words, and never lose or invent any."""

from hypothesis import given
from hypothesis import strategies as st

from annotations.reports.excerpts import head, shortened, tail

TEXT = "The mayor’s office said the bridge would stay shut."


def test_a_beginning_ends_with_a_whole_word() -> None:
    assert head(TEXT, 15) == "The mayor’s"
    assert head(TEXT, 18) == "The mayor’s office"


def test_an_end_begins_with_a_whole_word() -> None:
    assert tail(TEXT, 12) == "stay shut."
    assert tail(TEXT, 10) == "stay shut."


def test_a_word_longer_than_the_room_is_cut_all_the_same() -> None:
    assert head("Donaudampfschifffahrt", 5) == "Donau"
    assert tail("Donaudampfschifffahrt", 5) == "fahrt"


def test_a_snippet_says_when_there_is_more() -> None:
    assert shortened("one\n\ntwo  three", 20) == "one two three"
    assert shortened("one two three", 9) == "one two…"


@given(st.text(), st.integers(min_value=1, max_value=30))
def test_what_is_kept_is_the_text_s_own(text: str, most: int) -> None:
    assert text.startswith(head(text, most))
    assert text.endswith(tail(text, most))
    assert len(head(text, most)) <= most
