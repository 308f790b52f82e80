"""What the marking page may send, read with limits; and the words the answer is made of.

    {"base_rev": 17, "tab": uuid, "assignment": uuid, "ops": [OP, …]}   at most 50 operations
    OP = {"op_id": uuid, "kind": "add" | "set" | "del" | "restore",
          "on": "span" | "link" | "entity", "ver": n (not for add),
          "span" | "link" | "entity": {"id": uuid, …}}

`assignment` is optional: whose work it is meant for, should somebody else have signed in since.
The envelope is read here: whatever is wrong with it refuses the request. What an operation says
about its mark is checked when it is applied, and refuses that operation alone.
"""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from annotations.text.refusal import Refusal

from .models import OperationKind, OperationTarget
from .wire import Wire

MAX_OPS = 50
MAX_BYTES = 4_000_000
MAX_DEPTH = 10
MAX_INTEGER = 2**31 - 1
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# NUL, the other C0 controls but tab, line and page ends, and halves of surrogate pairs.
UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff]")


class Malformed(Refusal):
    """The server could not read this request."""


class TooLarge(Refusal):
    """This is too much for one request. Send it in smaller parts."""


@dataclass(frozen=True)
class Op:
    """One operation as asked for. `payload` is the mark; `asked` the whole, fit to be stored."""

    op_id: uuid.UUID
    kind: OperationKind
    on: OperationTarget
    target_id: uuid.UUID
    ver: int | None
    payload: Wire
    asked: Wire
    fault: str = ""  # why it cannot be applied, whatever the marks are


class Asked(NamedTuple):
    """What came under an id; `mark` is None where nothing is known of it."""

    kind: str
    on: str
    target_id: uuid.UUID
    mark: Any

    @classmethod
    def by(cls, op: Op) -> "Asked":
        return cls(op.kind, op.on, op.target_id, op.asked[op.on])


@dataclass(frozen=True)
class Batch:
    """What one request asks for, in its order. `compared`: what comes under an id that is known
    must be the same again. What a form asks for is made of how the marks stand, and is not."""

    base_rev: int
    tab: uuid.UUID | None
    ops: tuple[Op, ...]
    assignment: uuid.UUID | None = None
    compared: bool = False


def read_json(body: bytes) -> Any:
    """The JSON value in `body`: no floats, no NaN, no key twice, nothing deeper than MAX_DEPTH."""
    if len(body) > MAX_BYTES:
        raise TooLarge
    try:
        value = json.loads(
            body.decode(),
            parse_float=_no_number,
            parse_constant=_no_number,
            object_pairs_hook=_once,
        )
    except (ValueError, RecursionError) as error:
        raise Malformed("The request is not JSON that the server can read.") from error
    if _too_deep(value, MAX_DEPTH):
        raise Malformed("The request is nested too deeply.")
    return value


def read_object(body: bytes) -> dict[str, Any]:
    value = read_json(body)
    if not isinstance(value, dict):
        raise Malformed("The request must be a JSON object.")
    return value


def operations_of(value: Wire) -> list[Any]:
    ops = value.get("ops")
    if not isinstance(ops, list):
        raise Malformed("The request has no list of operations.")
    if len(ops) > MAX_OPS:
        raise TooLarge(f"At most {MAX_OPS} operations go into one request.")
    return ops


def read_batch(body: bytes) -> Batch:
    value = read_object(body)
    return Batch(
        base_rev=integer(value.get("base_rev", 0), "base_rev"),
        tab=optional_uuid(value.get("tab"), "tab"),
        ops=tuple(read_op(op) for op in operations_of(value)),
        assignment=optional_uuid(value.get("assignment"), "assignment"),
        compared=True,
    )


def read_op(op: Any) -> Op:
    if not isinstance(op, dict):
        raise Malformed("An operation must be a JSON object.")
    kind = _one_of(OperationKind, op.get("kind"), "kind")
    on = _one_of(OperationTarget, op.get("on"), "on")
    payload = op.get(on)
    if not isinstance(payload, dict):
        raise Malformed(f"The operation says nothing about its {on}.")
    ver = None if kind == OperationKind.ADD else integer(op.get("ver"), "ver")
    target_id = uuid_of(payload.get("id"), f"id of the {on}")
    asked = {"op_id": op.get("op_id"), "kind": kind.value, "on": on.value, on.value: payload}
    asked = asked if ver is None else {**asked, "ver": ver}
    fits = storable(payload)
    return Op(
        op_id=uuid_of(op.get("op_id"), "op_id"),
        kind=kind,
        on=on,
        target_id=target_id,
        ver=ver,
        payload=payload,
        asked=asked if fits else cleaned(asked),
        fault="" if fits else "The words hold a character that cannot be stored.",
    )


def uuid_of(value: Any, what: str) -> uuid.UUID:
    if isinstance(value, str) and UUID.fullmatch(value):
        return uuid.UUID(value)
    raise Malformed(f"The {what} is not a UUID in small letters.")


def optional_uuid(value: Any, what: str) -> uuid.UUID | None:
    return None if value is None else uuid_of(value, what)


def integer(value: Any, what: str) -> int:
    if type(value) is int and 0 <= value <= MAX_INTEGER:
        return value
    raise Malformed(f"The {what} is not a whole number from 0 to {MAX_INTEGER}.")


def is_uuid(value: Any) -> bool:
    return isinstance(value, str) and bool(UUID.fullmatch(value))


def storable(value: Any) -> bool:
    return not any(UNSTORABLE.search(words) for words in _strings(value))


def cleaned(value: Any) -> Any:
    """The same with a replacement sign for every character that no database would keep."""
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [cleaned(each) for each in value]
    if isinstance(value, dict):
        return {cleaned(name): cleaned(each) for name, each in value.items()}
    return value


def _one_of(choices: Any, value: Any, what: str) -> Any:
    if isinstance(value, str):
        with suppress(ValueError):
            return choices(value)
    raise Malformed(f"The {what} of an operation is one of {', '.join(choices.values)}.")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _strings(each)


def _too_deep(value: Any, left: int) -> bool:
    if not isinstance(value, list | dict):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_too_deep(each, left - 1) for each in inner)


def _no_number(digits: str) -> NoReturn:
    raise ValueError(f"not a whole number: {digits}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found
