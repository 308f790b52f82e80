"""What a request says, read with limits; every refusal names field and position."""

import json
import re
from typing import Any

from django.http import HttpRequest, QueryDict
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from annotations.exchange.strict_json import no_key_twice, no_such_number
from annotations.text.cleaning import what_is_wrong
from annotations.text.refusal import told_of_value

from .places import find_half, find_wrong, line_and_column
from .problems import Fault, Problem, malformed, stale

TOLD = 20  # faults in one answer
# How pydantic calls the kinds of operations: no member of the body.
TAGS = {f"{does} {on}" for does in ("add", "set", "move") for on in ("span", "link", "entity")}
PLACE = re.compile(r"(?P<what>.*) at line (?P<line>\d+) column (?P<column>\d+)", re.S)
KEY = re.compile(r"[\x21-\x7e]{1,200}")  # an Idempotency-Key: visible ASCII
KEY_HEADER = "Idempotency-Key"


def read_body(request: HttpRequest, shape: type[BaseModel], most_bytes: int) -> BaseModel:
    """Raises Problem: 415 for what is not JSON by its own words, 413, 400."""
    if request.content_type != "application/json":
        detail = "Send the body as JSON, with the header Content-Type: application/json."
        raise Problem(415, "not-json", detail)
    if request.META.get("CONTENT_LENGTH", "").isdigit():
        check_size(int(request.META["CONTENT_LENGTH"]), most_bytes)
    check_size(len(request.body), most_bytes)
    text = check_json(request.body)
    try:
        return shape.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise unread(error, text) or told(error, "body") from error


def check_size(n_bytes: int, most_bytes: int) -> None:
    if n_bytes > most_bytes:
        detail = f"The body has {n_bytes:,} bytes; at most {most_bytes:,} go into this request."
        raise Problem(413, "too-large", detail)


def check_json(body: bytes) -> str:
    """The body as text, once it is known to be JSON without a key twice, NaN and the like."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        before = body[: error.start].decode()
        line, column = line_and_column(before, len(before))
        fault = Fault(f"Byte {error.start} is not UTF-8.", line=line, column=column)
        raise malformed("The body is not UTF-8.", fault) from error
    try:
        json.loads(text, object_pairs_hook=no_key_twice, parse_constant=no_such_number)
    except json.JSONDecodeError as error:
        raise not_json(error.msg, error.lineno, error.colno) from error
    except (RecursionError, ValueError) as error:
        found = find_wrong(text)
        if found is None:
            words = "It is nested too deeply."
            if isinstance(error, ValueError):
                words = told_of_value(error)
            raise malformed("The body is not JSON that can be read.", Fault(words)) from error
        raise not_json(found[1], *line_and_column(text, found[0])) from error
    return text


def not_json(what: str, line: int, column: int) -> Problem:
    detail = (
        f"The body is not JSON that can be read: {what.rstrip('.')} (line {line}, column {column})."
    )
    return malformed(detail, Fault(what, line=line, column=column))


def read_query(given: QueryDict, shape: type[BaseModel]) -> BaseModel:
    """Names that may stand several times become lists; no name that the route does not know."""
    values: dict[str, Any] = {}
    for name, found in given.lists():
        field = shape.model_fields.get(name)
        many = field is not None and "tuple" in str(field.annotation)
        if not many and len(found) > 1:
            fault = Fault("This parameter can stand only once.", "query", name[:80])
            raise malformed(f"“{name[:80]}” stands {len(found)} times.", fault)
        values[name] = found if many else found[0]
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise told(error, "query") from error


def unread(error: ValidationError, text: str) -> Problem | None:
    """A problem with its place where pydantic could not read what Python could: half a character,
    written as an escape. It counts columns in bytes."""
    first = error.errors(include_url=False)[0] if error.error_count() == 1 else None
    if first is None or first["type"] != "json_invalid":
        return None
    place = PLACE.fullmatch(str(first["ctx"]["error"]))
    if place is None:
        return None
    line, n_bytes = int(place["line"]), int(place["column"])
    before = text.split("\n")[line - 1].encode()[:n_bytes]
    column = len(before.decode(errors="ignore"))
    half = find_half(json.loads(text))
    if half is None:
        return not_json(place["what"], line, column)
    names, words = half
    field = "".join(f"/{escaped(name)}" for name in names)[:200]
    fault = Fault(what_is_wrong(words), field=field, line=line, column=column)
    return malformed(f"The body is not as it must be at {field}: {fault.message}.", fault)


def told(error: ValidationError, place: str) -> Problem:
    """The first faults, each with its place."""
    faults = [fault_of(each, place) for each in error.errors(include_url=False)[:TOLD]]
    more = f" And {error.error_count() - TOLD} more." if error.error_count() > TOLD else ""
    first = faults[0]
    where = f" at {first.field}" if first.field else ""
    return malformed(f"The {place} is not as it must be{where}: {first.message}.{more}", *faults)


def fault_of(error: ErrorDetails, place: str) -> Fault:
    names = [str(part) for part in error["loc"] if part not in TAGS]
    if place == "query":
        return Fault(error["msg"], place, ".".join(names)[:80])
    return Fault(error["msg"], place, "".join(f"/{escaped(name)}" for name in names)[:200])


def escaped(name: str) -> str:
    """A member's name in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def read_key(request: HttpRequest) -> str:
    """The request's Idempotency-Key. Raises Problem when there is none that can be kept."""
    key = request.headers.get(KEY_HEADER, "")
    if not KEY.fullmatch(key):
        fault = Fault("1 to 200 visible ASCII characters.", "header", KEY_HEADER)
        detail = f"Send a header {KEY_HEADER} that you choose anew for each request, as a UUID."
        raise malformed(detail, fault)
    return key


def read_tags(header: str) -> list[str]:
    """The entity tags in an If-Match or If-None-Match header, weak ones too; ["*"] for any.

    A proxy or our own compression may have made a tag weak, so W/ is looked past.
    """
    if header.strip() == "*":
        return ["*"]
    return re.findall(r'(?:W/)?"([^"]*)"', header)


def must_match(request: HttpRequest, tag: str) -> None:
    """Raises Problem: 428 without If-Match, 412 when it names another state."""
    given = matched(request)
    if not {tag, "*"} & set(given):
        raise stale("This has changed since you read it. Read it again.")


def matched(request: HttpRequest) -> list[str]:
    """The tags of If-Match. Raises Problem 428 when there are none."""
    given = read_tags(request.headers.get("If-Match", ""))
    if not given:
        detail = "Say with the header If-Match which state you mean: the ETag that came with it."
        raise Problem(428, "if-match-missing", detail, [Fault(detail, "header", "If-Match")])
    return given
