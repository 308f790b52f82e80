"""Whether a ruling under a known id is that ruling again, or another one."""

import uuid
from typing import Any

from annotations.marking.again import said
from annotations.marking.wire import Wire

from .models import RulingKind
from .protocol import Op

IN_USE = (
    "The id of this operation was used for another decision, so this one was not carried out. "
    "Make the decision again."
)
KEPT = ("choice", "reason", "note")  # stand in the case as they were sent


def is_again(op: Op, kind: str, case_id: uuid.UUID, asked: Wire | None, after: Wire | None) -> bool:
    """`asked` is what was sent, where it was not applied; else `after` is what it came to.

    The version is not compared: the browser's queue counts it on. What is added may have become
    another case than the one that was named.
    """
    now = op.asked["case"]
    if kind != op.kind or (op.kind != RulingKind.ADD and case_id != op.case_id):
        return False
    if asked is not None:
        return said(asked.get("case") or {}) == said(now)
    if op.kind != RulingKind.DECIDE or after is None or now.get("choice") == "keep":
        return True
    then: dict[str, Any] = {name: after.get(name) for name in KEPT}
    if then["choice"] == "variant" and now.get("variant") != after.get("variant"):
        return False
    return said(then) == said({name: now.get(name) for name in KEPT})


def refuse_other(op: Op) -> Wire:
    return {
        "op_id": str(op.op_id),
        "status": "invalid",
        "id": str(op.case_id),
        "ver": None,
        "message": IN_USE,
    }
