"""Two curators at the same moment, each on a connection of their own."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.models import Adjudication, Case, GoldSpan, GoldVersion, Ruling
from project.doctor import examine
from tests.at_once import at_once
from tests.conftest import SignIn

from .scene import both_work, cases, ruling, send, url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def submitted(
    article: Article,
    bob: User,
    carol: User,
    bobs: Assignment,
    carols: Assignment,
    sign_in: SignIn,
) -> Iterator[Article]:
    """Worked on by the pages, so that the doctor, who comes at the end, finds nothing."""
    both_work(article, sign_in(bob), sign_in(carol))
    yield article
    assert [str(finding) for finding in examine()] == []


@pytest.fixture
def clients(dave: User, alice: User, sign_in: SignIn) -> list[Client]:
    return [sign_in(user) for user in (dave, alice, dave, alice)]


def statuses(answers: list[Any]) -> Counter[str]:
    return Counter(one.json()["results"][0]["status"] for one in answers)


def check_history(article: Article) -> None:
    """Revisions count on from 1 without gaps, and the adjudication knows the last."""
    rev = Adjudication.objects.get(article=article).rev
    applied = Ruling.objects.filter(rev__isnull=False).order_by("rev")
    assert list(applied.values_list("rev", flat=True)) == list(range(1, rev + 1))


def test_one_decision_wins_and_the_others_are_told(
    submitted: Article, clients: list[Client]
) -> None:
    case = cases(clients[0], submitted)["label"]
    choices = [{"choice": "variant", "variant": 1}, {"choice": "no_span"}] * 2
    ops = [ruling(case["id"], **choice) for choice in choices]
    answers = at_once(
        [
            lambda client=client, op=op: send(client, submitted, op)
            for client, op in zip(clients, ops, strict=True)
        ]
    )
    assert statuses(answers) == {"applied": 1, "conflict": 3}
    assert Case.objects.get().ver == 1
    check_history(submitted)


def test_the_same_ruling_sent_four_times_is_made_once(
    submitted: Article, curator: Client, sign_in: SignIn, dave: User
) -> None:
    case = cases(curator, submitted)["boundary"]
    op = ruling(case["id"], choice="union")
    same = [sign_in(dave) for _ in range(4)]
    answers = at_once([lambda client=client: send(client, submitted, op) for client in same])
    assert statuses(answers) == {"applied": 4}
    assert (Ruling.objects.count(), GoldSpan.objects.count()) == (1, 1)
    check_history(submitted)


def test_different_cases_are_all_decided(submitted: Article, clients: list[Client]) -> None:
    found = cases(clients[0], submitted)
    names = ("label", "boundary", "missing", "unanimous")
    acts = [
        lambda client=client, name=name: send(
            client, submitted, ruling(found[name]["id"], choice="variant", variant=1)
        )
        for client, name in zip(clients, names, strict=True)
    ]
    assert statuses(at_once(acts)) == {"applied": 4}
    assert GoldSpan.objects.live().count() == 4
    check_history(submitted)


def test_an_article_is_closed_once(submitted: Article, clients: list[Client]) -> None:
    cases(clients[0], submitted)
    where = url("close", submitted)
    at_once([lambda client=client: client.post(where, {"leave_open": "1"}) for client in clients])
    assert (GoldVersion.objects.count(), Adjudication.objects.get().n_versions) == (1, 1)
