"""What was queued or undone never takes the decision that somebody else made in between."""

import uuid
from typing import Any

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.curation.models import Case
from tests.conftest import SignIn

from .scene import cases, ruling, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(alice: User, sign_in: SignIn) -> Client:
    return sign_in(alice)


def statuses(response: Any) -> list[str]:
    return [one["status"] for one in response.json()["results"]]


def decided_by(user: User) -> bool:
    row = Case.objects.get()
    return (row.curator, row.state, row.choice, row.note) == (user, "decided", "variant", "mine")


def theirs(case: str, ver: int = 0) -> dict[str, Any]:
    return ruling(case, ver, choice="variant", variant=1, note="mine")


def later_on(op: dict[str, Any], kind: str) -> dict[str, Any]:
    """What the page queues behind a decision that it takes for saved."""
    if kind == "back":
        return ruling(op["case"]["id"], 1, kind="back", op=op["op_id"], side="before")
    return ruling(op["case"]["id"], 1, choice=kind)


@pytest.mark.parametrize("kind", ["no_span", "keep", "back"])
def test_what_is_queued_behind_a_conflict_is_a_conflict(
    curator: Client, manager: Client, submitted: Article, alice: User, kind: str
) -> None:
    case = cases(curator, submitted)["label"]["id"]
    send(manager, submitted, theirs(case))
    first = ruling(case, choice="variant", variant=2)
    assert statuses(send(curator, submitted, first, later_on(first, kind))) == ["conflict"] * 2
    assert decided_by(alice)


def test_so_is_what_comes_after_a_lost_answer(
    curator: Client, manager: Client, submitted: Article, alice: User
) -> None:
    case = cases(curator, submitted)["label"]["id"]
    send(manager, submitted, theirs(case))
    first = ruling(case, choice="variant", variant=2)
    send(curator, submitted, first)
    again = send(curator, submitted, first, later_on(first, "no_span"))
    assert statuses(again) == ["conflict"] * 2
    assert decided_by(alice)


def test_undo_leaves_what_somebody_else_decided_since(
    curator: Client, manager: Client, submitted: Article, alice: User
) -> None:
    case = cases(curator, submitted)["label"]["id"]
    first = ruling(case, choice="variant", variant=2)
    send(curator, submitted, first)
    send(manager, submitted, theirs(case, 1))
    undo = ruling(case, 2, kind="back", op=first["op_id"], side="before")
    assert statuses(send(curator, submitted, undo)) == ["conflict"]
    assert decided_by(alice)


def test_a_ruling_that_never_was_cannot_be_put_back(
    curator: Client, submitted: Article, dave: User
) -> None:
    case = cases(curator, submitted)["label"]["id"]
    send(curator, submitted, theirs(case))
    undo = ruling(case, 1, kind="back", op=str(uuid.uuid4()), side="before")
    assert statuses(send(curator, submitted, undo)) == ["invalid"]
    assert decided_by(dave)


def test_two_of_ones_own_are_undone_and_made_again(curator: Client, submitted: Article) -> None:
    case = cases(curator, submitted)["label"]["id"]
    first, second = theirs(case), ruling(case, 1, choice="no_span")
    back = [
        ruling(case, n, kind="back", op=op["op_id"], side="before")
        for n, op in ((2, second), (3, first))
    ]
    again = ruling(case, 4, kind="back", op=first["op_id"], side="after")
    assert statuses(send(curator, submitted, first, second, *back, again)) == ["applied"] * 5
    assert Case.objects.get().choice == "variant"
