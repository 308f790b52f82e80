"""Whether an operation under a known id is that operation again, or another one.

What is the same stays so however it was written: a page of another version may leave out, or say,
what has its default; the version may have been counted on in the browser's queue; a name may have
become another entry's in the ledger. What is asked for is compared with what it came to, where it
was applied, else with what was asked for then.
"""

import uuid
from typing import Any

from .desk import Desk
from .models import OperationKind, OperationTarget
from .protocol import Asked, Op, is_uuid
from .wire import Wire

IN_USE = (
    "The id of this operation was used for another one, so this one was not carried out. "
    "Make the change again, under a new id."
)
UNSAID: Wire = {"kind": "label", "state": "marked"}  # what is meant by no word about it
SAYS = {
    OperationTarget.SPAN: ("kind", "label", "fragments", "attributes", "note", "flag", "state"),
    OperationTarget.LINK: ("source", "target", "cue"),
    OperationTarget.ENTITY: ("name",),
}
SAYS_IT_ALL = (OperationKind.ADD, OperationKind.SET)  # the others name a mark and no more


def is_again(desk: Desk, op: Op, known: Asked) -> bool:
    if (known.kind, known.on, known.target_id) != (op.kind, op.on, op.target_id):
        return False
    if op.kind not in SAYS_IT_ALL or not isinstance(known.mark, dict):
        return True
    now, then = content_of(op.on, op.asked[op.on]), content_of(op.on, known.mark)
    return now == then or with_entries_of(desk, now, then) == then


def content_of(on: OperationTarget, mark: Wire) -> Wire:
    """What is said about a mark, without what is left to its default."""
    told: Wire = {name: mark.get(name) for name in SAYS[on]}
    for name, value in told.items():
        if name == "fragments" and isinstance(value, list):
            told[name] = sorted(map(place_of, value), key=repr)
        elif name == "cue":
            told[name] = place_of(value)
        elif name == "attributes" and isinstance(value, dict):
            told[name] = said(value)
        elif name == "name" and isinstance(value, str):
            told[name] = " ".join(value.split())
    return {name: value for name, value in said(told).items() if value != UNSAID.get(name)}


def said(told: Wire) -> Wire:
    return {name: value for name, value in told.items() if value not in (None, "", [], {})}


def place_of(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    return [part.get(name) for name in ("start", "end", "quote")]


def with_entries_of(desk: Desk, now: Wire, then: Wire) -> Wire:
    """Names of the ledger as they were stored: a name that was entered twice is one entry."""
    asked, stored = now.get("attributes"), then.get("attributes")
    if not isinstance(asked, dict) or not isinstance(stored, dict):
        return now
    found = {}
    for name, value in asked.items():
        entry = desk.entities.get(uuid.UUID(value)) if is_uuid(value) else None
        same = str(entry.same_as) if entry and entry.same_as else value
        found[name] = same if same == stored.get(name) else value
    return {**now, "attributes": found}
