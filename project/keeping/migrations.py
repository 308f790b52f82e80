"""Which migrations this program knows, and refusing a database that a newer one has changed."""

import pkgutil
import sys
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connection

import annotations.migrations

NEWER = (
    "The database was changed by a newer Sourcemark ({names}), which this one does not know. "
    "Start the newer program, or restore a backup made before the upgrade."
)


def known_migrations() -> set[str]:
    return {each.name for each in pkgutil.iter_modules(annotations.migrations.__path__)}


def recorded_migrations() -> set[str]:
    """Those of ours that the database has had; none when it is not there or has no tables."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return set()
    try:
        with connection.cursor() as cursor:
            if "django_migrations" not in connection.introspection.table_names(cursor):
                return set()
            cursor.execute("SELECT name FROM django_migrations WHERE app = 'annotations'")
            return {name for (name,) in cursor.fetchall()}
    except DatabaseError:  # not there now: whoever needs it will say so
        return set()


def too_new(recorded: set[str]) -> str:
    """Why this program must not touch a database with these migrations; or nothing."""
    unknown = sorted(recorded - known_migrations())
    return NEWER.format(names=", ".join(unknown)) if unknown else ""


def check_database(**_: Any) -> list[CheckMessage]:
    """Django asks this before each command."""
    sentence = too_new(recorded_migrations())
    return [Error(sentence, id="sourcemark.E001")] if sentence else []


def refuse_newer_database() -> None:
    """For web processes, as they start. Code 3 tells gunicorn not to try again."""
    sentence = too_new(recorded_migrations())
    connection.close()
    if sentence:
        sys.stderr.write(f"{sentence}\n")
        raise SystemExit(3)
