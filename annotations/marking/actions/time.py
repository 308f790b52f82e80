"""Time actively spent on an article."""

import uuid

from django.db import transaction
from django.utils import timezone

from annotations.assignment.models import OPEN_STATES, Assignment, WorkTime


@transaction.atomic
def record_time(*, assignment: Assignment, tab: uuid.UUID, active_seconds: int) -> int:
    """Note that a tab has been worked in for so many seconds in all; gives what is stored.

    A tab's count only grows, so a late or doubled report changes nothing. Nor does one from a
    tab that was left open after the work was submitted or handed over.
    """
    mine = WorkTime.objects.filter(assignment=assignment, tab=tab)
    if assignment.state not in OPEN_STATES:
        return mine.values_list("active_seconds", flat=True).first() or 0
    now = timezone.now()
    row = WorkTime(
        study_id=assignment.study_id, assignment=assignment, tab=tab, active_seconds=active_seconds
    )
    WorkTime.objects.bulk_create([row], ignore_conflicts=True)
    mine.filter(active_seconds__lt=active_seconds).update(
        active_seconds=active_seconds, last_at=now
    )
    return mine.values_list("active_seconds", flat=True)[0]
