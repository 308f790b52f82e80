"""The people who mark, or marked, in a study, and how far each of them is."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.http import Http404

from annotations.accounts.models import User
from annotations.study.models import Membership, Role, Round, Study

from ..models import Assignment, AssignmentState, WorkTime
from .counts import Counts, count_by, total

TIMES_UNASKED = 2_000  # assignments; in larger studies times are added up when asked for


def list_annotators(study: Study) -> "QuerySet[User]":
    """Those who can be given work: annotators who have not left and can sign in."""
    return User.objects.filter(
        memberships__study=study,
        memberships__role=Role.ANNOTATOR,
        memberships__ended_at=None,
        is_active=True,
    ).order_by("display_name", "username")


def list_people(study: Study) -> "QuerySet[User]":
    """Everybody who has work in the study or could be given some."""
    able = list_annotators(study).order_by().values("pk")
    members = Membership.objects.filter(study=study).order_by().values("user")
    work = Assignment.objects.filter(study=study, annotator=OuterRef("pk"))
    found = User.objects.filter(Q(pk__in=able) | Q(pk__in=members) & Exists(work))
    return found.order_by("display_name", "username")


def fetch_person(study: Study, user_id: uuid.UUID) -> User:
    """Somebody who has work in the study or could be given some."""
    person = list_people(study).filter(pk=user_id).first()
    if person is None:
        raise Http404("No such person in this study.")
    return person


@dataclass(frozen=True)
class LeftBehind:
    """Unfinished work of somebody who left, with which something can be done.

    `n_movable`: how many of the articles one other annotator could take at most.
    """

    person: User
    n_articles: int
    n_movable: int
    n_waiting: int


def takers(study: Study, person: User) -> list[tuple[User, int]]:
    """Each other annotator with how many of the person's unfinished articles they could take:
    those that they neither have nor had. Two queries."""
    unfinished = Assignment.objects.filter(
        study=study, annotator=person, article__deleted_at=None
    ).open()
    articles = unfinished.order_by().values("article")
    theirs = Assignment.objects.filter(study=study, article__in=articles).order_by()
    held = dict(theirs.values_list("annotator").annotate(n=Count("pk")))
    n_articles = held.pop(person.pk, 0)
    able = list_annotators(study).exclude(pk=person.pk)
    return [(each, n_articles - held.get(each.pk, 0)) for each in able]


def left_behind(study: Study) -> list[LeftBehind]:
    """Of those who left, whoever has work that can be handed over or taken back."""
    people = stranded(study)
    if not people:
        return []
    by_state = Assignment.objects.filter(
        study=study, annotator__in=[person for person, _ in people], article__deleted_at=None
    )
    waiting = by_state.filter(state=AssignmentState.WAITING).order_by().values_list("annotator")
    n_waiting = dict(waiting.annotate(n=Count("pk")))
    rows = [
        LeftBehind(
            person,
            n_articles,
            max((n for _, n in takers(study, person)), default=0),
            n_waiting.get(person.pk, 0),
        )
        for person, n_articles in people
    ]
    return [row for row in rows if row.n_movable or row.n_waiting]


def stranded(study: Study) -> list[tuple[User, int]]:
    """Those who have left with unfinished work on kept articles, and how much of it.

    Two queries; only people who left are looked at, so that a large study costs no more.
    """
    able = list_annotators(study).order_by().values("pk")
    held = Q(memberships__study=study, memberships__role=Role.ANNOTATOR)
    gone = User.objects.filter(held).exclude(pk__in=able).distinct()
    people = list(gone.order_by("display_name", "username"))
    if not people:
        return []
    theirs = Assignment.objects.filter(study=study, annotator__in=people)
    left = theirs.open().filter(article__deleted_at=None).order_by().values_list("annotator")
    numbers = dict(left.annotate(n=Count("pk")))
    return [(person, numbers[person.pk]) for person in people if person.pk in numbers]


@dataclass(frozen=True)
class Progress:
    """One person's part. `is_able`: whether more work can be given to them.

    `active_time` is None where times were not asked for.
    """

    person: User
    is_able: bool
    counts: Counts
    active_time: timedelta | None
    last_at: datetime | None


SORTS: dict[str, Callable[[Progress], Any]] = {
    "name": lambda row: (str(row.person).casefold(), str(row.person.pk)),
    "left": lambda row: -row.counts.left,
    "submitted": lambda row: -row.counts.submitted,
    "time": lambda row: -(row.active_time or timedelta()),
    "last": lambda row: -row.last_at.timestamp() if row.last_at else 0.0,
}


def progress_by_person(
    study: Study, *, round: Round | None = None, sort: str = "name", with_times: bool | None = None
) -> list[Progress]:
    """Who has done how much: a fixed number of queries, however many people and articles.

    Adding up the time of everybody reads each of their work times. So it is left out of large
    studies, unless `with_times` asks for it.
    """
    counts = count_by([study], "annotator", round=round)
    if with_times is None:
        with_times = total(counts.values()).all <= TIMES_UNASKED
    spent = times_by_person(study, round) if with_times else {}
    nothing = (timedelta(), None) if with_times else (None, None)
    able = set(list_annotators(study).values_list("pk", flat=True))
    rows = [
        Progress(
            person,
            person.pk in able,
            counts.get(person.pk, Counts()),
            *spent.get(person.pk, nothing),
        )
        for person in list_people(study)
    ]
    by_name = sorted(rows, key=SORTS["name"])
    return sorted(by_name, key=SORTS.get(sort, SORTS["name"]))


def times_by_person(
    study: Study, round: Round | None
) -> dict[uuid.UUID, tuple[timedelta, datetime]]:
    """(time actively spent, when last) of everybody who ever opened an article."""
    times = WorkTime.objects.filter(study=study)
    if round is not None:
        times = times.filter(assignment__round=round)
    summed = times.order_by().values_list("assignment__annotator")
    return {
        user_id: (timedelta(seconds=seconds), last_at)
        for user_id, seconds, last_at in summed.annotate(
            seconds=Sum("active_seconds"), last=Max("last_at")
        )
    }
