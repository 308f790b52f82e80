"""Putting a mark back to how it was: a new change, never the undoing of history."""

import uuid

from django.db import transaction
from django.http import Http404

from annotations.accounts.models import User
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..models import Link, Operation, OperationKind, OperationStatus, OperationTarget, Span
from ..protocol import Batch, Op
from ..queries import fetch_work
from ..wire import Wire
from .operations import apply_operations


class NotOpen(Refusal):
    """This article is not open for you any more. Nothing was changed."""


@transaction.atomic
def restore_from_history(
    *, user: User, study_id: uuid.UUID, article_id: uuid.UUID, op_id: uuid.UUID
) -> Wire:
    """Make the mark what the operation left; of a removal, what it removed. The ops reply.

    Raises NotOpen for closed work: a step back is made of how marks are now, so it is not kept
    for later as a person's own late changes are.
    """
    work = fetch_work(user, study_id, article_id, Act.MARK, light=True)
    if not work.is_open:
        raise NotOpen
    past = Operation.objects.filter(
        assignment=work.assignment, op_id=op_id, status=OperationStatus.APPLIED
    ).first()
    if past is None:
        raise Http404("No such change.")
    return apply_operations(
        user=user,
        study_id=study_id,
        article_id=article_id,
        batch=Batch(work.assignment.rev, None, tuple(steps_back(past))),
    )


def steps_back(past: Operation) -> list[Op]:
    """The operations that lead there from how the mark is now."""
    on = OperationTarget(past.target_type)
    wanted = (past.after or past.before or {}).get(on)
    model = Span if on == OperationTarget.SPAN else Link
    now = model.objects.filter(pk=past.target_id).values_list("ver", "deleted_at").first()
    if wanted is None or now is None or on == OperationTarget.ENTITY:
        raise Http404("No such mark.")
    ver, removed_at = now
    steps = []
    if removed_at is not None:
        steps.append(step(OperationKind.RESTORE, on, past.target_id, ver, {}))
        ver += 1
    if past.kind != OperationKind.DEL or removed_at is None:
        steps.append(step(OperationKind.SET, on, past.target_id, ver, wanted))
    return steps


def step(
    kind: OperationKind,
    on: OperationTarget,
    target_id: uuid.UUID,
    ver: int,
    payload: Wire,
    op_id: uuid.UUID | None = None,
) -> Op:
    """An operation that the server itself asks for."""
    op_id = op_id or uuid.uuid4()
    payload = payload or {"id": str(target_id)}
    asked = {"op_id": str(op_id), "kind": kind.value, "on": on.value, "ver": ver, on.value: payload}
    return Op(op_id, kind, on, target_id, ver, payload, asked)
