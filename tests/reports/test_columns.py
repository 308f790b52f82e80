"""Two readings beside each other."""

from django.urls import reverse

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.marks import mark, submit
from tests.people import assign


def address(article: Article) -> str:
    return reverse("reports:columns", args=[article.study_id, article.pk])


def test_each_column_shows_the_marks_of_its_own_annotator(
    study: Study, article: Article, alice: User, bob: User, carol: User, sign_in: SignIn
) -> None:
    his, hers = assign(article, bob), assign(article, carol)
    mine, other = mark(his, "attribution", (0, 9)), mark(hers, "allegation", (3, 9))
    extent = mark(hers, "extent", (10, 20))
    submit(his)
    submit(hers)

    page = sign_in(alice).get(address(article))

    rows = page.context["rows"]
    assert [len(row) for row in rows] == [2] * len(article.blocks)
    left, right = rows[0][0].html, rows[0][1].html
    assert (str(mine.pk) in left, str(other.pk) in left) == (True, False)
    assert (str(mine.pk) in right, str(other.pk) in right) == (False, True)
    assert str(extent.pk) in right
    swapped = sign_in(alice).get(address(article), {"left": str(carol.pk)})
    assert swapped.context["sides"] == ["Carol", "Bob"]


def test_one_reading_or_a_person_without_any_is_not_found(
    study: Study, article: Article, alice: User, bob: User, carol: User, sign_in: SignIn
) -> None:
    submit(assign(article, bob))
    assert sign_in(alice).get(address(article)).status_code == 404
    submit(assign(article, carol))
    assert sign_in(alice).get(address(article)).status_code == 200
    for who in (alice.pk, "nobody"):
        assert sign_in(alice).get(address(article), {"left": str(who)}).status_code == 404


def test_an_annotator_sees_it_only_once_the_comparison_is_open(
    study: Study, article: Article, alice: User, bob: User, carol: User, sign_in: SignIn
) -> None:
    submit(assign(article, bob))
    submit(assign(article, carol))
    assert sign_in(bob).get(address(article)).status_code == 403
    study.rounds.update(comparison_opened_at=study.created_at)
    assert sign_in(bob).get(address(article)).status_code == 200
