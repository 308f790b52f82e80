"""Which migrations this program knows, and refusing a database that a newer one has changed."""

import importlib.util
import pkgutil
import sys
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connection

import annotations.migrations

OURS = "annotations"
NEWER = (
    "The database was changed by a newer Sourcemark ({names}), which this one does not know. "
    "Start the newer program, or restore a backup made before the upgrade."
)


def known_migrations() -> set[str]:
    return {each.name for each in pkgutil.iter_modules(annotations.migrations.__path__)}


def recorded_migrations() -> set[str]:
    """Those of ours that the database has had, and those of libraries that are newer than what
    they have here; none when it is not there or has no tables."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return set()
    try:
        with connection.cursor() as cursor:
            if "django_migrations" not in connection.introspection.table_names(cursor):
                return set()
            cursor.execute("SELECT app, name FROM django_migrations")
            found = cursor.fetchall()
    except DatabaseError:  # not there now: whoever needs it will say so
        return set()
    ours = {name for app, name in found if app == OURS}
    return ours | {f"{app} {name}" for app, name in found if app != OURS and is_newer(app, name)}


def is_newer(app: str, name: str) -> bool:
    """Whether a library's migration is of a later number than any it has here. One that is not
    known and has a lower number was squashed since."""
    if app not in apps.app_configs:
        return False
    known = [number_of(each) for each in names_in(f"{apps.get_app_config(app).name}.migrations")]
    return bool(known) and number_of(name) > max(known)


def number_of(name: str) -> int:
    digits = name.partition("_")[0]
    return int(digits) if digits.isdecimal() else 0


def names_in(module: str) -> list[str]:
    found = importlib.util.find_spec(module)
    return (
        [each.name for each in pkgutil.iter_modules(found.submodule_search_locations)]
        if found
        else []
    )


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
