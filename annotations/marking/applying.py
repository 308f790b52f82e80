"""A batch of operations on a desk, one after the other, each with its answer and its history."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from . import entity_acts, link_acts, span_acts
from .again import IN_USE, is_again
from .checking import Invalid
from .desk import Desk
from .models import OperationKind, OperationStatus, OperationTarget
from .outcomes import Outcome, held, invalid
from .protocol import Asked, Batch, Op
from .storing import Writer
from .wire import Wire

Act = Callable[[Desk, Writer, Op], Outcome]
K, T = OperationKind, OperationTarget
ACTS: dict[tuple[OperationTarget, OperationKind], Act] = {
    (T.SPAN, K.ADD): span_acts.add_span,
    (T.SPAN, K.SET): span_acts.set_span,
    (T.SPAN, K.DEL): span_acts.remove_span,
    (T.SPAN, K.RESTORE): span_acts.restore_span,
    (T.LINK, K.ADD): link_acts.add_link,
    (T.LINK, K.SET): link_acts.set_link,
    (T.LINK, K.DEL): link_acts.remove_link,
    (T.LINK, K.RESTORE): link_acts.restore_link,
    (T.ENTITY, K.ADD): entity_acts.add_entity,
    (T.ENTITY, K.SET): entity_acts.set_entity,
    (T.ENTITY, K.DEL): entity_acts.remove_entity,
    (T.ENTITY, K.RESTORE): entity_acts.restore_entity,
}
HISTORY = (
    "study", "assignment", "user", "op_id", "tab", "at", "kind", "target_type", "target_id",
    "status", "rev", "before", "after", "asked", "result",
)  # fmt: skip
HELD_MESSAGE = (
    "You had submitted it. What came later is kept, and offered to you if it is sent back."
)
WITHDRAWN_MESSAGE = (
    "It was handed over to someone else. What came later stands in its history, but among nobody's "
    "marks; it is offered to you if the article is given back."
)


@dataclass
class Applied:
    """What a batch came to: an answer for each operation, and the rows of its history."""

    answers: list[Wire] = field(default_factory=list)
    history: list[tuple[Any, ...]] = field(default_factory=list)  # in the order of HISTORY


@dataclass(frozen=True)
class Hand:
    """Who does it, in which tab, when."""

    user_id: UUID
    tab: UUID | None
    now: datetime


def apply_batch(desk: Desk, writer: Writer, batch: Batch, hand: Hand) -> Applied:
    """Apply to an open assignment. `desk.rev` counts on with each applied operation."""
    return _answer_all(desk, batch, hand, lambda op: _apply(desk, writer, op))


def hold_batch(desk: Desk, batch: Batch, hand: Hand) -> Applied:
    """Keep what cannot be applied, since the work is no longer open."""
    message = WITHDRAWN_MESSAGE if desk.state == "withdrawn" else HELD_MESSAGE
    return _answer_all(desk, batch, hand, lambda op: held(op, message))


def _answer_all(desk: Desk, batch: Batch, hand: Hand, act: Callable[[Op], Outcome]) -> Applied:
    done = Applied()
    for op in batch.ops:
        if op.op_id in desk.foreign_ops:
            refusal = invalid(op, "The id of this operation is in use. Make the change again.")
            done.answers.append(refusal.answer(op))
            continue
        if op.op_id not in desk.answered:
            outcome = act(op)
            if outcome.status == OperationStatus.APPLIED:
                desk.rev += 1
            desk.answered[op.op_id] = outcome.answer(op)
            desk.asked[op.op_id] = Asked.by(op)
            done.history.append(_history_row(desk, op, outcome, hand))
        elif is_other(desk, batch, op):
            done.answers.append(invalid(op, IN_USE).answer(op))
            continue
        done.answers.append(desk.answered[op.op_id])
    return done


def is_other(desk: Desk, batch: Batch, op: Op) -> bool:
    """Of what forms ask for, a new span is what the person typed, and is compared too."""
    known = desk.asked[op.op_id]
    is_new = known.kind == op.kind == K.ADD and known.on == op.on == T.SPAN
    same_mark = known.target_id == op.target_id
    return (batch.compared or (is_new and same_mark)) and not is_again(desk, op, known)


def _apply(desk: Desk, writer: Writer, op: Op) -> Outcome:
    try:
        if op.fault:
            raise Invalid(op.fault)
        return ACTS[op.on, op.kind](desk, writer, op)
    except Invalid as refusal:
        return _refused(desk, op, str(refusal))


def _refused(desk: Desk, op: Op, message: str) -> Outcome:
    """Invalid; with the mark as it stands, so that the page can show that again."""
    if op.on == T.SPAN:
        span = desk.spans.get(op.target_id)
        if span and span.live:
            return invalid(op, message, span.ver, span_acts.span_wire(desk, span))
    if op.on == T.LINK:
        link = desk.links.get(op.target_id)
        if link and link.live:
            return invalid(op, message, link.ver, link_acts.told(desk, link))
    if op.on == T.ENTITY:
        entity = desk.entities.get(op.target_id)
        if entity and entity.usable:
            return invalid(op, message, entity.ver, entity_acts.told(entity))
    return invalid(op, message)


def _history_row(desk: Desk, op: Op, outcome: Outcome, hand: Hand) -> tuple[Any, ...]:
    is_applied = outcome.status == OperationStatus.APPLIED
    return (
        desk.study_id,
        desk.assignment_id,
        hand.user_id,
        op.op_id,
        hand.tab,
        hand.now,
        op.kind.value,
        op.on.value,
        op.target_id,
        outcome.status.value,
        desk.rev if is_applied else None,
        outcome.before,
        outcome.after,
        None if is_applied else op.asked,
        desk.answered[op.op_id],
    )
