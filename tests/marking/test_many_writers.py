"""Requests doubled, delayed and in another order, from six tabs at once: each counts once."""

import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.models import Link, Operation, OperationStatus, Span
from project.doctor import examine
from tests.conftest import SignIn
from tests.marking.sending import Tab, Wire, add, link, op, span, tab_of
from tests.marking.test_concurrency import at_once
from tests.soaking import Budget

pytestmark = pytest.mark.django_db(transaction=True)
N_TABS = 6
PLACES = ((0, 9), (0, 18), (13, 18), (43, 50), (43, 57), (60, 70))


def story(article: Article, dice: random.Random) -> list[Wire]:
    """What one tab means to do, in this order; nobody keeps to it."""
    place, slug = dice.choice(PLACES), dice.choice(["attribution", "allegation", None])
    first, source = span(article, slug, place), span(article, "attribution", dice.choice(PLACES))
    joined = link(source, first)
    ops = [
        add("span", first), add("span", source), add("link", joined),
        op("set", "span", {**first, "note": "moved"}, 1), op("del", "span", first, 2),
        op("restore", "span", first, 3), op("del", "link", joined, 1),
    ]  # fmt: skip
    return ops[: dice.randint(3, len(ops))]


def sender(tab: Tab, ops: list[Wire], answers: dict[str, list[Wire]]) -> Any:
    def send() -> None:
        for each in ops:
            for result in tab.post(each, base_rev=0).json()["results"]:
                answers[each["op_id"]].append(result)

    return send


def bad_round(tabs: list[Tab], article: Article, dice: random.Random) -> None:
    answers: dict[str, list[Wire]] = defaultdict(list)
    stories = [story(article, dice) for _ in tabs]
    late = [each for told in stories for each in told if dice.random() < 0.3]
    for meant in stories:
        meant.extend(dice.sample(meant, dice.randint(1, len(meant))))  # once more, in any order
        if dice.random() < 0.5:
            dice.shuffle(meant)
    at_once([sender(tab, told, answers) for tab, told in zip(tabs, stories, strict=True)])
    at_once([sender(tab, late, answers) for tab in tabs])  # copies that come when all is over
    for op_id, told in answers.items():
        assert all(each == told[0] for each in told), told
        assert Operation.objects.filter(op_id=op_id).count() == 1


def check_end(work: Assignment) -> None:
    """The rows are what the history says, without gaps; the doctor agrees."""
    work.refresh_from_db()
    applied = Operation.objects.filter(assignment=work, status=OperationStatus.APPLIED)
    assert list(applied.order_by("rev").values_list("rev", flat=True)) == [*range(1, work.rev + 1)]
    for model, name in ((Span, "span"), (Link, "link")):
        live = set(model.objects.live().values_list("pk", "ver"))  # type: ignore[attr-defined]
        for pk, ver in live:
            last = applied.filter(target_id=pk, target_type=name).order_by("rev").last()
            assert last
            assert last.result["ver"] <= ver  # links fall and rise with their spans
    assert [str(finding) for finding in examine()] == []


def run(
    sign_in: SignIn, bob: User, bobs: Assignment, article: Article, rounds: Iterable[int]
) -> None:
    dice = random.Random(20_251_122)
    tabs = [tab_of(sign_in(bob), bobs) for _ in range(N_TABS)]
    for _ in rounds:
        bad_round(tabs, article, dice)
    check_end(bobs)


def test_doubled_late_and_shuffled_requests_count_once(
    sign_in: SignIn, bob: User, bobs: Assignment, article: Article
) -> None:
    run(sign_in, bob, bobs, article, range(2))


@pytest.mark.soak
def test_two_hundred_rounds_of_doubled_late_and_shuffled_requests(
    sign_in: SignIn, bob: User, bobs: Assignment, article: Article, budget: Budget
) -> None:
    run(sign_in, bob, bobs, article, budget.rounds(200))
    n_ops = Operation.objects.count()
    rounds = f"{budget.n_done} rounds of {N_TABS} writers"
    print(f"{connection.vendor}, {rounds}: {n_ops} operations, 0 doubled")
