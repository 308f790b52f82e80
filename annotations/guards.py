"""What the database itself refuses to change or delete: texts, versions, history, and rows that
a late copy of a message must still find (marks are never deleted, only marked as removed).

The guards are triggers, set again after every `migrate`, because SQLite loses a table's
triggers whenever a migration rebuilds the table.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from annotations import notices

# (table, columns that are fixed or () for the whole row, the sentence)
FIXED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "annotations_article",
        ("text", "text_sha256", "n_code_points", "study_id"),
        "The text of an article cannot be changed.",
    ),
    ("annotations_sourcefile", ("content", "sha256"), "A source file cannot be changed."),
    ("annotations_codebookversion", (), "A codebook version cannot be changed."),
    ("annotations_submission", (), "A submission cannot be changed."),
    ("annotations_operation", (), "History cannot be changed."),
    ("annotations_auditentry", (), "History cannot be changed."),
    ("annotations_ruling", (), "History cannot be changed."),
    (
        "annotations_revision",
        ("calibration_id", "assignment_id", "before_id"),
        "What was submitted alone cannot be changed.",
    ),
    ("annotations_goldversion", (), "A version of the gold cannot be changed."),
    ("annotations_commentversion", (), "What a comment said before cannot be changed."),
    ("annotations_mergerules", (), "Rules that gold was merged by cannot be changed."),
)
HISTORY, REMOVED = "History cannot be deleted.", "This is marked as removed, never deleted."
KEPT: dict[str, str] = {
    "annotations_operation": HISTORY,
    "annotations_auditentry": HISTORY,
    "annotations_ruling": HISTORY,
    "annotations_goldversion": HISTORY,
    "annotations_commentversion": HISTORY,
    "annotations_submission": HISTORY,
    "annotations_codebookversion": HISTORY,
    "annotations_mergerules": HISTORY,
    "annotations_revision": HISTORY,
    "annotations_article": REMOVED,
    "annotations_span": REMOVED,
    "annotations_link": REMOVED,
    "annotations_goldspan": REMOVED,
    "annotations_goldlink": REMOVED,
    "annotations_comment": REMOVED,
}
# Rows of these go singly, with a preview given up or a mark that changes; never all at once.
NEVER_EMPTIED = (
    "annotations_sourcefile",  # until an article was made of it, which keeps it by its key
    "annotations_fragment",
    "annotations_attributevalue",
    "annotations_case",
)


def guards(vendor: str) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """(event, table, columns, sentence) of every guard. SQLite knows no TRUNCATE."""
    for table, columns, sentence in FIXED:
        yield "update", table, columns, sentence
    for table, sentence in KEPT.items():
        yield "delete", table, (), sentence
    if vendor == "postgresql":
        for table, sentence in [*KEPT.items(), *dict.fromkeys(NEVER_EMPTIED, REMOVED).items()]:
            yield "truncate", table, (), sentence


def sqlite_guard(event: str, table: str, columns: tuple[str, ...], sentence: str) -> list[str]:
    differs = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
    when = f"WHEN {differs} " if differs else ""
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_{event}",
        f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} "
        f"{when}BEGIN SELECT RAISE(ABORT, '{sentence}'); END",
    ]


def refusal(sentence: str) -> str:
    """The body of a guard's function in PostgreSQL."""
    how = "ERRCODE = 'integrity_constraint_violation'"
    return f" BEGIN RAISE EXCEPTION '{sentence}' USING {how}; END "


def postgresql_guard(event: str, table: str, columns: tuple[str, ...], sentence: str) -> list[str]:
    name = f"{table}_no_{event}"
    differs = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    when = f"WHEN ({differs}) " if differs else ""
    each = "STATEMENT" if event == "truncate" else "ROW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$${refusal(sentence)}$$",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table} "
        f"FOR EACH {each} {when}EXECUTE FUNCTION {name}()",
    ]


def set_guards(connection: BaseDatabaseWrapper) -> None:
    """Set every guard whose table exists. Doing it twice changes nothing."""
    build = sqlite_guard if connection.vendor == "sqlite" else postgresql_guard
    tables = set(connection.introspection.table_names())
    statements = [
        statement
        for event, table, columns, sentence in guards(connection.vendor)
        if table in tables
        for statement in build(event, table, columns, sentence)
    ]
    if connection.vendor == "postgresql":  # as one script: a hundred answers need not be awaited
        statements = ["; ".join(statements)] if statements else []
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def lift_guards(connection: BaseDatabaseWrapper, event: str = "delete") -> None:
    """Take the guards against `event` away. Only for purging what left the bin, and for tests."""
    on = "" if connection.vendor == "sqlite" else " ON {table}"
    with connection.cursor() as cursor:
        for guarded, table, _, _ in guards(connection.vendor):
            if guarded == event:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}{on.format(table=table)}")


# Name, and what the trigger does: on SQLite as it was made; on PostgreSQL whether it asks first,
# and the body of its function.
STANDING = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, (tgqual IS NOT NULL)::text || prosrc FROM pg_trigger"
    " JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgenabled IN ('O', 'A')"
    " AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema::regnamespace)",
}


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the guards that ought to stand and do not, or do something else."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING[connection.vendor])
        standing = dict(cursor.fetchall())
    wanted: dict[str, str] = {}
    for event, table, columns, sentence in guards(connection.vendor):
        made = sqlite_guard(event, table, columns, sentence)[-1]
        told = f"{str(bool(columns)).lower()}{refusal(sentence)}"
        wanted[f"{table}_no_{event}"] = made if connection.vendor == "sqlite" else told
    wrong = [name for name, does in wanted.items() if standing.get(name) != does]
    return wrong + [name for name in notices.names() if name not in standing]


@contextmanager
def purging(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A transaction in which history can be deleted along with all that it is the history of."""
    with transaction.atomic(using=connection.alias):
        lift_guards(connection)
        yield
        set_guards(connection)


def after_migrate(*, using: str, **_: Any) -> None:
    set_guards(connections[using])
