"""Random sessions against a plain dict: what is stored is what was acknowledged."""

import itertools
import os
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from project.doctor import examine
from tests.conftest import SignIn
from tests.marking.sending import Tab, Wire, add, link, op, span, tab_of
from tests.soaking import Budget

PLACES = ((0, 9), (0, 18), (43, 50), (43, 57), (60, 70))
LABELS = ("attribution", "allegation", None)
STEP = st.tuples(
    st.sampled_from(["add", "link", "set", "del", "restore", "repeat", "stale"]),
    st.integers(0, 30),
    st.integers(0, 30),
)
STEPS = st.lists(STEP, max_size=25)
LONG = st.lists(STEP, min_size=50, max_size=50)


@dataclass
class Model:
    """Everything acknowledged so far. Removed marks keep their last state."""

    spans: dict[str, Wire] = field(default_factory=dict)
    links: dict[str, Wire] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)  # id -> "self" or "with span"
    answered: list[tuple[Wire, Wire]] = field(default_factory=list)
    rev: int = 0

    def live(self, marks: dict[str, Wire]) -> list[Wire]:
        return [mark for pk, mark in marks.items() if pk not in self.removed]

    def touching(self, pk: str) -> list[Wire]:
        return [each for each in self.links.values() if pk in (each["source"], each["target"])]

    def twin(self, mark: Wire) -> Wire | None:
        return next(
            (
                other
                for other in self.live(self.spans)
                if other["id"] != mark["id"]
                and (other["label"], other["fragments"]) == (mark["label"], mark["fragments"])
            ),
            None,
        )


