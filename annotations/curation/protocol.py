"""What the adjudication page may send: rulings, in the envelope of the marking protocol.

    {"base_rev": 17, "tab": uuid, "assignment": id of the adjudication, "ops": [OP, …]}   at most 50
    OP = {"op_id": uuid, "kind": "decide" | "add" | "reopen" | "back", "on": "case", "ver": n,
          "case": {"id": uuid, …}}

decide  "choice": variant | majority | union | intersection | edited | no_span | left | keep;
        "variant": n from 1; "span": for edited; "cue": for an edited link; "votes": the seal of
        the votes that were looked at; "reason", "rule" (its name), "note". `keep` changes
        reason, rule and note alone.
add     "span", or "source" and "target" (ids of cases) with "cue": nobody proposed it
reopen  takes the decision away
back    "op": id of an earlier ruling, "side": before | after: makes the case what it was then
"""

import uuid
from dataclasses import dataclass
from typing import Any

from annotations.marking.protocol import (
    Malformed,
    cleaned,
    integer,
    operations_of,
    optional_uuid,
    read_object,
    storable,
    uuid_of,
)
from annotations.marking.wire import Wire

from .models import RulingKind

KINDS = {RulingKind.DECIDE, RulingKind.ADD, RulingKind.REOPEN, RulingKind.BACK}


@dataclass(frozen=True)
class Op:
    """One ruling as asked for. `ver` is the version of the case it rests on, 0 for an untouched."""

    op_id: uuid.UUID
    kind: RulingKind
    case_id: uuid.UUID
    ver: int
    payload: Wire
    asked: Wire
    fault: str = ""


@dataclass(frozen=True)
class Batch:
    """What one request asks for, in its order."""

    base_rev: int
    tab: uuid.UUID | None
    ops: tuple[Op, ...]
    adjudication: uuid.UUID | None = None


def read_batch(body: bytes) -> Batch:
    value = read_object(body)
    return Batch(
        base_rev=integer(value.get("base_rev", 0), "base_rev"),
        tab=optional_uuid(value.get("tab"), "tab"),
        ops=tuple(read_op(op) for op in operations_of(value)),
        adjudication=optional_uuid(value.get("assignment"), "assignment"),
    )


def read_op(op: Any) -> Op:
    if not isinstance(op, dict):
        raise Malformed("An operation must be a JSON object.")
    kind = op.get("kind")
    if kind not in {each.value for each in KINDS} or op.get("on") != "case":
        raise Malformed("An operation decides, adds, reopens or puts back a case.")
    payload = op.get("case")
    if not isinstance(payload, dict):
        raise Malformed("The operation says nothing about its case.")
    asked = {"op_id": op.get("op_id"), "kind": kind, "on": "case", "case": payload}
    ver = integer(op.get("ver", 0), "ver")
    fault = "" if storable(payload) else "The words hold a character that cannot be stored."
    return Op(
        op_id=uuid_of(op.get("op_id"), "op_id"),
        kind=RulingKind(kind),
        case_id=uuid_of(payload.get("id"), "id of the case"),
        ver=ver,
        payload=payload,
        asked=cleaned({**asked, "ver": ver}),
        fault=fault,
    )
