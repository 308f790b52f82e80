import pytest
from hypothesis import given

from annotations.text.quotation import quotations
from tests.text import hard


def found(text):
    return [text[start:end] for start, end in quotations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Moscow called it “unacceptable” and left.", ["“unacceptable”"]),
        ('He said "no," then "yes".', ['"no,"', '"yes"']),
        ("Er sagte „nein“ und »ja«.", ["„nein“", "»ja«"]),
        ("Il a dit « non ».", ["« non »"]),
        ("他说「不」。", ["「不」"]),
        ("“He called it ‘a coup’ then.”", ["“He called it ‘a coup’ then.”", "‘a coup’"]),
        ("It’s Putin’s war, James’ view.", []),
        ("‘It’s over,’ he said.", ["‘It’s over,’"]),
        ('A 5" gun and nothing else.', []),
        ("“Opened and not closed.\nNext paragraph.", []),
        ("“First part.\n\n“Second part.”", ["“First part.", "“Second part.”"]),
    ],
)
def test_quotations_are_found_with_their_marks(text, expected):
    assert found(text) == expected


@given(hard.texts)
def test_quotations_are_stretches_of_one_paragraph(text):
    for start, end in quotations(text):
        assert 0 <= start < end <= len(text)
        assert "\n" not in text[start:end]
