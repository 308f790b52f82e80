"""Undo for the sentence form: step by step back through one's own changes on an article."""

import uuid

from django.db import transaction

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..models import Link, Operation, OperationKind, OperationStatus, OperationTarget, Span
from ..protocol import Batch, Op
from ..queries import fetch_work
from ..wire import Wire
from .history import NotOpen, step
from .operations import apply_operations

# The "tab" of operations that undo another, by which the next undo passes both over.
UNDOING = uuid.UUID("756e646f-0000-4000-8000-000000000000")
K = OperationKind
OPPOSITE = {K.ADD: K.DEL, K.DEL: K.RESTORE, K.RESTORE: K.DEL, K.SET: K.SET}


class NothingToUndo(Refusal):
    """There is nothing to undo."""


@transaction.atomic
def undo_last(*, user: User, study_id: uuid.UUID, article_id: uuid.UUID, op_id: uuid.UUID) -> Wire:
    """Undo the last change to a span or link that is not undone yet. The ops reply.

    `op_id` is the undoing operation's own, so that the same request again undoes nothing more.
    Raises NothingToUndo, and NotOpen for closed work.
    """
    work = fetch_work(user, study_id, article_id, Act.MARK, light=True)
    if not work.is_open:
        raise NotOpen
    last = last_change(work.assignment)
    if last is None:
        raise NothingToUndo
    return apply_operations(
        user=user,
        study_id=study_id,
        article_id=article_id,
        batch=Batch(work.assignment.rev, UNDOING, (undoing(last, op_id),)),
    )


def last_change(assignment: Assignment) -> Operation | None:
    """Each undo met on the way back passes over one change."""
    rows = Operation.objects.filter(
        assignment=assignment,
        status=OperationStatus.APPLIED,
        target_type__in=(OperationTarget.SPAN, OperationTarget.LINK),
    )
    undone = 0
    for row in rows.order_by("-rev").iterator(chunk_size=100):
        if row.tab == UNDOING:
            undone += 1
        elif undone:
            undone -= 1
        else:
            return row
    return None


def undoing(last: Operation, op_id: uuid.UUID) -> Op:
    on = OperationTarget(last.target_type)
    model = Span if on == OperationTarget.SPAN else Link
    ver = model.objects.values_list("ver", flat=True).get(pk=last.target_id)
    payload = (last.before or {}).get(on) or {} if last.kind == K.SET else {}
    return step(OPPOSITE[K(last.kind)], on, last.target_id, ver, payload, op_id)
