"""What a database holds now, told by the newest program; run inside of an installation."""

import json
import sys
from typing import Any

from .keep import kept_value, read_exports, read_studies


def rows_of(tables: dict[str, list[str]]) -> dict[str, Any]:
    """Of the columns asked for, those that are still there, by table."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table, columns in tables.items():
            if table not in there:
                continue
            described = connection.introspection.get_table_description(cursor, table)
            left = [name for name in columns if name in {each.name for each in described}]
            names = ", ".join(f'"{name}"' for name in left)
            cursor.execute(f'SELECT {names} FROM "{table}"')
            rows = [[kept_value(value) for value in row] for row in cursor.fetchall()]
            found[table] = {"columns": left, "rows": rows}
    return found


if __name__ == "__main__":
    import django

    django.setup()
    from django.core.management import call_command

    from project.doctor import examine

    call_command("migrate", "--check", verbosity=0)  # exits when anything is left to do
    from .shape import shape

    asked = json.load(sys.stdin)
    told = {"tables": rows_of(asked["tables"]), "exports": read_exports(), "shape": shape()}
    told["findings"] = [str(finding) for finding in examine()]
    told["studies"] = read_studies() if asked["studies"] else {}
    json.dump(told, sys.stdout)
