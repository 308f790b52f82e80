"""Undo and redo for the sentence form: step by step through one's own changes on an article."""

import uuid
from collections.abc import Iterator

from django.db import transaction

from annotations.accounts.models import User
from annotations.assignment.actions.turns import lock
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..models import Link, Operation, OperationKind, OperationStatus, OperationTarget, Span
from ..protocol import Batch, Op
from ..queries import fetch_work
from ..wire import Wire
from .history import NotOpen, step
from .operations import apply_operations

# The "tab" of operations that undo another, and of those that undo such a one: redo.
UNDOING = uuid.UUID("756e646f-0000-4000-8000-000000000000")
REDOING = uuid.UUID("7265646f-0000-4000-8000-000000000000")
K = OperationKind
OPPOSITE = {K.ADD: K.DEL, K.DEL: K.RESTORE, K.RESTORE: K.DEL, K.SET: K.SET}


class NothingToUndo(Refusal):
    """There is nothing to undo."""


class NothingToRedo(Refusal):
    """There is nothing to redo."""


@transaction.atomic
def undo_last(*, user: User, study_id: uuid.UUID, article_id: uuid.UUID, op_id: uuid.UUID) -> Wire:
    """Undo the last change to a span or link that is not undone yet. The ops reply.

    `op_id` is the undoing operation's own, so that the same request again undoes nothing more.
    A change whose undoing was refused is passed over from then on. Raises NothingToUndo, and
    NotOpen for closed work.
    """
    return _step(user, study_id, article_id, op_id, UNDOING)


@transaction.atomic
def redo_last(*, user: User, study_id: uuid.UUID, article_id: uuid.UUID, op_id: uuid.UUID) -> Wire:
    """Undo the last undoing, as long as nothing was changed since. Raises NothingToRedo."""
    return _step(user, study_id, article_id, op_id, REDOING)


def _step(
    user: User, study_id: uuid.UUID, article_id: uuid.UUID, op_id: uuid.UUID, tab: uuid.UUID
) -> Wire:
    work = fetch_work(user, study_id, article_id, Act.MARK, light=True)
    # Whoever steps at the same moment waits here, and goes on from what this one leaves.
    held = lock(work.assignment)
    known = Operation.objects.filter(user=user, op_id=op_id).first()
    op = answered_before(known) if known else next_step(held, op_id, tab)
    batch = Batch(held.rev, tab, (op,))
    return apply_operations(user=user, study_id=study_id, article_id=article_id, batch=batch)


def answered_before(known: Operation) -> Op:
    """A late copy: it is answered like the first."""
    kind, on = K(known.kind), OperationTarget(known.target_type)
    return step(kind, on, known.target_id, 0, {}, known.op_id)


def next_step(assignment: Assignment, op_id: uuid.UUID, tab: uuid.UUID) -> Op:
    if assignment.state not in OPEN_STATES:
        raise NotOpen
    last = last_undoing(assignment) if tab == REDOING else last_change(assignment)
    if last is None:
        raise NothingToRedo if tab == REDOING else NothingToUndo
    return undoing(last, op_id)


def changes_of(assignment: Assignment) -> Iterator[Operation]:
    """What was changed, the last first; without changes that the server would not take back."""
    mine = Operation.objects.filter(
        assignment=assignment, target_type__in=(OperationTarget.SPAN, OperationTarget.LINK)
    )
    steps = mine.filter(tab__in=(UNDOING, REDOING), rev=None).order_by("-pk")
    refused = list(steps.values_list("pk", "target_id"))
    for row in mine.filter(status=OperationStatus.APPLIED).order_by("-rev").iterator(100):
        found = next((one for one in refused if one[0] > row.pk and one[1] == row.target_id), None)
        if found is None:
            yield row
        else:
            refused.remove(found)


def last_change(assignment: Assignment) -> Operation | None:
    """Each undo met on the way back passes over one change."""
    undone = 0
    for row in changes_of(assignment):
        if row.tab == UNDOING:
            undone += 1
        elif undone:
            undone -= 1
        else:
            return row
    return None


def last_undoing(assignment: Assignment) -> Operation | None:
    """The last undo that is not redone; None when a change of another kind came after it."""
    redone = 0
    for row in changes_of(assignment):
        if row.tab == REDOING:
            redone += 1
        elif row.tab != UNDOING:
            return None
        elif redone:
            redone -= 1
        else:
            return row
    return None


def undoing(last: Operation, op_id: uuid.UUID) -> Op:
    on = OperationTarget(last.target_type)
    model = Span if on == OperationTarget.SPAN else Link
    ver = model.objects.values_list("ver", flat=True).get(pk=last.target_id)
    payload = (last.before or {}).get(on) or {} if last.kind == K.SET else {}
    return step(OPPOSITE[K(last.kind)], on, last.target_id, ver, payload, op_id)
