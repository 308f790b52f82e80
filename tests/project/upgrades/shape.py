"""What tables, indexes, rules and triggers a database has: equal, however they came to be."""

from typing import Any

from django.db import connection

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}
# Django's own migrations give it an id of another width than its models do.
DJANGOS = "auth_group_permissions"


def shape() -> dict[str, list[str]]:
    """{table: its columns and rules as words, sorted}, and all triggers under "triggers"."""
    found = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - {DJANGOS}:
            columns = connection.introspection.get_table_description(cursor, table)
            rules = connection.introspection.get_constraints(cursor, table).values()
            found[table] = sorted([*map(_column, columns), *map(_rule, rules)])
        cursor.execute(TRIGGERS[connection.vendor])
        found["triggers"] = sorted(f"{name}: {' '.join(said.split())}" for name, said in cursor)
    return found


def _column(told: Any) -> str:
    return str([told.name, told.type_code, told.display_size, told.null_ok, told.collation])


def _rule(told: dict[str, Any]) -> str:
    """Without its name, which is a hash of what it says."""
    columns = told["columns"] if told.get("orders") else sorted(told["columns"])
    return str([(key, value) for key, value in sorted(told.items()) if key != "columns"] + columns)
