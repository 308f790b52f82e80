"""Articles once they are there: fixed texts, particulars, the bin, lists."""

import pytest
from django.contrib.admin import site
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest

from annotations.accounts.paging import Cursor
from annotations.corpus.actions import (
    add_article,
    bin_article,
    edit_article,
    mark_region,
    restore_article,
)
from annotations.corpus.actions.articles import SameText
from annotations.corpus.forms import ArticleForm
from annotations.corpus.models import Article, RegionKind
from annotations.corpus.queries import FEW, find_articles, list_articles, list_events, list_outlets
from annotations.corpus.records import RecordWrong, Source
from annotations.study.models import AuditEntry
from tests.people import make_article, make_user


def change_by_save(article):
    article.text = "Another text."
    article.save()


def change_by_update(article):
    Article.objects.filter(pk=article.pk).update(text="Another text.")


def change_by_hash(article):
    Article.objects.filter(pk=article.pk).update(text_sha256="0" * 64)


def change_by_length(article):
    Article.objects.filter(pk=article.pk).update(n_code_points=1)


def change_by_sql(article):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE annotations_article SET text = text || 'x'")


@pytest.mark.parametrize(
    "change",
    [change_by_save, change_by_update, change_by_hash, change_by_length, change_by_sql],
    ids=lambda change: change.__name__,
)
def test_the_database_refuses_another_text(article, change):
    before = Article.objects.values_list("text", "text_sha256", "n_code_points").get()
    with (
        pytest.raises(IntegrityError, match="The text of an article cannot be changed"),
        transaction.atomic(),
    ):
        change(article)
    assert Article.objects.values_list("text", "text_sha256", "n_code_points").get() == before


def test_the_database_refuses_another_original(study, alice):
    from annotations.corpus.actions import import_files
    from annotations.corpus.models import SourceFile

    import_files(study=study, actor=alice, files=[("a.txt", b"One.")])
    with (
        pytest.raises(IntegrityError, match="A source file cannot be changed"),
        transaction.atomic(),
    ):
        SourceFile.objects.update(content=b"Two.")


def test_no_form_asks_for_the_text():
    assert "text" not in ArticleForm().fields


def test_the_housekeeping_pages_change_no_article(article):
    request = HttpRequest()
    request.user = make_user("ada", is_superuser=True, is_staff=True)
    housekeeping = site.get_model_admin(Article)
    assert not housekeeping.has_change_permission(request, article)
    assert not housekeeping.has_add_permission(request)
    assert not housekeeping.has_delete_permission(request, article)


def test_an_article_added_by_hand_is_as_an_imported_one(study, alice):
    article = add_article(
        study=study,
        actor=alice,
        title="Fire",
        text=" date 2023-11-10 One.\r\nTwo.",
        outlet="Courier",
    )
    article.refresh_from_db()
    assert (article.text, article.outlet.name) == (" date 2023-11-10 One.\nTwo.", "Courier")
    assert [(region.start, region.end) for region in article.regions.all()] == [(0, 17)]
    with pytest.raises(SameText) as refused:
        add_article(study=study, actor=alice, title="Again", text=article.text)
    assert str(refused.value) == "The same text is already in this study: “Fire”."
    with pytest.raises(RecordWrong, match="The text is empty"):
        add_article(study=study, actor=alice, title="Empty", text=" ")


def test_new_particulars_are_recorded_with_what_was_before(article, alice):
    edit_article(article=article, actor=alice, source=Source("Fire", outlet="Courier"))
    article.refresh_from_db()
    assert (article.title, article.outlet.name) == ("Fire", "Courier")
    entry = AuditEntry.objects.get(action="article.edited")
    assert entry.before == {"title": "Strike in Arden", "outlet": ""}
    assert entry.after == {"title": "Fire", "outlet": "Courier"}


def test_particulars_that_stay_the_same_are_no_act(article, alice):
    edit_article(article=article, actor=alice, source=Source(article.title))
    assert not AuditEntry.objects.filter(action="article.edited").exists()


def test_another_language_cuts_the_sentences_anew_outside_regions(study, alice):
    article = make_article(study, "Foto: Z. Vor 3 Mrd. Jahren. Ende.")
    mark_region(
        article=article, actor=alice, kind=RegionKind.CAPTION, start=0, end=8, quote="Foto: Z."
    )
    edit_article(article=article, actor=alice, source=Source(article.title, language="ar"))
    article.refresh_from_db()
    assert (article.language, article.direction) == ("ar", "rtl")
    assert article.sentences[0][0] == 9


def test_the_bin_keeps_an_article_and_gives_it_back(article, study, alice):
    bin_article(article=article, actor=alice)
    bin_article(article=article, actor=alice)
    assert not list_articles(study).exists()
    assert list(list_articles(study, binned=True)) == [article]
    restore_article(article=article, actor=alice)
    restore_article(article=article, actor=alice)
    article.refresh_from_db()
    assert (article.deleted_at, article.deleted_by) == (None, None)
    acts = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(acts) == ["article.binned", "article.restored"]


def test_an_article_stays_in_the_bin_while_its_text_is_there_again(article, study, alice):
    bin_article(article=article, actor=alice)
    add_article(study=study, actor=alice, title="Twin", text=article.text)
    with pytest.raises(SameText) as refused:
        restore_article(article=article, actor=alice)
    assert str(refused.value) == (
        "The same text was brought in again as “Twin”. Put that in the bin first."
    )


@pytest.fixture
def three(study, alice):
    for title, outlet, event, text in (
        ("Alpha", "Courier", "Fire", "Smoke over the quay."),
        ("Beta", "Lantern", "Fire", "Nothing burned."),
        ("Gamma", "", "", "A quay is sold."),
    ):
        add_article(study=study, actor=alice, title=title, text=text, outlet=outlet, event=event)


@pytest.mark.parametrize(
    ("narrowing", "titles"),
    [
        ({}, ["Alpha", "Beta", "Gamma"]),
        ({"words": "QUAY"}, ["Alpha", "Gamma"]),
        ({"words": "quay alpha"}, ["Alpha"]),
        ({"words": "nowhere"}, []),
        ({"outlet": "none"}, ["Gamma"]),
        ({"event": "Fire"}, ["Alpha", "Beta"]),
        ({"event": "Fire", "words": "burned"}, ["Beta"]),
        ({"words": "%"}, []),
        ({"words": "o_e"}, []),
        ({"words": "\\"}, []),
    ],
)
@pytest.mark.parametrize("few", [FEW, 0])
def test_the_list_is_narrowed(study, three, narrowing, titles, few, monkeypatch):
    """Also where there are too many to look them all up."""
    monkeypatch.setattr("annotations.corpus.queries.FEW", few)
    found = find_articles(study, Cursor(), **narrowing)
    assert [article.title for article in found.page.rows] == titles
    is_more = bool(not few and titles and "words" in narrowing)
    assert (found.n, found.is_more) == (0 if is_more else len(titles), is_more)


def test_the_list_is_narrowed_to_an_outlet(study, three):
    courier = list_outlets(study)[0]
    assert [article.title for article in list_articles(study, outlet=courier.pk)] == ["Alpha"]


def test_events_are_named_once(study, three):
    assert list_events(study) == ["Fire"]
