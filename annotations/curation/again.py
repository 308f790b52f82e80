"""Whether a ruling under a known id is that ruling again, or another one.

What was applied is compared with what it came to, in the shape in which that is stored: stretches
without their words and in one order, and what has its default left away.
"""

import uuid
from typing import Any

from annotations.marking.again import said
from annotations.marking.wire import Wire

from .models import Choice, RulingKind
from .protocol import Op

IN_USE = (
    "The id of this operation was used for another decision, so this one was not carried out. "
    "Make the decision again."
)
KEEP = "keep"  # changes the reason alone, and leaves the choice as it is
DECIDING = (RulingKind.DECIDE, RulingKind.ADD)  # the others name a case and no more
Known = tuple[str, uuid.UUID, Wire | None, Wire | None, Wire]


def is_again(op: Op, known: Known) -> bool:
    """`known`: kind and case; what was sent, where it was not applied, else what the case was
    after it; the answer.

    The version is not compared: the browser's queue counts it on. What is added may have become
    another case than the one that was named.
    """
    kind, case_id, asked, after, result = known
    now = op.asked["case"]
    if kind != op.kind or (op.kind != RulingKind.ADD and case_id != op.case_id):
        return False
    if asked is not None:
        return said(asked.get("case") or {}) == said(now)
    if op.kind not in DECIDING or after is None:
        return True
    then = _came_to(op.kind, now, after, result)
    return said(then) == said({name: _plain(name, now) for name in then})


def _came_to(kind: RulingKind, now: Wire, after: Wire, result: Wire) -> Wire:
    """What the first must have said of all that stands in the case as it was sent."""
    then: Wire = {name: after.get(name) for name in ("reason", "note")}
    case: Wire = (result.get("current") or {}).get("case") or {}  # as it was answered
    if case:
        then["rule"] = case.get("rule")
    choice = now.get("choice") if kind == RulingKind.DECIDE else None
    if choice == KEEP:
        return then
    if kind == RulingKind.DECIDE:
        then["choice"] = after.get("choice")
    if choice == Choice.VARIANT:
        then["variant"] = after.get("variant")
    if kind == RulingKind.ADD or choice == Choice.EDITED:
        gold, link = after.get("gold"), after.get("link")
        if gold:
            then["span"] = _span(gold["label"], gold["fragments"], gold["answers"])
        if link:
            then["cue"] = link["cue"]
    if kind == RulingKind.ADD and case:
        then |= {side: case.get(side) for side in ("source", "target")}
    return then


def _plain(name: str, now: Wire) -> Any:
    """What is sent now, in the shape of what is stored."""
    value = now.get(name)
    if name == "span" and isinstance(value, dict):
        parts = value.get("fragments")
        places = [_place(part) for part in parts] if isinstance(parts, list) else parts
        return _span(value.get("label"), places, value.get("attributes"), value.get("kind"))
    return _place(value) if name == "cue" else value


def _span(label: Any, fragments: Any, answers: Any, kind: Any = None) -> Wire:
    return {
        "kind": kind or ("label" if label else "extent"),
        "label": label,
        "fragments": sorted(fragments, key=repr) if isinstance(fragments, list) else fragments,
        "answers": said(answers) if isinstance(answers, dict) else answers or {},
    }


def _place(part: Any) -> Any:
    return [part.get("start"), part.get("end")] if isinstance(part, dict) else part


def refuse_other(op: Op) -> Wire:
    return {
        "op_id": str(op.op_id),
        "status": "invalid",
        "id": str(op.case_id),
        "ver": None,
        "message": IN_USE,
    }
