"""What the database writes down by itself when rows change: articles whose cases have to be
counted anew (curation/actions/counting.py), and how many assignments are in which state
(assignment/queries/counts.py). It cannot be forgotten by any action, import or restored backup, and
is part of the very transaction that changes the row.

The notices are triggers, set again after every `migrate`. SQLite cannot rebuild a table that a
trigger of another one reads, so there they are away while tables change, and all cases are
counted anew afterwards. Assignments are counted anew after every `migrate`, while nobody writes.
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


COUNTED, COUNTS = "annotations_assignment", "annotations_workcount"
KEY = ("study_id", "round_id", "annotator_id", "state")
KEYS = ", ".join(KEY)
INTO = f"INSERT INTO {COUNTS} ({KEYS}, n, is_change)"
MOVED = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in KEY)


def name_of(table: str, event: str) -> str:
    return f"{table}_recount_{event}"


def names() -> list[str]:
    return [name_of(table, event) for table, event, _, _ in NOTICES] + [*counting("")]


def counting(vendor: str) -> dict[str, tuple[str, str]]:
    """What keeps the counts of assignments: event and statements of each trigger, by its name.

    PostgreSQL writes a row for each change, that of many assignments at once a row for each person,
    round and state. In SQLite, where only one writes at a time, the sums themselves change.
    """
    added, gone = ("", "") if vendor == "sqlite" else (_all_of("added", ""), _all_of("gone", "-"))
    if vendor == "sqlite":
        added, gone = _one_more("NEW", "+ 1"), _one_more("OLD", "- 1")
        changed = f"{gone}; {added}"
    else:
        old, new = (", ".join(f"{row}.{column}" for column in KEY) for row in ("OLD", "NEW"))
        changed = f"{INTO} VALUES ({old}, -1, true), ({new}, 1, true)"
    return {
        f"{COUNTED}_counted_insert": ("INSERT", added),
        f"{COUNTED}_counted_update": ("UPDATE", changed),
        f"{COUNTED}_counted_delete": ("DELETE", gone),
    }


def _all_of(rows: str, sign: str) -> str:
    return f"{INTO} SELECT {KEYS}, {sign}count(*), true FROM {rows} GROUP BY {KEYS}"


def _one_more(row: str, more: str) -> str:
    here = " AND ".join(f"{column} = {row}.{column}" for column in KEY)
    told = ", ".join(f"{row}.{column}" for column in KEY)
    there = f"SELECT 1 FROM {COUNTS} WHERE {here}"
    return (
        f"{INTO} SELECT {told}, 0, 0 WHERE NOT EXISTS ({there}); "
        f"UPDATE {COUNTS} SET n = n {more} WHERE {here}"
    )


def set_counting(connection: BaseDatabaseWrapper) -> None:
    """Set what counts assignments, and count them all. Nobody changes one meanwhile."""
    is_sqlite = connection.vendor == "sqlite"
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for name, (event, does) in counting(connection.vendor).items():
            on = f"AFTER {event} ON {COUNTED}"
            if is_sqlite:
                when = f"WHEN {MOVED} " if event == "UPDATE" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} {on} {when}BEGIN {does}; END")
                continue
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"{does}; RETURN NULL; END $$"
            )
            each = {  # a save changes no state: it is not even asked about its row
                "INSERT": "REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
                "UPDATE": f"FOR EACH ROW WHEN ({MOVED})",
                "DELETE": "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT",
            }[event]
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {COUNTED}")
            cursor.execute(f"CREATE TRIGGER {name} {on} {each} EXECUTE FUNCTION {name}()")
        if not is_sqlite:
            # Whoever puts changes together is waited for: those sums would be counted twice.
            cursor.execute(f"LOCK TABLE {COUNTS} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"DELETE FROM {COUNTS}")
        cursor.execute(
            f"{INTO} SELECT {KEYS}, count(*), {'0' if is_sqlite else 'false'} "
            f"FROM {COUNTED} GROUP BY {KEYS}"
        )


def set_notices(connection: BaseDatabaseWrapper) -> None:
    """Set those of cases. Doing it twice changes nothing."""
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
    tables = set(connection.introspection.table_names())
    if not set(READ) <= tables:
        return  # an older state of the tables
    set_notices(connection)
    if COUNTS in tables:
        set_counting(connection)
    if connection.vendor == "sqlite" and plan:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM annotations_studycases")
