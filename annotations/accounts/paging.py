"""Pages of long lists: each begins after the last row of the one before (keyset paging).

A page costs the same wherever it is. Nothing is counted; a cursor is a row's id.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

PAGE = 50
Key = uuid.UUID | int
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`before` and `after` are cursors to the pages next to this one, None where there is none."""

    rows: list[Row]
    before: Key | None = None
    after: Key | None = None


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after or before a row, or at the start."""

    after: Key | None = None
    before: Key | None = None


def read_cursor(query: QueryDict, model: type[Model] | None = None) -> Cursor:
    """Where the page begins, from ?after= or ?before=; nonsense begins at the start. `model`: whose
    ids are of another kind than most."""
    return Cursor(after=_id(query.get("after"), model), before=_id(query.get("before"), model))


def _id(given: str | None, model: type[Model] | None) -> Key | None:
    try:
        if not given:
            return None
        key: Key = model._meta.pk.to_python(given) if model else uuid.UUID(given)
        return key
    except (ValueError, ValidationError):
        return None


def page_of(
    rows: "QuerySet[Row]",
    *,
    by: str,
    cursor: Cursor,
    descending: bool = False,
    size: int = PAGE,
) -> Page[Row]:
    """A page of rows in the order of the column `by`, then of their ids.

    A cursor to a row that is gone begins at the start.
    """
    here = rows.model._default_manager.filter(pk=cursor.before or cursor.after)
    at = here.values_list(by, "pk").first() if cursor.before or cursor.after else None
    backwards = at is not None and cursor.before is not None
    downwards = descending != backwards
    sign = "-" if downwards else ""
    found = rows.order_by(f"{sign}{by}", f"{sign}pk")
    if at is not None:
        found = found.filter(beyond(by, at, downwards))
    taken = list(found[: size + 1])
    has_more, kept = len(taken) > size, taken[:size]
    if backwards:
        return _turn(list(reversed(kept)), has_before=has_more, has_after=bool(kept))
    return _turn(kept, has_before=at is not None and bool(kept), has_after=has_more)


def beyond(by: str, at: tuple[object, object], downwards: bool) -> Q:
    """Rows past a point in (`by`, id); the first half lets an index on `by` be used."""
    value, pk = at
    side = "lt" if downwards else "gt"
    return Q(**{f"{by}__{side}e": value}) & (
        Q(**{f"{by}__{side}": value}) | Q(**{f"pk__{side}": pk})
    )


def _turn(rows: Sequence[Row], *, has_before: bool, has_after: bool) -> Page[Row]:
    return Page(
        list(rows),
        before=rows[0].pk if rows and has_before else None,
        after=rows[-1].pk if rows and has_after else None,
    )
