import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.text.sentences import WINDOW, sentences
from tests.text import hard


def split(text, language="en", breaks=()):
    return [text[start:end] for start, end in sentences(text, language, breaks)]


@given(hard.texts, st.sampled_from(["", "en", "de-AT", "ar", "zh", "no such language", "e\u0301"]))
def test_every_sign_that_is_no_space_is_in_exactly_one_sentence(text, language):
    found = sentences(text, language)
    inside = [place for start, end in found for place in range(start, end)]
    assert inside == sorted(set(inside))
    outside = set(range(len(text))) - set(inside)
    assert all(text[place].isspace() for place in outside)
    for start, end in found:
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        assert "\u2029" not in text[start:end]


@pytest.mark.parametrize(
    "expected",
    [
        ["U.S. OFFICIALS SAY WAR IS NEAR"],
        ["Mr. Smith went to the U.S. Senate on Monday.", "He spoke."],
        ["He lives in the U.S.", "She lives in the U.K.", "They met."],
        ["Dr. No met Ms. Jones and Atty. Gen. Garland.", "They left."],
        ["Lt. Col. Jim spoke.", "Maj. Gen. Patrick S. Ryder agreed."],
        [
            "The strike came at 5 p.m. Monday.",
            "At 6 p.m. ET it ended.",
            "It was 5 a.m.",
            "He slept.",
        ],
        ["“We won’t go,” he said.", "“Never.”", "She left."],
        ['"It is over."', "She left.", '"Is it?" he asked.'],
        ["He said 'no.'", "Then he left."],
        ["J.K. Rowling met George W. Bush.", "He left."],
        ["J.\u00a0K. Rowling met him.", "He left."],
        ["1. First item.", "Then more."],
        ["KYIV, Ukraine (AP) — A strike hit.", "Norvia’s U.N. envoy Mr. Berg spoke."],
        ["Prices rose 3.5 percent.", "See www.example.com for more."],
        [f"He sent {hard.FAMILY}.", f"She sent {hard.FLAGS}."],
        ["هل ذهب؟", "نعم."],
    ],
    ids=lambda sentences: sentences[0][:24],
)
def test_sentences_end_where_an_editor_would_end_them(expected):
    assert split(" ".join(expected)) == expected


def test_chinese_needs_no_spaces():
    assert split("这是一句话。这是第二句！", "zh") == ["这是一句话。", "这是第二句！"]


def test_a_newline_ends_a_sentence_without_a_full_stop():
    assert split("A headline\nThe text begins.") == ["A headline", "The text begins."]


def test_a_sentence_stops_at_the_edge_of_what_is_not_article_text():
    text = " date 2023-11-10 The news is here. It is big."
    assert split(text, breaks=[0, 17]) == ["date 2023-11-10", "The news is here.", "It is big."]


def test_a_break_inside_a_paragraph_parts_it_there():
    assert split("abcdef", breaks=[3, 6, 3]) == ["abc", "def"]


def test_a_window_does_not_show_in_the_sentences():
    one = "The minister said that it was so."
    n_sentences = 3 * WINDOW // len(one)
    assert split(" ".join([one] * n_sentences)) == [one] * n_sentences


def test_a_sentence_may_be_longer_than_a_window():
    long = " ".join(itertools.repeat("word", WINDOW)) + "."
    assert split(f"It began. {long} It ended.") == ["It began.", long, "It ended."]
