"""How much there is to do and how much is done. Read from indexes alone, however many articles."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from annotations.corpus.models import Article
from annotations.study.models import Study

from ..models import Assignment, AssignmentState, Submission, WorkTime


@dataclass(frozen=True)
class Counts:
    """Assignments by state; those handed over are not counted."""

    waiting: int = 0
    in_progress: int = 0
    submitted: int = 0
    returned: int = 0

    @property
    def all(self) -> int:
        return self.waiting + self.in_progress + self.submitted + self.returned

    @property
    def left(self) -> int:
        return self.all - self.submitted


def counts_of(by_state: dict[str, int]) -> Counts:
    known = {state: n for state, n in by_state.items() if state != AssignmentState.WITHDRAWN}
    return Counts(**known)


def count_by(
    assignments: "QuerySet[Assignment]", key: str, studies: Iterable[Study]
) -> dict[uuid.UUID, Counts]:
    """Counts for each value of `key` ("annotator" or "study") in these studies.

    What lies in the bin is counted apart and taken off: few rows, if any, where a join would
    look at every article. Counted are the entries of one narrow index.
    """
    numbers: defaultdict[uuid.UUID, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(rows: "QuerySet[Assignment]", sign: int) -> None:
        grouped = rows.order_by().values_list(key, "state").annotate(n=Count("*"))
        for value, state, n in grouped:
            numbers[value][state] += sign * n

    here = [study.pk for study in studies]
    counted = assignments.filter(study__in=here)
    add(counted, 1)
    in_bin = Article.objects.filter(study__in=here, deleted_at__isnull=False)
    if in_bin.exists():
        # By article alone: those in the bin are looked up one by one.
        add(assignments.filter(article__study__in=here, article__deleted_at__isnull=False), -1)
    return {value: counts_of(by_state) for value, by_state in numbers.items()}


def count_own(study: Study, user_id: uuid.UUID) -> Counts:
    """One person's own assignments in the study."""
    own = Assignment.objects.filter(annotator=user_id)
    return count_by(own, "annotator", [study]).get(user_id, Counts())


def count_study(study: Study) -> Counts:
    """Everybody's assignments in the study."""
    return count_by(Assignment.objects.all(), "study", [study]).get(study.pk, Counts())


def total(counts: Iterable[Counts]) -> Counts:
    found = list(counts)
    return Counts(
        waiting=sum(each.waiting for each in found),
        in_progress=sum(each.in_progress for each in found),
        submitted=sum(each.submitted for each in found),
        returned=sum(each.returned for each in found),
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
