from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.corpus.records import (
    Defaults,
    Limits,
    Record,
    RecordWrong,
    Source,
    draft_of,
    in_bytes,
    shortened,
)
from tests.corpus.samples import FIRE
from tests.text import hard

LIMITS = Limits()


def draft(defaults: Defaults = Defaults(), limits: Limits = LIMITS, **fields: str):  # noqa: B008
    return draft_of(Record("a.txt", fields={"title": "T", **fields}), defaults, limits)


def test_every_field_is_taken_over():
    assert draft(**FIRE).source == Source(
        title="Harbour fire leaves two dead",
        outlet="The Sarrow Courier",
        byline="Henk Dorrien",
        url="https://courier.example/fire",
        published_on=date(2025, 10, 14),
        language="en-GB",
        event="Harbour fire",
    )


def test_particulars_come_back_from_json_as_they_went():
    source = draft(**FIRE).source
    assert Source.from_json(source.as_json()) == source


@given(hard.texts)
def test_a_text_is_kept_save_for_its_line_ends_or_refused(text):
    try:
        kept = draft(text=text).text
    except RecordWrong:
        return
    assert kept == text.replace("\r\n", "\n").replace("\r", "\n")


def test_defaults_hold_only_where_nothing_is_said():
    defaults = Defaults(outlet="Daily Lantern", language="de", event="Fire")
    assert draft(defaults, text="x").source == Source(
        "T", "Daily Lantern", language="de", event="Fire"
    )
    said = draft(defaults, text="x", outlet="Courier", language="fr", event="Flood").source
    assert (said.outlet, said.language, said.event) == ("Courier", "fr", "Flood")


def test_a_crawler_prefix_gives_the_date_and_stays_in_the_text():
    found = draft(text=" date 2023-11-10 Port officials said.")
    assert found.text == " date 2023-11-10 Port officials said."
    assert (found.prefix_end, found.source.published_on) == (17, date(2023, 11, 10))


def test_a_date_that_is_given_beats_the_crawlers():
    found = draft(text=" date 2023-11-10 UK", published_on="2023-11-09T08:00:00Z")
    assert found.source.published_on == date(2023, 11, 9)


def test_spaces_in_particulars_become_single_ones():
    assert draft(text="x", title="  Two\n dead ").source.title == "Two dead"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": ""}, "The text is empty."),
        ({"text": " \n\u200b\ufeff"}, "The text is empty."),
        ({}, "The text is empty."),
        (
            {"text": "a\nb\0"},
            "In the text: Line 2, character 2: a NUL character, which cannot be stored. "
            "Remove it from the file and try again.",
        ),
        (
            {"text": "a\ud83d"},
            "In the text: Line 1, character 2: half of a character (lone surrogate U+D83D), "
            "which cannot be stored. Remove it from the file and try again.",
        ),
        (
            {"text": "é" * 60},
            "The text is 120 bytes long, more than 100 bytes. Divide it, or ask whoever runs "
            "the site to raise the limit.",
        ),
        ({"text": "x", "title": " "}, "The title is missing."),
        ({"text": "x", "title": "t" * 501}, "The title has 501 characters, more than 500."),
        (
            {"text": "x", "byline": "a\0"},
            "The byline cannot be stored. Line 1, character 2: a NUL character, which cannot be "
            "stored. Remove it from the file and try again.",
        ),
        (
            {"text": "x", "url": "javascript:alert(1)"},
            "The address must begin with http:// or https:// and have no spaces.",
        ),
        (
            {"text": "x", "published_on": "14/10/2025"},
            "“14/10/2025” is no date. Write it as year-month-day, like 2023-11-10.",
        ),
        (
            {"text": "x", "published_on": "2025-02-30"},
            "“2025-02-30” is no date. Write it as year-month-day, like 2023-11-10.",
        ),
        (
            {"text": "x", "language": "English!"},
            "“English!” is no language code. Write en, en-GB, ar, …",
        ),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence(fields, sentence):
    with pytest.raises(RecordWrong) as refused:
        draft(limits=Limits(article_bytes=100), **fields)
    assert str(refused.value) == sentence


def test_a_text_of_too_many_lines_is_refused():
    with pytest.raises(RecordWrong) as refused:
        draft(text="a\n" * 100_000)
    assert str(refused.value) == "The text has 100,001 lines, more than 100,000. Divide it."


@pytest.mark.parametrize(
    ("n_bytes", "words"),
    [(999, "999 bytes"), (1500, "1.5 kB"), (2_000_000, "2 MB"), (12_345_678, "12.35 MB")],
)
def test_sizes_are_told_in_words(n_bytes, words):
    assert in_bytes(n_bytes) == words


@given(st.text() | st.text(st.characters(categories=["Cs", "Cc"])))
def test_what_is_quoted_in_a_sentence_can_always_be_stored(words):
    said = shortened(words)
    assert said.isprintable()
    assert len(said) <= 40
    assert said.encode().decode() == said
