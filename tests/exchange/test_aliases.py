"""Names of people under pseudonyms, also where they stand in free words."""

import pytest

from annotations.exchange.packing.aliases import ADDRESS, UNKNOWN, Renaming
from annotations.exchange.records import (
    ArticleRecord,
    MessageRecord,
    PersonRecord,
    StudyRecord,
    ThreadRecord,
)

STUDY = StudyRecord(
    id="1",
    people=(
        PersonRecord("bob", "Bob Marsh", id="b"),
        PersonRecord("zoë.k", "Zoë de Kock", id="z"),
        PersonRecord("carol", "Carol Marsh", id="c"),
        PersonRecord("will", "", id="w"),
    ),
)
RENAMING = Renaming(STUDY)
BOB, ZOE, CAROL, WILL = (RENAMING.aliases[name] for name in ("bob", "zoë.k", "carol", "will"))


@pytest.mark.parametrize(
    ("words", "safe"),
    [
        ("I agree with Bob.", f"I agree with {BOB}."),
        ("BOB and @bob: see bob’s note", f"{BOB} and @{BOB}: see {BOB}’s note"),
        ("Bob  Marsh said so to Zoë de Kock", f"{BOB} said so to {ZOE}"),
        ("zoë.k, or Zoë", f"{ZOE}, or {ZOE}"),
        ("Marsh thinks otherwise", f"{UNKNOWN} thinks otherwise"),  # two of them
        ("ask carol@example.org", f"ask {ADDRESS}"),
        ("Bobby will bob_up, de facto", f"Bobby {WILL} bob_up, de facto"),
        ("a kock is no name", "a kock is no name"),
        ("", ""),
    ],
)
def test_names_are_replaced_where_they_stand_as_words(words: str, safe: str) -> None:
    assert RENAMING.words(words) == safe


def test_in_talk_no_alias_answers_a_name_that_its_reader_wrote() -> None:
    said = MessageRecord(by="bob", at="", text="@carol, or Zoë de Kock: carol@example.org?")
    article = ArticleRecord("a", "A", "Text.", "", 5, threads=(ThreadRecord((said,)),))
    [told] = RENAMING.article(article).threads[0].messages
    assert told.text == f"@{UNKNOWN}, or {UNKNOWN}: {ADDRESS}?"
    assert told.by == BOB


def test_a_study_without_people_changes_no_words() -> None:
    assert Renaming(StudyRecord()).words("Bob said so") == "Bob said so"
