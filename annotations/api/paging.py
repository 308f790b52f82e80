"""Pages of a list: each begins behind the place of the last row of the one before, whether or not
that row is still there, and however the list grows."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Model, Q, QuerySet

from .calls import Answer, Call
from .problems import Fault, refused
from .shapes.pages import Paged

Row = TypeVar("Row", bound=Model)
T = TypeVar("T")
Place = Sequence[str | int]


def answer_page(
    call: Call[Any, Any],
    rows: "QuerySet[Row]",
    tell: Callable[[Sequence[Row]], list[dict[str, Any]]],
    *,
    by: Sequence[str],
) -> Answer:
    """A page of rows in the order of the columns `by`, the last of which is unique; a column may
    be a function of one ("title__lower") or run downwards ("-contest"). `tell` makes JSON of all
    rows at once. The next page's address is in the answer and in the header Link."""
    asked: Paged = call.query
    columns = [(f"place_{n}", name.removeprefix("-"), name[0] == "-") for n, name in enumerate(by)]
    found = rows.annotate(**{place: F(name) for place, name, _ in columns})
    found = found.order_by(*(f"-{place}" if down else place for place, _, down in columns))
    if asked.cursor:
        at = read_cursor(asked.cursor, rows.model, [name for _, name, _ in columns])
        found = found.filter(behind([(place, down) for place, _, down in columns], at))
    taken = list(found[: asked.limit + 1])
    kept = taken[: asked.limit]
    place = [written(getattr(kept[-1], place)) for place, _, _ in columns] if kept else []
    return answer_part(call, tell(kept), place, has_more=len(taken) > asked.limit)


def answer_list(
    call: Call[Any, Any],
    found: Sequence[T],
    tell: Callable[[T], dict[str, Any]],
    place: Callable[[T], Place],
) -> Answer:
    """The same for a list that is in memory, in the order of `place`."""
    asked: Paged = call.query
    start = 0
    if asked.cursor:
        at = decode(asked.cursor)
        places = [list(place(one)) for one in found]
        if places and list(map(type, at)) != list(map(type, places[0])):
            raise wrong_cursor()
        start = next((n for n, one in enumerate(places) if one > at), len(found))
    kept = found[start : start + asked.limit]
    more = len(found) > start + asked.limit
    return answer_part(call, [tell(one) for one in kept], place(kept[-1]) if kept else [], more)


def answer_part(
    call: Call[Any, Any], items: list[dict[str, Any]], place: Place, has_more: bool
) -> Answer:
    following = next_address(call, encode(place)) if has_more else None
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return Answer({"items": items, "next": following}, headers=headers)


def next_address(call: Call[Any, Any], cursor: str) -> str:
    query = call.request.GET.copy()
    query["cursor"] = cursor
    return f"{call.request.path}?{query.urlencode()}"


def behind(columns: Sequence[tuple[str, bool]], at: Sequence[object]) -> Q:
    """Rows past a point in an order of (column, whether it runs downwards); the first half of
    each step lets an index be used."""
    (name, down), *more = columns
    side = "lt" if down else "gt"
    past = Q(**{f"{name}__{side}": at[0]})
    return Q(**{f"{name}__{side}e": at[0]}) & (past | behind(more, at[1:])) if more else past


def written(value: Any) -> str:
    """A place as the database wrote it, which Python may not."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def read_cursor(cursor: str, model: type[Model], by: Sequence[str]) -> list[Any]:
    """The values of the columns after which to go on. Raises Problem."""
    place = decode(cursor)
    if len(place) != len(by):
        raise wrong_cursor()
    try:
        return [value_of(model, *pair) for pair in zip(by, place, strict=True)]
    except (ValueError, ValidationError) as error:
        raise wrong_cursor() from error


def value_of(model: type[Model], name: str, value: object) -> Any:
    field = model._meta.get_field(name.partition("__")[0])
    assert isinstance(field, Field)
    return field.to_python(str(value))


def encode(place: Place) -> str:
    told = json.dumps(list(place), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def decode(cursor: str) -> list[str | int]:
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        json.dumps(told, ensure_ascii=False).encode()  # no half of a character
    except (ValueError, RecursionError) as error:
        raise wrong_cursor() from error
    match told:
        case [*place] if all(isinstance(value, str | int) for value in place):
            if "\0" not in "".join(map(str, place)):
                return place
    raise wrong_cursor()


def wrong_cursor() -> Exception:
    fault = Fault("Take it from “next” of the page before, or leave it out.", "query", "cursor")
    return refused("This cursor leads nowhere.", fault)
