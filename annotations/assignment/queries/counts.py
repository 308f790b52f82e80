"""How much there is to do and how much is done. Read from kept counts, however many articles."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from annotations.corpus.models import Article
from annotations.study.models import Study

from ..models import Assignment, AssignmentState, Submission, WorkCount, WorkTime


@dataclass(frozen=True)
class Counts:
    """Assignments by state; those handed over are not counted."""

    waiting: int = 0
    in_progress: int = 0
    submitted: int = 0
    returned: int = 0
    n_changes: int = field(default=0, compare=False)  # rows to be put together (WorkCount)

    @property
    def all(self) -> int:
        return self.waiting + self.in_progress + self.submitted + self.returned

    @property
    def left(self) -> int:
        return self.all - self.submitted


def counts_of(by_state: dict[str, int], n_changes: int) -> Counts:
    known = {state: n for state, n in by_state.items() if state != AssignmentState.WITHDRAWN}
    return Counts(**known, n_changes=n_changes)


def count_by(
    studies: Iterable[Study], key: str, *, annotator: uuid.UUID | None = None, round: Any = None
) -> dict[uuid.UUID, Counts]:
    """Counts for each value of `key` ("annotator" or "study") in these studies; of one person, of
    one round.

    The database keeps them (annotations/notices.py). What lies in the bin is counted apart and
    taken off: few rows, if any.
    """
    numbers: defaultdict[uuid.UUID, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    n_changes: defaultdict[uuid.UUID, int] = defaultdict(int)
    here = [study.pk for study in studies]
    wanted = {"annotator": annotator, "round": round}
    only = {name: value for name, value in wanted.items() if value is not None}
    kept = WorkCount.objects.filter(study__in=here, **only).order_by().values_list(key, "state")
    changes = Count("pk", filter=Q(is_change=True))
    for value, state, n, n_new in kept.annotate(of_all=Sum("n"), n_new=changes):
        numbers[value][state] += n
        n_changes[value] += n_new
    if Article.objects.filter(study__in=here, deleted_at__isnull=False).exists():
        # By article alone: those in the bin are looked up one by one.
        binned = Assignment.objects.filter(
            article__study__in=here, article__deleted_at__isnull=False, **only
        )
        grouped = binned.order_by().values_list(key, "state").annotate(n=Count("*"))
        for value, state, n in grouped:
            numbers[value][state] -= n
    return {value: counts_of(by_state, n_changes[value]) for value, by_state in numbers.items()}


def count_own(study: Study, user_id: uuid.UUID) -> Counts:
    """One person's own assignments in the study."""
    return count_by([study], "annotator", annotator=user_id).get(user_id, Counts())


def count_study(study: Study) -> Counts:
    """Everybody's assignments in the study."""
    return count_by([study], "study").get(study.pk, Counts())


def total(counts: Iterable[Counts]) -> Counts:
    found = list(counts)
    return Counts(
        waiting=sum(each.waiting for each in found),
        in_progress=sum(each.in_progress for each in found),
        submitted=sum(each.submitted for each in found),
        returned=sum(each.returned for each in found),
        n_changes=sum(each.n_changes for each in found),
    )


def active_times(assignment_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, timedelta]:
    """Time actively spent on each of these assignments; those never opened are left out."""
    times = WorkTime.objects.filter(assignment__in=list(assignment_ids)).order_by()
    summed = times.values_list("assignment").annotate(seconds=Sum("active_seconds"))
    return {pk: timedelta(seconds=seconds) for pk, seconds in summed}


def last_rev() -> Subquery:
    """The revision that an assignment was last submitted at."""
    rows = Submission.objects.filter(assignment=OuterRef("pk")).order_by("-number")
    return Subquery(rows.values("rev")[:1])
