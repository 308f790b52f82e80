"""What the database writes down by itself when rows change: articles whose cases have to be
counted anew (curation/actions/counting.py). It cannot be forgotten by any action, import or
restored backup, and is part of the very transaction that changes the row.

The notices are triggers, set again after every `migrate`. SQLite cannot rebuild a table that a
trigger of another one reads, so there they are away while tables change, and everything is
counted anew afterwards.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

DUE = "INSERT INTO annotations_recountdue (study_id, article_id)"
READ = ("annotations_recountdue", "annotations_studycases")
# (table, event, when, what is written)
NOTICES: tuple[tuple[str, str, str, str], ...] = (
    (
        "annotations_assignment",
        "insert",
        "NEW.state = 'submitted'",
        f"{DUE} VALUES (NEW.study_id, NEW.article_id)",
    ),
    (
        "annotations_assignment",
        "update",
        "(OLD.state = 'submitted' OR NEW.state = 'submitted')"
        " AND (OLD.state <> NEW.state OR OLD.rev <> NEW.rev)",
        f"{DUE} VALUES (NEW.study_id, NEW.article_id)",
    ),
    (
        "annotations_adjudication",
        "update",
        "OLD.state <> NEW.state OR OLD.rev <> NEW.rev",
        f"{DUE} VALUES (NEW.study_id, NEW.article_id)",
    ),
    (  # to correct a name changes votes, yet no work's revision
        "annotations_entity",
        "update",
        "OLD.ver <> NEW.ver",
        f"{DUE} SELECT DISTINCT work.study_id, work.article_id"
        " FROM annotations_attributevalue AS answer"
        " JOIN annotations_span AS span ON span.id = answer.span_id"
        " JOIN annotations_assignment AS work ON work.id = span.assignment_id"
        " WHERE answer.entity_id = NEW.id AND work.state = 'submitted'",
    ),
    (  # into the bin, or out of it
        "annotations_article",
        "update",
        "(OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)",
        f"{DUE} VALUES (NEW.study_id, NEW.id)",
    ),
)


def name_of(table: str, event: str) -> str:
    return f"{table}_recount_{event}"


def names() -> list[str]:
    return [name_of(table, event) for table, event, _, _ in NOTICES]


def set_notices(connection: BaseDatabaseWrapper) -> None:
    """Set them all. Doing it twice changes nothing."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table, event, when, write in NOTICES:
            name, on = name_of(table, event), f"AFTER {event.upper()} ON {table}"
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} {on} WHEN {when} BEGIN {write}; END")
                continue
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"{write}; RETURN NULL; END $$"
            )
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            cursor.execute(
                f"CREATE TRIGGER {name} {on} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
            )


def before_migrate(*, using: str, plan: Any = (), **_: Any) -> None:
    connection = connections[using]
    if connection.vendor != "sqlite" or not plan:
        return
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name in names():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        if set(READ) <= tables:
            cursor.execute("DELETE FROM annotations_studycases")


def after_migrate(*, using: str, plan: Any = (), **_: Any) -> None:
    connection = connections[using]
    if not set(READ) <= set(connection.introspection.table_names()):
        return  # an older state of the tables
    set_notices(connection)
    if connection.vendor == "sqlite" and plan:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM annotations_studycases")
