"""Giving submitted work back to its annotator."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.actions import record
from annotations.text.refusal import Refusal

from ..models import Assignment, AssignmentState
from ..queries.counts import last_rev
from .turns import lock, lock_all


class NotSubmitted(Refusal):
    """Only submitted work can be returned."""


class NoReason(Refusal):
    """Say why, so that the annotator knows what to do."""


def at(time: datetime | None) -> str:
    return time.isoformat() if time else ""


@transaction.atomic
def return_submission(*, assignment: Assignment, actor: User, reason: str) -> Assignment:
    """Open submitted work again. What was submitted stays stored as it was."""
    if not reason.strip():
        raise NoReason
    held = lock(assignment)
    if held.state != AssignmentState.SUBMITTED:
        raise NotSubmitted
    _open(held, actor, reason.strip())
    held.save(update_fields=OPENED)
    return held


@transaction.atomic
def return_all(*, assignments: QuerySet[Assignment], actor: User, reason: str) -> int:
    """As `return_submission`, for all of them that are submitted; how many. Two statements, and
    an act in the history for each."""
    given = list(lock_all(assignments.filter(state=AssignmentState.SUBMITTED)))
    for held in given:
        _open(held, actor, reason)
    Assignment.objects.bulk_update(given, OPENED)
    return len(given)


@transaction.atomic
def take_back_unchanged(*, assignments: QuerySet[Assignment], actor: User) -> int:
    """Work that was given back counts as submitted again, as it was, where its annotator has
    changed nothing since; how many. What was begun anew stays open."""
    taken = []
    for held in lock_all(assignments.filter(state=AssignmentState.RETURNED, rev=last_rev())):
        before = {"state": str(held.state), "reason": held.return_reason, "rev": held.rev}
        held.state = AssignmentState.SUBMITTED
        held.returned_at, held.returned_by, held.return_reason = None, None, ""
        after = {"state": str(held.state), "rev": held.rev}
        record(
            study=held.study,
            actor=actor,
            action="submission.put_back",
            subject=held,
            before=before,
            after=after,
        )
        taken.append(held)
    Assignment.objects.bulk_update(taken, OPENED)
    return len(taken)


OPENED = ["state", "returned_at", "returned_by", "return_reason"]


def _open(held: Assignment, actor: User, reason: str) -> None:
    held.state = AssignmentState.RETURNED
    held.returned_at, held.returned_by, held.return_reason = timezone.now(), actor, reason
    record(
        study=held.study,
        actor=actor,
        action="submission.returned",
        subject=held,
        before={"state": AssignmentState.SUBMITTED.value, "submitted_at": at(held.submitted_at)},
        after={"state": str(held.state), "reason": reason, "rev": held.rev},
    )
