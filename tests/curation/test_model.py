"""Random sessions of two curators against a plain dict: gold is what was acknowledged."""

import os
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.models import GoldSpan, Ruling
from project.doctor import examine
from tests.conftest import SignIn
from tests.soaking import Budget

from .scene import both_work, cases, ruling, send, url

Wire = dict[str, Any]
KINDS = ("label", "boundary", "missing", "unanimous", "unanimous2")
STEP = st.tuples(
    st.sampled_from(["variant", "none", "left", "reopen", "repeat", "stale", "closed"]),
    st.integers(0, 30),
    st.integers(0, 30),
)
STEPS = st.lists(STEP, max_size=10)
LONG = st.lists(STEP, min_size=50, max_size=50)
Decision = tuple[str, int]  # the choice, and of a variant its number


@dataclass
class Model:
    """What was acknowledged: versions and decisions by case, and every answer by its ruling."""

    ver: dict[str, int] = field(default_factory=dict)
    decided: dict[str, Decision] = field(default_factory=dict)
    gold: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    answered: list[tuple[Client, Wire, Wire]] = field(default_factory=list)


class Session:
    """Makes steps in the model and on the server, and compares the answers."""

    def __init__(self, clients: list[Client], article: Article) -> None:
        self.clients, self.article, self.model = clients, article, Model()
        found = cases(clients[0], article)
        self.cases = [found[kind] for kind in KINDS]
        self.model.ver = {case["id"]: case["ver"] for case in self.cases}

    def send(self, who: int, op: Wire) -> Wire:
        client = self.clients[who % 2]
        (result,) = send(client, self.article, op).json()["results"]
        self.model.answered.append((client, op, result))
        return dict(result)

    def decide(self, n: int, m: int, choice: str, variant: int = 0) -> None:
        case, model = self.cases[n % len(self.cases)], self.model
        payload: Wire = {"choice": choice} | ({"variant": variant} if variant else {})
        result = self.send(m, ruling(case["id"], model.ver[case["id"]], **payload))
        same = model.decided.get(case["id"]) == (choice, variant)
        assert result["status"] in ({"applied", "same"} if same else {"applied"}), result
        if result["status"] == "applied":
            self.note(case, result, (choice, variant))

    def note(self, case: Wire, result: Wire, decision: Decision) -> None:
        pk, model = case["id"], self.model
        assert result["ver"] == model.ver[pk] + 1
        model.ver[pk], model.decided[pk] = result["ver"], decision
        model.gold.pop(pk, None)
        if decision[0] == "variant":
            span = case["variants"][decision[1] - 1]["span"]
            part = span["fragments"][0]
            model.gold[pk] = (span["label"], f"{part['start']}-{part['end']}")

    def do_variant(self, n: int, m: int) -> None:
        case = self.cases[n % len(self.cases)]
        proposed = [at for at, one in enumerate(case["variants"], 1) if one["span"]]
        self.decide(n, m, "variant", proposed[m % len(proposed)])

    def do_none(self, n: int, m: int) -> None:
        self.decide(n, m, "no_span")

    def do_left(self, n: int, m: int) -> None:
        self.decide(n, m, "left")

    def do_reopen(self, n: int, m: int) -> None:
        pk, model = self.cases[n % len(self.cases)]["id"], self.model
        result = self.send(m, ruling(pk, model.ver[pk], kind="reopen"))
        if pk not in model.decided:
            assert result["status"] != "applied", result
            return
        assert (result["status"], result["ver"]) == ("applied", model.ver[pk] + 1)
        model.ver[pk] += 1
        del model.decided[pk]
        model.gold.pop(pk, None)

    def do_repeat(self, n: int, m: int) -> None:
        """A late copy: answered as the first was, and nothing else happens."""
        if self.model.answered:
            client, op, answer = self.model.answered[n % len(self.model.answered)]
            assert send(client, self.article, op).json()["results"] == [answer]

    def do_stale(self, n: int, m: int) -> None:
        pk, model = self.cases[n % len(self.cases)]["id"], self.model
        if model.ver[pk]:
            result = self.send(m, ruling(pk, model.ver[pk] - 1, choice="no_span"))
            assert result["status"] == "conflict", result

    def do_closed(self, n: int, m: int) -> None:
        """What arrives between closing and opening again is kept, and not applied."""
        pk, model = self.cases[n % len(self.cases)]["id"], self.model
        self.clients[0].post(url("close", self.article), {"leave_open": "1"})
        result = self.send(m, ruling(pk, model.ver[pk], choice="no_span"))
        self.clients[0].post(url("reopen", self.article))
        assert result["status"] == "held", result

    def check(self) -> None:
        told = self.clients[1].get(url("ops", self.article)).json()["changes"]["cases"]
        ver = {case["id"]: case["ver"] for case in told}
        assert {pk: ver[pk] for pk in self.model.ver} == self.model.ver
        decided = {case["id"] for case in told if case["state"] == "decided"}
        wanted = {pk for pk, (choice, _) in self.model.decided.items() if choice != "left"}
        assert decided & self.model.ver.keys() == wanted
        rows = GoldSpan.objects.live().filter(adjudication__article=self.article)
        gold = [(str(row.label_id) if row.label_id else None, row.stretch) for row in rows]
        assert sorted(gold, key=str) == sorted(self.model.gold.values(), key=str)
        sent = [op["op_id"] for _, op, _ in self.model.answered]
        assert Ruling.objects.filter(op_id__in=sent).count() <= len(set(sent))
        assert [str(finding) for finding in examine(self.article.study_id)] == []


def run(article: Article, clients: list[Client], steps: list[Any]) -> None:
    with transaction.atomic():
        session = Session(clients, article)
        for kind, n, m in steps:
            getattr(session, f"do_{kind}")(n, m)
        session.check()
        transaction.set_rollback(True)


@pytest.fixture
def submitted(
    article: Article, bob: User, carol: User, bobs: Assignment, carols: Assignment, sign_in: SignIn
) -> Article:
    both_work(article, sign_in(bob), sign_in(carol))
    return article


@pytest.fixture
def clients(dave: User, alice: User, sign_in: SignIn) -> list[Client]:
    return [sign_in(dave), sign_in(alice)]


@pytest.mark.django_db
@settings(
    max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(STEPS)
def test_random_rulings_match_a_plain_model(
    submitted: Article, clients: list[Client], steps: list[Any]
) -> None:
    run(submitted, clients, steps)


@pytest.mark.soak
@pytest.mark.django_db
@settings(
    max_examples=int(os.environ.get("SESSIONS") or 2_000) // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(LONG)
def test_long_sessions_of_rulings_match_a_plain_model(
    submitted: Article, clients: list[Client], budget: Budget, steps: list[Any]
) -> None:
    budget.spend_on(lambda: run(submitted, clients, steps))
