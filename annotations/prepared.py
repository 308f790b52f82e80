"""Statements that every save asks are planned once on a connection to PostgreSQL. To plan what a
save reads took it three times as long as to do it.

The text must be the same each time, with all that differs in its parameters.
"""

from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper


def prepared() -> CursorWrapper:
    """A cursor for such a statement. After a few times on one connection PostgreSQL keeps its plan
    (settings.PREPARED_AFTER); SQLite's driver keeps statements by itself. While statements are
    written down they are asked as others are, with their values."""
    here: Any = connections[DEFAULT_DB_ALIAS]
    if not is_kept(here):
        return cast(CursorWrapper, here.cursor())
    from django.db.backends.postgresql import base  # needs psycopg

    here.ensure_connection()
    with here.wrap_database_errors:
        cursor = base.ServerBindingCursor(here.connection)  # type: ignore[call-arg] # psycopg's own
        return cast(CursorWrapper, here._prepare_cursor(cursor))


def is_kept(here: BaseDatabaseWrapper) -> bool:
    return here.vendor == "postgresql" and not here.queries_logged
