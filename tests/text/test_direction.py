import pytest

from annotations.text.direction import direction


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("שלום world", "", "rtl"),
        ("  1. “مرحبا”", "", "rtl"),
        ("Hello שלום", "", "ltr"),
        ("2023", "", "ltr"),
        ("BBC ذكرت", "ar", "rtl"),
        ("salom", "ug-Latn", "ltr"),
        ("Hello", "he-IL", "rtl"),
        ("Hello", "en", "ltr"),
    ],
)
def test_language_decides_else_the_first_strong_character(text, language, expected):
    assert direction(text, language) == expected


def test_a_crawler_prefix_does_not_decide():
    text = " date 2023-11-10 שלום"
    assert direction(text) == "ltr"
    assert direction(text, start=17) == "rtl"
