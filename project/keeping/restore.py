"""A backup back into the database: all of it or nothing."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from django.db import connection

from annotations.accounts.models import Session
from annotations.text.refusal import Refusal
from project.sqlite3.base import make_private

from .backup import DATABASE, Manifest, opened, our_tables, read_copy, sha256_of
from .migrations import too_new
from .postgresql import postgresql

DAMAGED = "The database in the backup is damaged."


class RestoreRefused(Refusal):
    """Nothing was restored."""


def restore_backup(path: Path, *, replace: bool = False) -> Manifest:
    """Put the backup in place of what is in the database. Web processes should be stopped.

    Raises Refusal, and then the database is as it was: for a file that is no whole backup, of
    another kind of database or of a newer program, and for a database that holds something,
    unless `replace`.
    """
    with opened(path) as (manifest, stream):
        _refuse_unfit(manifest, replace)
        beside = Path(connection.settings_dict["NAME"]).parent if is_sqlite() else None
        with tempfile.TemporaryDirectory(prefix=".sourcemark-", dir=beside) as folder:
            unpacked = Path(folder) / DATABASE
            with unpacked.open("wb") as file:
                shutil.copyfileobj(stream, file, 1 << 20)
            found = (unpacked.stat().st_size, sha256_of(unpacked))
            if found != (manifest.n_bytes, manifest.sha256):
                raise RestoreRefused(f"{path} does not fit its own SHA-256: it was damaged.")
            put = put_sqlite if is_sqlite() else put_postgresql
            put(unpacked, manifest)
    Session.objects.all().delete()  # one that was ended since the backup must not live again
    return manifest


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _refuse_unfit(manifest: Manifest, replace: bool) -> None:
    if manifest.engine != connection.vendor:
        raise RestoreRefused(
            f"This is a backup of {manifest.engine}, and DATABASE_URL is {connection.vendor}. "
            "Set DATABASE_URL; to change from one to the other, export the studies."
        )
    newer = too_new(set(manifest.migrations))
    if newer:
        raise RestoreRefused(newer.replace("The database", "This backup’s database"))
    if not replace and connection.introspection.table_names():
        raise RestoreRefused(
            "There is a database already, and restoring would overwrite it. Make a backup of it, "
            "then add --replace."
        )


def put_sqlite(unpacked: Path, manifest: Manifest) -> None:
    """By SQLite's backup the other way round: one transaction, that open connections notice."""
    with closing(sqlite3.connect(unpacked)) as copy:
        (told,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if told != "ok" or not same_rows(read_copy(copy)[0], manifest.rows):
            raise RestoreRefused(DAMAGED)
        connection.close()
        path = str(connection.settings_dict["NAME"])
        make_private(path)
        with closing(sqlite3.connect(path, timeout=20)) as live:
            copy.backup(live)


def same_rows(found: dict[str, int], told: dict[str, int]) -> bool:
    """Of all tables that this program knows; one that it no longer has is not counted."""
    return found == {table: n for table, n in told.items() if table in found}


def same_rows_in_sql(told: dict[str, int]) -> str:
    """As same_rows, for psql: an error unless every table that we know has as many rows."""
    checks = [
        f'IF (SELECT COUNT(*) FROM public."{table}") <> {int(told[table])} THEN '
        f"RAISE EXCEPTION '{DAMAGED} ({table})'; END IF;"
        for table in our_tables()
        if table in told
    ]
    return "\n".join(["DO $count$ BEGIN", *checks, "END $count$;", ""])


def put_postgresql(unpacked: Path, manifest: Manifest) -> None:
    """As a script in one transaction, which first drops what is there and at last counts."""
    script = unpacked.with_name("script.sql")
    postgresql("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(unpacked))
    count = unpacked.with_name("count.sql")
    count.write_text(same_rows_in_sql(manifest.rows))
    connection.close()
    postgresql(
        "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
        "--command=DROP SCHEMA public CASCADE", "--command=CREATE SCHEMA public",
        f"--file={script}", f"--file={count}",
    )  # fmt: skip
    connection.close()
