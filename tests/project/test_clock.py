"""The server's clock steps a day back and forth: order comes from revisions, all stay signed in."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Submission
from annotations.corpus.models import Article
from annotations.marking.history import fetch_operations
from annotations.marking.models import Operation
from annotations.study.models import AuditEntry
from project.doctor import examine
from tests.conftest import SignIn
from tests.curation.scene import both_work, cases, ruling
from tests.curation.scene import send as rule
from tests.marking.sending import Tab, add, address, op, span
from tests.people import assign

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, timedelta]:
    """`clock["off"] = DAY` sets all of Django's times a day ahead."""
    set_to, really = {"off": timedelta(0)}, timezone.now

    def now() -> datetime:
        return really() + set_to["off"]

    monkeypatch.setattr(timezone, "now", now)
    return set_to


def test_a_clock_that_steps_by_a_day_breaks_no_rule(
    clock: dict[str, timedelta], article: Article, bob: User, carol: User, dave: User,
    alice: User, sign_in: SignIn,
) -> None:  # fmt: skip
    work = assign(article, bob)
    tab, desk = Tab(sign_in(bob), article), sign_in(dave)
    steps = itertools.cycle([DAY, -DAY, timedelta(0), -DAY, DAY])

    def step(act: Any) -> Any:
        clock["off"] = next(steps)
        return act()

    state = span(article, "allegation", (0, 9))
    ops = [
        add("span", state),
        op("set", "span", {**state, "note": "later"}, 1),
        op("del", "span", state, 2),
        op("restore", "span", state, 3),
    ]
    answers = [step(lambda each=each: tab.send(each)) for each in ops]
    assert [one["status"] for (one,) in answers] == ["applied"] * 4
    stale = op("set", "span", {**state, "note": "stale"}, 2)
    assert step(lambda: tab.send(stale))[0]["status"] == "conflict"
    assert [step(lambda each=each: tab.send(each)) for each in ops] == answers  # late copies
    in_order = Operation.objects.filter(rev__isnull=False).order_by("rev")
    assert [row.kind for row in in_order] == ["add", "set", "del", "restore"]
    assert [row.rev for row in fetch_operations(work, None, None)] == [4, 3, 2, 1]

    there, confirmed = address("submit", article), {"confirmed": "1"}
    assert step(lambda: tab.client.post(there, confirmed)).status_code == 302
    late = add("span", span(article, "allegation", (43, 50)))
    assert step(lambda: tab.send(late))[0]["status"] == "held"
    lead: Client = sign_in(alice)
    back = f"/studies/{article.study_id}/assignments/{work.pk}/return/"
    assert step(lambda: lead.post(back, {"reason": "Once more."})).status_code == 302
    assert step(lambda: tab.client.post(there, confirmed)).status_code == 302
    numbers = Submission.objects.filter(assignment=work).order_by("number")
    assert [one.number for one in numbers] == [1, 2]

    assign(article, carol)
    other = Tab(sign_in(carol), article)
    step(lambda: other.send(add("span", span(article, "reporting", (0, 9)))))
    assert step(lambda: other.client.post(there, confirmed)).status_code == 302
    case = step(lambda: cases(desk, article))["label"]["id"]
    for ver, told in ((0, "applied"), (1, "applied"), (1, "conflict")):
        choice = {"choice": "no_span"} if ver else {"choice": "variant", "variant": 1}
        sent = ruling(case, ver, **choice)
        assert (
            step(lambda sent=sent: rule(desk, article, sent)).json()["results"][0]["status"] == told
        )
    assert AuditEntry.objects.count() > 3
    assert [str(finding) for finding in examine()] == []


def test_nobody_is_signed_out_by_a_step_of_a_day(
    clock: dict[str, timedelta], article: Article, bob: User, carol: User, sign_in: SignIn
) -> None:
    clients = [sign_in(bob), sign_in(carol)]
    for work in (bob, carol):
        assign(article, work)
    both_work(article, *clients)
    for off in (DAY, -DAY, timedelta(0)):
        clock["off"] = off
        assert [client.get("/").status_code for client in clients] == [200, 200]
