"""What became of one operation, and the answer made of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from .models import OperationStatus
from .protocol import Op
from .wire import Wire


@dataclass(frozen=True)
class Outcome:
    """`before` and `after` are complete, so that history can bring either back."""

    status: OperationStatus
    id: uuid.UUID
    ver: int | None = None
    message: str = ""
    current: Wire | None = None
    before: Wire | None = None
    after: Wire | None = None
    hints: Sequence[Wire] = ()

    def answer(self, op: Op) -> Wire:
        """The result of the operation as the browser gets it, now and whenever it asks again."""
        told: Wire = {
            "op_id": str(op.op_id),
            "status": self.status.value,
            "id": str(self.id),
            "ver": self.ver,
        }
        if self.message:
            told["message"] = self.message
        if self.current is not None or self.status in REFUSED:
            told["current"] = self.current
        if self.hints:
            told["hints"] = list(self.hints)
        return told


REFUSED = (OperationStatus.CONFLICT, OperationStatus.INVALID, OperationStatus.GONE)
GONE_MESSAGE = "This mark has been removed in the meantime."
CONFLICT_MESSAGE = (
    "This mark was changed elsewhere, in another tab or on another device. "
    "What is stored there was kept."
)


def gone(op: Op) -> Outcome:
    return Outcome(OperationStatus.GONE, op.target_id, message=GONE_MESSAGE)


def conflict(op: Op, ver: int, current: Wire) -> Outcome:
    return Outcome(
        OperationStatus.CONFLICT, op.target_id, ver, message=CONFLICT_MESSAGE, current=current
    )


def same(living: uuid.UUID, ver: int, current: Wire | None = None) -> Outcome:
    return Outcome(OperationStatus.SAME, living, ver, current=current)


def invalid(op: Op, message: str, ver: int | None = None, current: Wire | None = None) -> Outcome:
    return Outcome(OperationStatus.INVALID, op.target_id, ver, message=message, current=current)


def held(op: Op, message: str) -> Outcome:
    return Outcome(OperationStatus.HELD, op.target_id, message=message)


def status_of(reply: Wire) -> int:
    """The HTTP status of a reply to a batch: 200 when anything was taken, or nothing was asked;
    else the first reason why not."""
    found = {result["status"] for result in reply["results"]}
    if not found or found & {"applied", "same"}:
        return 200
    if found & {"conflict", "held"}:
        return 409
    return 410 if "gone" in found else 422
