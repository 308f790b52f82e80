"""Kept counts of assignments are those of a recount, whatever is done, and hold up nobody."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.http import Http404

from annotations.accounts.models import User
from annotations.assignment.actions import (
    apply_plan,
    assign_article,
    counting,
    hand_over,
    hand_over_all,
    remove_assignment,
    return_submission,
)
from annotations.assignment.actions.counting import put_together
from annotations.assignment.actions.returning import return_all, take_back_unchanged
from annotations.assignment.checkup import check_counts
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState, WorkCount
from annotations.assignment.queries.counts import Counts, count_own, count_study
from annotations.assignment.queries.people import progress_by_person
from annotations.assignment.queries.plans import Asked
from annotations.corpus.actions.articles import bin_article, restore_article
from annotations.corpus.models import Article
from annotations.guards import missing_guards
from annotations.marking.actions.submission import submit_assignment
from annotations.notices import counting as triggers
from annotations.study.actions.undoing import undo
from annotations.study.models import Role, Study
from annotations.text.refusal import Refusal
from tests.at_once import at_once
from tests.conftest import SignIn
from tests.people import assign, join, make_article, make_study, make_user

N_TURNS = 2
WAITING = AssignmentState.WAITING


def recounted(study: Study, **only: Any) -> Counts:
    states = Assignment.objects.current().filter(study=study, **only).values_list("state")
    return Counts(**Counter(state for (state,) in states))


def differences() -> list[str]:
    """Wherever what pages tell is not what the assignments themselves say."""
    found = [str(finding) for finding in check_counts(None)]
    for study in Study.objects.all():
        if count_study(study) != recounted(study):
            found.append(f"{study}")
        for round in [None, *study.rounds.all()]:
            only = {"round": round} if round else {}
            found += [
                f"{study}, {row.person}, {round}: {row.counts}"
                for row in progress_by_person(study, round=round)
                if row.counts != recounted(study, annotator=row.person, **only)
            ]
    return found


class Team:
    """People who do whatever they may, in any order; what is refused is refused."""

    def __init__(self, study: Study, dice: random.Random) -> None:
        self.study, self.manager, self.dice = study, study.created_by, dice
        self.people = [make_user(f"{study.name}_{n}") for n in range(3)]
        for person in self.people:
            join(study, person, Role.ANNOTATOR)
        pilot = study.rounds.create(name="Pilot", position=1)
        self.rounds = [study.rounds.get(name="Main"), pilot]
        for n in range(6):
            make_article(study, f"Text {n} of {study.name}.\n", f"Article {n}")

    def any(self, *states: str) -> Assignment:
        there = Assignment.objects.filter(study=self.study, state__in=states)
        return self.dice.choice(list(there.order_by("article__title", "annotator__username")))

    @property
    def article(self) -> Article:
        return self.dice.choice(list(self.study.articles.order_by("title")))

    @property
    def person(self) -> User:
        return self.dice.choice(self.people)

    def plan(self) -> None:
        asked = Asked(self.dice.choice(self.rounds), tuple(self.people), self.dice.randint(1, 2))
        apply_plan(study=self.study, actor=self.manager, asked=asked)

    def give(self) -> None:
        assign_article(
            study=self.study, actor=self.manager, article=self.article, annotator=self.person,
            round=self.dice.choice(self.rounds),
        )  # fmt: skip

    def take(self) -> None:
        remove_assignment(assignment=self.any(WAITING), actor=self.manager)

    def begin(self) -> None:
        chosen = Assignment.objects.filter(pk=self.any(WAITING).pk)
        chosen.update(state=AssignmentState.IN_PROGRESS, rev=3)

    def submit(self) -> None:
        work = self.any(*OPEN_STATES)
        where = {"study_id": self.study.pk, "article_id": work.article_id}
        submit_assignment(user=work.annotator, confirmed=True, **where)

    def give_back(self) -> None:
        work = self.any(AssignmentState.SUBMITTED)
        return_submission(assignment=work, actor=self.manager, reason="Look again.")

    def give_all_back(self) -> None:
        work = Assignment.objects.filter(study=self.study, state=AssignmentState.SUBMITTED)
        return_all(assignments=work, actor=self.manager, reason="Look again.")

    def take_all_back(self) -> None:
        work = Assignment.objects.filter(study=self.study, state=AssignmentState.RETURNED)
        take_back_unchanged(assignments=work, actor=self.manager)

    def hand_over(self) -> None:
        hand_over(assignment=self.any(*OPEN_STATES), actor=self.manager, to=self.person)

    def hand_all_over(self) -> None:
        hand_over_all(study=self.study, actor=self.manager, person=self.person, to=self.person)

    def bin(self) -> None:
        bin_article(article=self.article, actor=self.manager)

    def restore(self) -> None:
        restore_article(article=self.article, actor=self.manager)

    def regret(self) -> None:
        last = self.study.audit_entries.order_by("-pk").values_list("pk", flat=True)[:3]
        undo(study=self.study, actor=self.manager, numbers=[self.dice.choice(list(last))])

    def give_up(self) -> None:
        """All that was done is undone by the database."""
        with transaction.atomic():
            self.plan()
            self.take()
            transaction.set_rollback(True)

    def look(self) -> None:
        put_together(self.study, count_study(self.study))

    @property
    def acts(self) -> list[Callable[[], None]]:
        return [
            self.plan, self.give, self.give, self.take, self.begin, self.begin, self.submit,
            self.submit, self.submit, self.give_back, self.give_all_back, self.take_all_back,
            self.hand_over, self.hand_over, self.hand_all_over, self.bin, self.restore,
            self.restore, self.regret, self.regret, self.give_up, self.look,
        ]  # fmt: skip


def test_counts_are_those_of_a_recount_after_any_acts(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MANY", 3)
    dice, done = random.Random(18), set()
    teams = [Team(make_study(make_user(name), name), dice) for name in ("ann", "ben")]
    for _ in range(N_TURNS):
        for act in dice.sample([act for team in teams for act in team.acts], k=44):
            with suppress(Refusal, Http404, IndexError), transaction.atomic():
                act()
                done.add(act.__name__)
        assert differences() == []
    assert done == {act.__name__ for act in teams[0].acts}  # what was always refused tells nothing


def test_miscounts_and_lost_triggers_are_found_and_migrate_repairs_them(
    study: Study, article: Article, bob: User, carol: User
) -> None:
    assign(article, bob)
    WorkCount.objects.filter(annotator=bob).update(n=2)
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON annotations_assignment"
        for name in triggers(connection.vendor):
            cursor.execute(f"DROP TRIGGER {name}{on}")
    assign(article, carol)
    assert {*triggers("")} == {*missing_guards(connection)}
    told = [finding.what for finding in check_counts(study.pk)]
    assert sorted(told) == sorted(
        [
            f"Kept counts say {n} assignments of person {person.pk} in one state."
            for n, person in (("+1", bob), ("-1", carol))
        ]
    )
    call_command("migrate", verbosity=0)
    assert differences() == []
    assert missing_guards(connection) == []


def test_what_was_done_to_many_at_once_takes_few_rows(
    study: Study, article: Article, bob: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = [article, *(make_article(study, f"{n}.\n", f"{n}") for n in range(20))]
    Assignment.objects.bulk_create(
        Assignment(
            study=study, round=study.rounds.get(), article=each, annotator=person,
            created_by=study.created_by,
        )
        for each in articles for person in (bob, carol)
    )  # fmt: skip
    assert WorkCount.objects.count() == 2
    Assignment.objects.filter(annotator=bob).update(rev=7)  # as a save does
    assert WorkCount.objects.count() == 2
    Assignment.objects.filter(annotator=bob).update(state=AssignmentState.IN_PROGRESS)
    before = count_study(study)
    monkeypatch.setattr(counting, "MANY", 3)
    put_together(study, before)
    assert (count_study(study), count_own(study, bob.pk).in_progress) == (before, 21)
    assert WorkCount.objects.filter(n__gt=0).count() == WorkCount.objects.exclude(n=0).count() == 2
    assert differences() == []


@pytest.mark.on_postgresql
@pytest.mark.django_db
def test_a_look_fails_nobody_where_nothing_can_be_written(
    monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    ann = make_user("ann")
    study, browser = make_study(ann), sign_in(ann)
    assign(make_article(study), ann)
    monkeypatch.setattr(counting, "MANY", 0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
        told = [browser.get(address).status_code for address in ("/", f"/studies/{study.pk}/")]
        transaction.set_rollback(True)
    assert told == [200, 200]
    assert count_study(study).n_changes > 0
    assert differences() == []


@pytest.mark.on_postgresql
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_who_changes_states_or_puts_changes_together() -> None:
    study = make_study(make_user("ann"))
    people = [make_user(f"person_{n}") for n in range(3)]
    works = []
    for person in people:
        join(study, person, Role.ANNOTATOR)
        works += [assign(make_article(study, f"{person} {n}.\n"), person) for n in range(8)]
    many = Counts(n_changes=counting.MANY + 1)
    begin = partial(Assignment.objects.filter(study=study).update, state="in_progress")
    other = connections.create_connection("default")
    try:
        with transaction.atomic():
            begin()
            put_together(study, many)
            with other.cursor() as cursor:  # the rows of the first are locked, its own unseen
                cursor.execute("SET lock_timeout = '2s'")
                cursor.execute(counting.PUT_TOGETHER, [study.pk])
                cursor.execute("SELECT state, sum(n) FROM annotations_workcount GROUP BY 1")
                assert cursor.fetchall() == [("waiting", 24)]
    finally:
        other.close()
    assert differences() == []

    def work_on(mine: list[Assignment]) -> None:
        for one in mine:
            Assignment.objects.filter(pk=one.pk).update(state="waiting")
            put_together(study, many)
            assert count_study(study).all == len(works)

    at_once([partial(work_on, works[n::3]) for n in range(3)])
    assert differences() == []
    assert count_study(study) == Counts(waiting=24)
