"""Lay a kept database out again, inside of an installation that has none yet.

    python -m tests.project.upgrades.lay tests/project/upgrades/1.2.0.json.gz

migrates to the version's last migration and puts its rows there, as that version had left them.
"""

import base64
import gzip
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def read_kept(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return told


def kept_files() -> list[Path]:
    return sorted(HERE.glob("*.json.gz"))


def stored_value(value: Any, *, plain: bool) -> Any:
    """PostgreSQL makes of words what the column asks for; SQLite takes values as they are."""
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    return value if value is None or plain else str(value)


def lay(path: Path) -> None:
    from django.apps import apps
    from django.core.management import call_command
    from django.core.management.color import no_style
    from django.db import connection, transaction

    kept, plain = read_kept(path), connection.vendor == "sqlite"
    call_command("migrate", "annotations", kept["migration"], verbosity=0)
    for app in sorted({config.label for config in apps.get_app_configs()} - {"annotations"}):
        if (Path(apps.get_app_config(app).path) / "migrations").is_dir():
            call_command("migrate", app, verbosity=0)
    with transaction.atomic(), connection.cursor() as cursor:
        for table, told in kept["tables"].items():
            columns = ", ".join(f'"{name}"' for name in told["columns"])
            places = ", ".join(["%s"] * len(told["columns"]))
            rows = [[stored_value(value, plain=plain) for value in row] for row in told["rows"]]
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', rows)
        for statement in connection.ops.sequence_reset_sql(
            no_style(), [model for model in apps.get_models() if has_table(model, kept)]
        ):
            cursor.execute(statement)


def has_table(model: Any, kept: dict[str, Any]) -> bool:
    return model._meta.db_table in kept["tables"]


if __name__ == "__main__":
    import django

    django.setup()
    lay(Path(sys.argv[1]))
