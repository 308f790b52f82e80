"""Keep the database of a version: all rows, and what that version exports of the marks and, if
it can, of whole studies.

    python tests/project/upgrades/keep.py 1.2.0 tests/project/upgrades/1.2.0.json.gz

with the version's own code and packages, on a database that it made (`manage.py demo`, and some
work by hand). The file knows no kind of database: tests lay it out on SQLite and on PostgreSQL.
"""

import base64
import gzip
import hashlib
import json
import os
import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

# Made anew by migrate, or about sessions that end with the upgrade.
LEFT_OUT = {
    "annotations_cache", "annotations_session", "auth_permission", "django_admin_log",
    "django_content_type", "django_migrations", "django_session", "django_site",
    "annotations_workcount",
    "annotations_recountdue",  # written by triggers when the rows are laid out
}  # fmt: skip


def kept_value(value: Any) -> Any:
    """JSON’s own values as they are; bytes as base64, anything else as its words."""
    if isinstance(value, bytes | memoryview):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def read_tables() -> dict[str, Any]:
    """Only tables with rows; rows in the order of their first column."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - LEFT_OUT):
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            columns = [each[0] for each in cursor.description]
            rows = [[kept_value(value) for value in row] for row in cursor.fetchall()]
            if rows:
                found[table] = {"columns": columns, "rows": rows}
    return found


def read_exports() -> dict[str, str]:
    """The native file of each piece of work, by "study article annotator"."""
    from django.core.management import call_command
    from django.db import connection

    asked = "SELECT study_id, article_id, annotator_id FROM annotations_assignment ORDER BY id"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        works = [tuple(map(str, row)) for row in cursor.fetchall()]
    told = {}
    for work in works:
        call_command("export_marks", *work, stdout=(out := StringIO()))
        told[" ".join(work)] = out.getvalue()
    return told


def read_studies() -> dict[str, str]:
    """SHA-256 of each study's whole-study file; nothing from versions that had none."""
    from django.core.management import call_command, get_commands
    from django.db import connection

    if "export_study" not in get_commands():
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM annotations_study WHERE deleted_at IS NULL ORDER BY id")
        found = [str(row[0]) for row in cursor.fetchall()]
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        for study in found:
            to = Path(folder) / study
            call_command("export_study", study, str(to), stdout=StringIO(), stderr=StringIO())
            (whole,) = to.rglob("study.json")
            told[study] = hashlib.sha256(whole.read_bytes()).hexdigest()
    return told


def main(version: str, to: Path) -> None:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    applied = sorted(MigrationRecorder(connection).applied_migrations())
    ours = [name for app, name in applied if app == "annotations"]
    kept = {
        "version": version,
        "migration": ours[-1],
        "tables": read_tables(),
        "exports": read_exports(),
        "studies": read_studies(),
    }
    told = json.dumps(kept, ensure_ascii=False, indent=0, sort_keys=True)
    to.write_bytes(gzip.compress(told.encode(), mtime=0))


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django

    django.setup()
    main(sys.argv[1], Path(sys.argv[2]))