class Session:
    """Makes steps in the model and on the server, and compares the answers."""

    def __init__(self, tab: Tab, article: Article) -> None:
        self.tab, self.article, self.model = tab, article, Model()

    def pick(self, marks: dict[str, Wire], n: int) -> Wire | None:
        return list(marks.values())[n % len(marks)] if marks else None

    def step(self, kind: str, n: int, m: int) -> None:
        getattr(self, f"do_{kind}")(n, m)
        assert self.tab.rev == self.model.rev

    def send(self, sent: Wire, expected: str) -> Wire:
        result = self.tab.one(sent)
        assert result["status"] == expected, (sent, result)
        self.model.answered.append((sent, result))
        self.model.rev += expected == "applied"
        return result

    def do_add(self, n: int, m: int) -> None:
        slug, place = LABELS[n % 3], PLACES[m % 5]
        mark = {**span(self.article, slug, place), "ver": 1, "codebook": 1}
        twin = self.model.twin(mark)
        result = self.send(add("span", mark), "same" if twin else "applied")
        if twin:
            assert result["id"] == twin["id"]
        else:
            self.model.spans[mark["id"]] = mark

    def do_link(self, n: int, m: int) -> None:
        source, target = self.pick(self.model.spans, n), self.pick(self.model.spans, m)
        if source is None or target is None:
            return
        joined = {**link(source, target), "ver": 1}
        result_may = self.expected_link(joined, source, target)
        self.send(add("link", joined), result_may)
        if result_may == "applied":
            self.model.links[joined["id"]] = joined

    def expected_link(self, joined: Wire, source: Wire, target: Wire) -> str:
        attribution = span(self.article, "attribution", (0, 9))["label"]
        there = {source["id"], target["id"]}.isdisjoint(self.model.removed)
        fits = source["label"] == attribution and target["label"] != attribution
        if not there or not fits:
            return "invalid"
        ends = (joined["source"], joined["target"])
        taken = [(o["source"], o["target"]) for o in self.model.live(self.model.links)]
        return "same" if ends in taken else "applied"

    def do_set(self, n: int, m: int) -> None:
        mark = self.pick(self.model.spans, n)
        if mark is None:
            return
        changed = {**mark, "note": f"note {m}"}
        if mark["id"] in self.model.removed:
            self.send(op("set", "span", changed, mark["ver"]), "gone")
        elif changed["note"] == mark["note"]:
            self.send(op("set", "span", changed, mark["ver"]), "same")
        else:
            self.send(op("set", "span", changed, mark["ver"]), "applied")
            self.model.spans[mark["id"]] = {**changed, "ver": mark["ver"] + 1}

    def do_del(self, n: int, m: int) -> None:
        on = "link" if m % 3 == 0 else "span"
        marks = self.model.links if on == "link" else self.model.spans
        mark = self.pick(marks, n)
        if mark is None:
            return
        if mark["id"] in self.model.removed:
            self.send(op("del", on, mark, mark["ver"]), "gone")
            return
        self.send(op("del", on, mark, mark["ver"]), "applied")
        self.remove(mark, "self")
        if on == "span":
            for each in self.model.touching(mark["id"]):
                if each["id"] not in self.model.removed:
                    self.remove(each, "with span")

    def remove(self, mark: Wire, how: str) -> None:
        mark["ver"] += 1
        self.model.removed[mark["id"]] = how

    def do_restore(self, n: int, m: int) -> None:
        mark = self.pick(self.model.spans, n)
        if mark is None or mark["id"] not in self.model.removed:
            return
        twin = self.model.twin(mark)
        self.send(op("restore", "span", mark, mark["ver"]), "same" if twin else "applied")
        if twin:
            return
        del self.model.removed[mark["id"]]
        mark["ver"] += 1
        taken = {(o["source"], o["target"]) for o in self.model.live(self.model.links)}
        for each in sorted(self.model.touching(mark["id"]), key=lambda each: each["id"]):
            ends = (each["source"], each["target"])
            fell = self.model.removed.get(each["id"]) == "with span"
            if fell and ends not in taken and not set(ends) & self.model.removed.keys():
                del self.model.removed[each["id"]]
                each["ver"] += 1
                taken.add(ends)

    def do_repeat(self, n: int, m: int) -> None:
        if self.model.answered:
            sent, answer = self.model.answered[n % len(self.model.answered)]
            assert self.tab.one(sent) == answer

    def do_stale(self, n: int, m: int) -> None:
        mark = self.pick(self.model.spans, n)
        if mark and mark["id"] not in self.model.removed and mark["ver"] > 1:
            self.send(op("set", "span", {**mark, "note": "stale"}, mark["ver"] - 1), "conflict")

    def check(self) -> None:
        told = self.tab.pull()["changes"]
        for name, marks in (("spans", self.model.spans), ("links", self.model.links)):
            assert {mark["id"]: mark for mark in told[name]} == {
                mark["id"]: mark for mark in self.model.live(marks)
            }
        assert set(told["gone"]) == set(self.model.removed)
        assert [str(finding) for finding in examine(self.article.study_id)] == []


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
def test_random_sessions_match_a_plain_model(
    sign_in: SignIn, bob: User, bobs: Assignment, article: Article, steps: list[Any]
) -> None:
    with transaction.atomic():
        session = Session(tab_of(sign_in(bob), bobs), article)
        for kind, n, m in steps:
            session.step(kind, n, m)
        session.check()
        transaction.set_rollback(True)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS, st.integers(1, 7))
def test_the_same_operations_in_batches_come_to_the_same(
    sign_in: SignIn, bob: User, bobs: Assignment, article: Article, steps: list[Any], size: int
) -> None:
    with transaction.atomic():
        session = Session(tab_of(sign_in(bob), bobs), article)
        for kind, n, m in steps:
            session.step(kind, n, m)
        sent = [each for each, _ in session.model.answered]
        answers = [answer for _, answer in session.model.answered]
        transaction.set_rollback(True)
    with transaction.atomic():
        tab = tab_of(sign_in(bob), bobs)
        batches = [sent[n : n + size] for n in range(0, len(sent), size)]
        again = list(itertools.chain.from_iterable(tab.send(*each) for each in batches))
        assert again == answers
        other = Session(tab, article)
        other.model = session.model
        other.check()
        transaction.set_rollback(True)


@pytest.mark.soak
@settings(
    max_examples=int(os.environ.get("SESSIONS") or 2_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(LONG)
def test_long_random_sessions_match_a_plain_model(
    sign_in: SignIn,
    bob: User,
    bobs: Assignment,
    article: Article,
    budget: Budget,
    steps: list[Any],
) -> None:
    def one_session() -> None:
        with transaction.atomic():
            session = Session(tab_of(sign_in(bob), bobs), article)
            for kind, n, m in steps:
                session.step(kind, n, m)
            session.check()
            transaction.set_rollback(True)

    budget.spend_on(one_session)
