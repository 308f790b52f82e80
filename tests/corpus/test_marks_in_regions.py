"""Marking as not article text what people have marked already: said before, kept after."""

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.corpus.models import Article, Region
from annotations.corpus.queries import Touching, marks_touching
from annotations.marking.models import Span
from annotations.study.models import Role
from tests.conftest import SignIn
from tests.corpus.test_pages import words_of
from tests.marks import mark, submit
from tests.people import assign, join

pytestmark = pytest.mark.django_db


@pytest.fixture
def marked(article: Article, bob: User, carol: User) -> Article:
    """Bob marked [0, 4) and [5, 9) and has submitted; Carol marked [2, 6)."""
    bobs, carols = assign(article, bob), assign(article, carol)
    mark(bobs, "attribution", (0, 4))
    mark(bobs, "allegation", (5, 9))
    mark(carols, "attribution", (2, 6))
    submit(bobs)
    return article


@pytest.fixture
def manager(alice: User, sign_in: SignIn) -> Client:
    return sign_in(alice)


def at(article: Article, path: str = "") -> str:
    return f"/studies/{article.study_id}/articles/{article.pk}/{path}"


def sent(article: Article, end: int = 4, **more: str) -> dict[str, str]:
    return {"kind": "caption", "words": article.text[:end], "start": "0", **more}


def test_marks_are_counted_wholly_or_in_part_and_once(marked: Article, alice: User) -> None:
    assert marks_touching(marked, [(0, 4)], alice) == Touching(2, 2)
    assert marks_touching(marked, [(0, 3), (3, 6)], alice) == Touching(3, 2)
    assert marks_touching(marked, [(9, 12)], alice) == Touching(0, 0)
    assert marks_touching(marked, [], alice) == Touching(0, 0)


def test_the_page_says_before_what_becomes_of_them(manager: Client, marked: Article) -> None:
    page = words_of(manager.post(at(marked, "regions/"), sent(marked)))
    assert "2 marks of 2 annotators lie in it, wholly or in part. They stay as they are" in page
    assert not Region.objects.exists()


def test_confirmed_it_is_marked_the_marks_stay_and_it_is_said_again(
    manager: Client, marked: Article
) -> None:
    before = list(Span.objects.order_by("pk").values())
    response = manager.post(at(marked, "regions/"), sent(marked, confirmed="1"), follow=True)
    page = words_of(response)
    assert Region.objects.count() == 1
    assert list(Span.objects.order_by("pk").values()) == before
    assert (
        "Marked as not article text. 2 marks of 2 annotators lie in it" in response.content.decode()
    )
    assert "2 marks of 2 annotators reach into these stretches." in page


def test_where_nothing_is_marked_nobody_is_asked(manager: Client, article: Article) -> None:
    assert manager.post(at(article, "regions/"), sent(article)).status_code == 302
    assert Region.objects.count() == 1


def test_whole_sentences_are_asked_about_too(manager: Client, marked: Article) -> None:
    start, end = marked.sentences[0]
    data = {"kind": "other", "chosen": f"{start}-{end}"}
    assert (
        b"3 marks of 2 annotators" in manager.post(at(marked, "regions/sentences/"), data).content
    )
    assert not Region.objects.exists()
    manager.post(at(marked, "regions/sentences/"), {**data, "confirmed": "1"})
    assert Region.objects.count() == 1


def test_a_manager_who_still_marks_the_article_is_told_nothing_of_others(
    manager: Client, marked: Article, alice: User
) -> None:
    join(marked.study, alice, Role.ANNOTATOR)
    assign(marked, alice)
    assert marks_touching(marked, [(0, 9)], alice) == Touching(0, 0)
    assert manager.post(at(marked, "regions/"), sent(marked)).status_code == 302
    assert "reach into" not in words_of(manager.get(at(marked)))
