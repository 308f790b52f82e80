"""Many rows into a table without a model instance for each: a study's file has millions.

PostgreSQL gets many by COPY, SQLite by one prepared INSERT: a fifth of the time of bulk_create.
Nothing is set by itself, neither times nor defaults: a row is stored as it is given.
"""

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import (
    BinaryField,
    DateField,
    DateTimeField,
    Field,
    ForeignKey,
    JSONField,
    Model,
    UUIDField,
)

from annotations.prepared import prepared

AnyField = Field[Any, Any]
Also = tuple[str, list[Any]] | None  # a statement and its values
Saver = Callable[[Any], Any] | None
FEW = 20  # rows that go into one INSERT on PostgreSQL, where a COPY takes more round trips


class Pouring:
    """Rows of one table that wait to be written: tuples in the order of `fields`."""

    def __init__(self, model: type[Model], fields: Iterable[str]) -> None:
        self._into, self._savers = _plan(model, tuple(fields), connection.vendor)
        self._rows: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, values: Iterable[Any]) -> None:
        self._rows.append(
            tuple(
                value if save is None or value is None else save(value)
                for save, value in zip(self._savers, values, strict=True)
            )
        )

    def write(self, also: Also = None) -> None:
        rows, self._rows = self._rows, []
        if not rows:
            return
        marks = f"({', '.join(['%s'] * len(self._savers))})"
        with prepared() if len(rows) == 1 else connection.cursor() as cursor:
            if connection.vendor != "postgresql":
                cursor.executemany(f"INSERT INTO {self._into} VALUES {marks}", rows)
                self._and(cursor, also)
            elif len(rows) <= FEW:
                every = ", ".join([marks] * len(rows))
                values = [value for row in rows for value in row]
                insert = f"INSERT INTO {self._into} VALUES {every}"
                if also:  # both in one round trip
                    insert, values = f"WITH poured AS ({insert}) {also[0]}", [*values, *also[1]]
                cursor.execute(insert, values)
            else:
                with (
                    connection.wrap_database_errors,
                    cursor.copy(f"COPY {self._into} FROM STDIN") as to,
                ):
                    for row in rows:
                        to.write_row(row)
                self._and(cursor, also)

    def _and(self, cursor: Any, also: Also) -> None:
        if also:
            cursor.execute(*also)


def pour(
    model: type[Model],
    fields: Iterable[str],
    rows: Iterable[Iterable[Any]],
    also: Also = None,
) -> None:
    """All of `rows` at once. `also` is an UPDATE that goes with them, if there are any."""
    pouring = Pouring(model, fields)
    for row in rows:
        pouring.add(row)
    pouring.write(also)


@cache
def _plan(
    model: type[Model], fields: tuple[str, ...], vendor: str
) -> tuple[str, tuple[Saver, ...]]:
    """The table with its columns, and what makes of each value the database's (by `vendor`)."""
    chosen: list[AnyField] = [model._meta.get_field(name) for name in fields]  # type: ignore[misc]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in chosen)
    return f"{quote(model._meta.db_table)} ({columns})", tuple(_saver(each) for each in chosen)


def _saver(field: AnyField) -> Saver:
    """None when the value is the same in the database."""
    kind: AnyField = field
    while isinstance(kind, ForeignKey):
        kind = kind.target_field
    if isinstance(kind, UUIDField):
        return None if connection.features.has_native_uuid_field else _hex
    if isinstance(kind, DateTimeField):
        return _datetime
    if isinstance(kind, DateField | JSONField | BinaryField):
        return lambda value: kind.get_db_prep_save(value, connection)
    return None


def _hex(value: Any) -> str:
    found: str = value.hex
    return found


@lru_cache(maxsize=16)
def _datetime(value: Any) -> Any:
    """One moment stands in many rows."""
    return connection.ops.adapt_datetimefield_value(value)
