"""What an export without the texts still tells: offsets, and no words of the article."""

import pytest

from annotations.exchange.packing import Wanted, choose
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    EntityRecord,
    FragmentRecord,
    GoldRecord,
    LinkRecord,
    ProvenanceRecord,
    SpanRecord,
    VoteRecord,
)
from annotations.text.cleaning import sha256

from .corpora import STUDY

TEXT = "Officials said it could\npotentially harm “the port”."
PLACE = (FragmentRecord(0, 9, "Officials"),)


def without_texts(*spans: SpanRecord, gold: GoldRecord | None = None) -> ArticleRecord:
    link = LinkRecord("S1", "S1", FragmentRecord(10, 14, "said"))
    names = (EntityRecord("said", "Officials"),)
    work = AssignmentRecord("bob", spans, (link,), names, state="submitted")
    article = ArticleRecord("a", "A", TEXT, sha256(TEXT), len(TEXT), assignments=(work,), gold=gold)
    (chosen,) = choose(Corpus(STUDY, (article,)), Wanted(texts=False)).articles
    return chosen


@pytest.mark.parametrize(
    ("label", "name", "answer", "stays"),
    [
        ("allegation", "hedge", "could potentially", False),
        ("allegation", "hedge", " “Could  Potentially” ", False),
        ("allegation", "hedge", "the port”", False),
        ("allegation", "hedge", "may perhaps", True),
        ("allegation", "hedge", "“…”", True),
        ("allegation", "is_quoted", True, True),
        ("attribution", "source_kind", "it", True),  # a choice, whatever the article says
        ("attribution", "entity", "said", True),  # the id of a name
        ("attribution", "unheard", "said it", False),  # no version asks for it
    ],
)
def test_free_answers_that_stand_in_the_article_are_left_out(
    label: str, name: str, answer: str | bool, stays: bool
) -> None:
    article = without_texts(SpanRecord("S1", label, PLACE, {name: answer}))
    (span,) = article.assignments[0].spans
    assert span.attributes == ({name: answer} if stays else {})
    assert (span.stretch, span.fragments[0].text) == (((0, 9),), "")


def test_neither_notes_nor_votes_nor_cues_quote_the_article() -> None:
    noted = SpanRecord("S1", "allegation", PLACE, note="Harm", flag="boundary")
    mine = SpanRecord("S2", "allegation", PLACE, note="Why harm?")
    vote = VoteRecord("bob", "allegation", PLACE, {"hedge": "could"}, "it could")
    why = ProvenanceRecord("S1", 0, 9, note="officials said", votes=(vote,))
    article = without_texts(noted, mine, gold=GoldRecord((noted,), provenance=(why,)))
    (work,), gold = article.assignments, article.gold
    assert [(span.note, span.flag) for span in work.spans] == [("", "boundary"), ("Why harm?", "")]
    assert work.links[0].cue == FragmentRecord(10, 14, "")
    assert gold is not None
    (told,) = gold.provenance
    assert (gold.spans[0].note, told.note) == ("", "")
    assert told.votes == (VoteRecord("bob", "allegation", (FragmentRecord(0, 9, ""),)),)
