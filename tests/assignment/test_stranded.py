"""Unfinished work of people who left is named on the overview, with the way to hand it over."""

import pytest
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.actions import hand_over_all
from annotations.assignment.queries.people import LeftBehind, left_behind, stranded
from annotations.corpus.actions import bin_article
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.conftest import CountQueries, SignIn
from tests.marks import submit
from tests.people import assign, make_article

pytestmark = pytest.mark.django_db


def leave(study: Study, user: User) -> None:
    study.memberships.filter(user=user).update(ended_at=timezone.now())


@pytest.fixture
def left(study: Study, article: Article, alice: User, bob: User) -> Study:
    """Bob left with one article waiting; another is submitted, a third is in the bin."""
    assign(article, bob)
    submit(assign(make_article(study, "Two.", "Two"), bob))
    assign(third := make_article(study, "Three.", "Three"), bob)
    bin_article(article=third, actor=alice)
    leave(study, bob)
    return study


def test_only_unfinished_work_of_those_who_left_counts(
    left: Study, article: Article, carol: User, bob: User
) -> None:
    assign(article, carol)
    assert stranded(left) == [(bob, 1)]


def test_a_closed_account_strands_its_work_too(study: Study, article: Article, bob: User) -> None:
    assign(article, bob)
    assert stranded(study) == []
    bob.is_active = False
    bob.save()
    assert stranded(study) == [(bob, 1)]


@pytest.mark.parametrize("show", ["articles", "people"])
def test_the_overview_names_them_and_leads_to_handing_over(
    left: Study, alice: User, bob: User, carol: User, sign_in: SignIn, show: str
) -> None:
    page = sign_in(alice).get(f"/studies/{left.pk}/?show={show}").content.decode()
    assert "Unfinished work of people who have left" in page
    assert f"/studies/{left.pk}/people/{bob.pk}/assignments/hand-over/" in page


def test_it_is_said_only_to_those_who_can_do_something_about_it(
    left: Study, dave: User, sign_in: SignIn
) -> None:
    page = sign_in(dave).get(f"/studies/{left.pk}/?show=articles").content.decode()
    assert "people who have left" not in page


def test_handed_over_nothing_is_stranded(left: Study, alice: User, bob: User, carol: User) -> None:
    hand_over_all(study=left, actor=alice, person=bob, to=carol)
    assert stranded(left) == []


def test_the_number_of_articles_makes_no_more_queries(
    left: Study, bob: User, count_queries: CountQueries
) -> None:
    for n in range(5):
        assign(make_article(left, f"More {n}.", f"More {n}"), bob)
    with count_queries(at_most=2):
        assert stranded(left) == [(bob, 6)]


def test_what_nobody_can_take_is_only_offered_to_be_taken_back(
    left: Study, article: Article, alice: User, bob: User, carol: User, sign_in: SignIn
) -> None:
    assert left_behind(left) == [LeftBehind(bob, 1, n_movable=1, n_waiting=1)]
    client, there = sign_in(alice), f"/studies/{left.pk}/people/{bob.pk}/assignments/"
    assert "Carol: can take 1 of 1" in client.get(f"{there}hand-over/").content.decode()
    assign(article, carol)
    assert left_behind(left) == [LeftBehind(bob, 1, n_movable=0, n_waiting=1)]
    page = client.get(f"{there}hand-over/").content.decode()
    assert "Nobody can take them" in page
    assert f"{there}clear/" in page
    overview = client.get(f"/studies/{left.pk}/?show=articles").content.decode()
    assert "Hand over…" not in overview
    assert ">has left<" in overview
    client.post(f"{there}clear/")
    assert "who have left" not in client.get(f"/studies/{left.pk}/").content.decode()
