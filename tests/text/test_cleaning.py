from datetime import date

import pytest
from hypothesis import given

from annotations.text.cleaning import UnreadableText, clean, crawler_prefix, decode, sha256
from tests.text import hard


@given(hard.texts)
def test_only_line_ends_change(text):
    try:
        cleaned = clean(text)
    except UnreadableText:
        return
    assert cleaned == text.replace("\r\n", "\n").replace("\r", "\n")
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("text", hard.TEXTS)
def test_what_can_be_kept_comes_back_exactly(text):
    assert clean(decode(text.encode())) == (text[1:] if text[0] == "\ufeff" else text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_each_encoding_gives_the_same_text(encoding):
    assert decode("“Zoë” 😀".encode(encoding)) == "“Zoë” 😀"


def test_utf16_big_endian_needs_its_mark():
    assert decode(b"\xfe\xff" + "Zoë".encode("utf-16-be")) == "Zoë"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (
            b"line one\nZo\xeb",
            "Line 2, byte 12 of the file is not UTF-8. Save the file as UTF-8 and try again.",
        ),
        (
            b"\xef\xbb\xbfab\xff",
            "Line 1, byte 6 of the file is not UTF-8. Save the file as UTF-8 and try again.",
        ),
        (
            b"\xff\xfea\x00b",
            "Line 1, byte 5 of the file is not UTF-16. Save the file as UTF-8 and try again.",
        ),
        (
            b"\xff\xfea\x00\x00\xd8b\x00",
            "Line 1, byte 5 of the file is not UTF-16. Save the file as UTF-8 and try again.",
        ),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "This file is UTF-32. Save it as UTF-8 and try again."),
        (
            b"ab\xed\xa0\x80",
            "Line 1, byte 3 of the file is not UTF-8. Save the file as UTF-8 and try again.",
        ),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_place(raw, sentence):
    with pytest.raises(UnreadableText) as refused:
        decode(raw)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        ("\0", "a NUL character"),
        ("\ud83d", "half of a character (lone surrogate U+D83D)"),
        ("\x1b", "the control character U+001B"),
        ("\x08", "the control character U+0008"),
    ],
)
def test_what_no_database_keeps_is_refused_with_line_and_column(bad, name):
    with pytest.raises(UnreadableText) as refused:
        clean(f"one\r\ntwo {bad} three")
    assert str(refused.value) == (
        f"Line 2, character 5: {name}, which cannot be stored. "
        "Remove it from the file and try again."
    )
    assert (refused.value.line, refused.value.column) == (2, 5)


def test_the_allowed_controls_are_kept():
    assert clean("a\tb\x0bc\x0cd\x7f\x85") == "a\tb\x0bc\x0cd\x7f\x85"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" date 2023-11-10 Port officials", (0, 17, date(2023, 11, 10))),
        ("date: 2023-11-10\n\nPort officials", (0, 18, date(2023, 11, 10))),
        ("date 2023-02-31 US", None),
        ("date 2023-11-10", None),
        ("date ２０２３-11-10 US", None),
        ("The date 2023-11-10 was", None),
        ("dated 2023-11-10 US", None),
        ("", None),
    ],
)
def test_a_crawler_prefix_is_recognised_only_in_front_of_a_body(text, expected):
    assert crawler_prefix(text) == expected


def test_the_hash_is_of_the_utf8_bytes():
    assert sha256("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"
