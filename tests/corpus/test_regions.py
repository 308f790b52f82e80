import pytest

from annotations.corpus.actions import mark_region, mark_words, unmark_region
from annotations.corpus.actions.regions import RegionRefused
from annotations.corpus.models import Region, RegionKind
from annotations.corpus.queries import (
    blocks_with_regions,
    blocks_with_sentences,
    joined,
    live_regions,
)
from annotations.study.models import AuditEntry
from annotations.text.cleaning import UnreadableText
from tests.people import make_article

TEXT = "One here. Two here.\n\nPhoto: smoke 🙂 over the quay.\n\nThe end, the end."


@pytest.fixture
def article(study):
    return make_article(study, TEXT)


def mark(article, alice, start, end, quote=None):
    return mark_region(
        article=article,
        actor=alice,
        kind=RegionKind.CAPTION,
        start=start,
        end=end,
        quote=article.text[start:end] if quote is None else quote,
    )


def stretches(article):
    return [(region.start, region.end) for region in live_regions(article)]


def test_a_region_is_stored_with_who_marked_it(article, alice):
    region = mark(article, alice, 21, 51)
    assert article.text[region.start : region.end] == "Photo: smoke 🙂 over the quay.\n"
    assert (region.kind, region.created_by, region.study) == ("caption", alice, article.study)
    entry = AuditEntry.objects.get(action="region.marked")
    assert (entry.subject_id, entry.after["start"], entry.after["end"]) == (str(article.pk), 21, 51)


@pytest.mark.parametrize(
    ("start", "end", "quote", "sentence"),
    [
        (0, 9, "One Here.", "The words do not stand at that place. Choose them again."),
        (1, 10, "One here.", "The words do not stand at that place. Choose them again."),
        (5, 5, "", "This stretch is not within the article. Choose it again."),
        (-1, 3, "", "This stretch is not within the article. Choose it again."),
        (60, 999, "", "This stretch is not within the article. Choose it again."),
    ],
)
def test_offsets_and_words_must_agree(article, alice, start, end, quote, sentence):
    with pytest.raises(RegionRefused) as refused:
        mark(article, alice, start, end, quote)
    assert str(refused.value) == sentence
    assert stretches(article) == []


@pytest.mark.parametrize(("start", "end"), [(3, 12), (9, 15), (0, 30), (12, 13)])
def test_regions_do_not_overlap(article, alice, start, end):
    mark(article, alice, 10, 19)
    with pytest.raises(RegionRefused) as refused:
        mark(article, alice, start, end)
    assert str(refused.value) == (
        "Part of this is already marked as not article text. Unmark that first."
    )


def test_regions_may_touch(article, alice):
    mark(article, alice, 10, 19)
    mark(article, alice, 0, 10)
    assert stretches(article) == [(0, 10), (10, 19)]


def test_a_region_never_cuts_a_character(study, alice):
    article = make_article(study, "ab \U0001f469\u200d\U0001f467 cd")
    assert (mark(article, alice, 3, 4).start, mark(article, alice, 0, 1).end) == (3, 1)
    assert stretches(article) == [(0, 1), (3, 6)]


def test_sentences_stop_at_regions_and_come_back_with_them(article, alice):
    before = article.sentences
    region = mark(article, alice, 21, 27)
    article.refresh_from_db()
    said = [article.text[start:end] for start, end in article.sentences]
    assert said == ["One here.", "Two here.", "smoke 🙂 over the quay.", "The end, the end."]
    unmark_region(region=region, actor=alice)
    article.refresh_from_db()
    assert article.sentences == [list(sentence) for sentence in before]


def test_unmarking_keeps_the_row_and_who_did_it(article, alice):
    region = mark(article, alice, 21, 27)
    unmark_region(region=region, actor=alice)
    unmark_region(region=region, actor=alice)
    region = Region.objects.get()
    assert region.removed_at is not None
    assert (region.removed_by, stretches(article)) == (alice, [])
    assert AuditEntry.objects.filter(action="region.unmarked").count() == 1


def test_words_are_found_where_they_stand(article, alice):
    words = "\r\nsmoke 🙂 over the quay.\r\n\r\nThe end, "
    region = mark_words(article=article, actor=alice, kind=RegionKind.OTHER, words=words)
    assert article.text[region.start : region.end] == "smoke 🙂 over the quay.\n\nThe end,"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("the quey", "These words are not in the article exactly like this."),
        (" here. ", "These words are in the article more than once. Give more of them."),
        (" \n", "Give the words that are not article text."),
    ],
)
def test_words_that_are_not_there_once_are_refused(article, alice, words, sentence):
    with pytest.raises(RegionRefused) as refused:
        mark_words(article=article, actor=alice, kind=RegionKind.OTHER, words=words)
    assert str(refused.value) == sentence


def test_words_that_no_article_holds_are_refused(article, alice):
    with pytest.raises(UnreadableText):
        mark_words(article=article, actor=alice, kind=RegionKind.OTHER, words="\0")


def test_blocks_are_cut_at_the_edges_of_regions(article, alice):
    mark(article, alice, 10, 27)
    mark(article, alice, 27, 33)
    blocks = blocks_with_regions(article, list(live_regions(article)))
    assert [[(p.text, bool(p.region)) for p in block.pieces] for block in blocks] == [
        [("One here. ", False), ("Two here.\n\n", True)],
        [("Photo:", True), (" smoke", True), (" 🙂 over the quay.\n\n", False)],
        [("The end, the end.", False)],
    ]
    assert "".join(piece.text for block in blocks for piece in block.pieces) == TEXT


def test_sentences_are_listed_with_what_stands_between_them(article, alice):
    mark(article, alice, 21, 27)
    article.refresh_from_db()
    blocks = blocks_with_sentences(article, list(live_regions(article)))
    assert [[(p.value, p.text) for p in block] for block in blocks] == [
        [("0-9", "One here."), ("", " "), ("10-19", "Two here."), ("", "\n\n")],
        [("", "Photo:"), ("", " "), ("28-50", "smoke 🙂 over the quay."), ("", "\n\n")],
        [("52-69", "The end, the end.")],
    ]


def test_a_sentence_longer_than_a_block_is_listed_once(study):
    article = make_article(study, "x" * 4500)
    blocks = blocks_with_sentences(article, [])
    assert [[(p.value, p.first) for p in block] for block in blocks] == [
        [("0-4500", True)],
        [("0-4500", False)],
        [("0-4500", False)],
    ]


def test_neighbouring_sentences_become_one_stretch():
    assert joined(TEXT, [(0, 9), (10, 19), (52, 60)]) == [(0, 19), (52, 60)]
    assert joined(TEXT, []) == []
