from hypothesis import given

from annotations.text.tokens import count_words, segments, snap_to_words, trim, words
from tests.text import hard


def quotes(text, stretches):
    return [text[start:end] for start, end in stretches]


def test_words_are_what_a_double_click_takes():
    text = "Norvia’s well-known U.S. critics don't pay 3.5 percent – 😀!"
    assert quotes(text, words(text)) == [
        *["Norvia’s", "well", "known", "U.S", "critics", "don't", "pay", "3.5", "percent"],
    ]


@given(hard.texts)
def test_segments_laid_end_to_end_are_the_text(text):
    assert "".join(quotes(text, segments(text))) == text


@given(hard.texts)
def test_snapping_never_shrinks_what_is_no_white_space(text):
    for start in range(0, len(text), 3):
        trimmed = trim(text, start, min(start + 4, len(text)))
        left, right = snap_to_words(text, *trimmed)
        assert left <= trimmed[0]
        assert trimmed[1] <= right <= len(text)


def test_snapping_grows_to_words_and_leaves_white_space_out():
    text = "the Norvian\nmaritime group"
    assert quotes(text, [snap_to_words(text, 2, 6)]) == ["the Norvian"]
    assert quotes(text, [snap_to_words(text, 3, 14)]) == ["Norvian\nmaritime"]
    assert snap_to_words(text, 3, 4) == (3, 3)


def test_words_are_counted_without_being_listed():
    text = "Norvia’s well-known U.S. critics don't pay 3.5 percent – 😀!"
    assert count_words(text) == len(words(text)) == 9
    assert count_words(hard.FLAGS * 100) == 0
