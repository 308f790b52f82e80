"""Pages of a list: each begins after the last row of the one before, however the list grows."""

import base64
import binascii
import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Model, QuerySet

from annotations.accounts.paging import beyond

from .calls import Answer, Call
from .problems import Fault, refused
from .shapes.pages import Paged

Row = TypeVar("Row", bound=Model)


def answer_page(
    call: Call[Any, Any],
    rows: "QuerySet[Row]",
    tell: Callable[[Sequence[Row]], list[dict[str, Any]]],
    *,
    by: str,
) -> Answer:
    """A page of rows in the order of the column `by`, or of a function of it ("title__lower"),
    then of their ids; `tell` makes JSON of them all at once. The next page's address is in the
    answer and in the header Link."""
    asked: Paged = call.query
    found = rows.annotate(place=F(by)).order_by("place", "pk")
    if asked.cursor:
        found = found.filter(beyond("place", read_cursor(asked.cursor, rows.model, by), False))
    taken = list(found[: asked.limit + 1])
    kept = taken[: asked.limit]
    more = len(taken) > asked.limit
    following = next_address(call, write_cursor(kept[-1])) if more else None
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return Answer({"items": tell(kept), "next": following}, headers=headers)


def answer_list(call: Call[Any, Any], found: Sequence[dict[str, Any]], key: str = "id") -> Answer:
    """The same for a list that is in memory in its order; the cursor names its last entry."""
    asked: Paged = call.query
    start = 0
    if asked.cursor:
        last, _ = decode(asked.cursor)
        start = next((at for at, one in enumerate(found, 1) if one[key] == last), 0)
        if not start:
            raise wrong_cursor()
    kept = list(found[start : start + asked.limit])
    more = len(found) > start + asked.limit
    return answer_so_far(call, kept, kept[-1][key] if more else "")


def answer_so_far(call: Call[Any, Any], items: Sequence[dict[str, Any]], last: str) -> Answer:
    """`last`: what the next page begins after, where there is one."""
    following = next_address(call, encode(last, "")) if last else None
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return Answer({"items": list(items), "next": following}, headers=headers)


def next_address(call: Call[Any, Any], cursor: str) -> str:
    query = call.request.GET.copy()
    query["cursor"] = cursor
    return f"{call.request.path}?{query.urlencode()}"


def write_cursor(row: Any) -> str:
    """Where `row` stands, by its `place`: as the database wrote it, which Python may not."""
    value = row.place
    return encode(value.isoformat() if hasattr(value, "isoformat") else str(value), str(row.pk))


def read_cursor(cursor: str, model: type[Model], by: str) -> tuple[Any, uuid.UUID]:
    """(value of the column, id) after which to go on. Raises Problem."""
    value, pk = decode(cursor)
    try:
        field = model._meta.get_field(by.partition("__")[0])
        assert isinstance(field, Field)
        return field.to_python(value), uuid.UUID(pk)
    except (ValueError, ValidationError) as error:
        raise wrong_cursor() from error


def encode(value: str, pk: str) -> str:
    told = json.dumps([value, pk], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def decode(cursor: str) -> tuple[str, str]:
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise wrong_cursor() from error
    match told:
        case [str(value), str(pk)] if "\0" not in value:
            return value, pk
    raise wrong_cursor()


def wrong_cursor() -> Exception:
    fault = Fault("Take it from “next” of the page before, or leave it out.", "query", "cursor")
    return refused("This cursor leads nowhere.", fault)
