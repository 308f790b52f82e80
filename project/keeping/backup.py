"""One file that holds the whole database, made while it is in use.

The file is a zip of two entries: `manifest.json` and `database`, which is a SQLite file or what
pg_dump writes in its custom format. Both are one moment of the database: saves go on meanwhile
and are in the backup when they were acknowledged before it began.
"""

import hashlib
import json
import os
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from annotations.text.refusal import Refusal

from .migrations import recorded_migrations
from .postgresql import postgresql

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"
NAMED = re.compile(r"sourcemark-\d{8}T\d{6}Z\.zip")


class BackupRefused(Refusal):
    """No backup was made."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `rows` by table, `sha256` and `n_bytes` of `database`."""

    format: int
    engine: str
    made_at: str
    migrations: list[str]
    rows: dict[str, int]
    sha256: str
    n_bytes: int


def make_backup(path: Path) -> Manifest:
    """Write the backup; it is there whole or not at all. Raises BackupRefused."""
    if path.exists():
        raise BackupRefused(f"{path} is there already. Give a file that is not.")
    if not path.parent.is_dir():
        raise BackupRefused(f"There is no folder {path.parent}.")
    with tempfile.TemporaryDirectory(prefix=".sourcemark-", dir=path.parent) as folder:
        copied, draft = Path(folder) / DATABASE, Path(folder) / "backup"
        copy = copy_sqlite if connection.vendor == "sqlite" else copy_postgresql
        rows, migrations = copy(copied)
        manifest = Manifest(
            FORMAT,
            connection.vendor,
            timezone.now().isoformat(timespec="seconds"),
            sorted(migrations),
            rows,
            sha256_of(copied),
            copied.stat().st_size,
        )
        _pack(draft, copied, manifest)
        try:
            os.link(draft, path)  # refuses a file that came meanwhile
        except FileExistsError:
            raise BackupRefused(f"{path} is there already. Give a file that is not.") from None
    return manifest


def _pack(draft: Path, copied: Path, manifest: Manifest) -> None:
    """Readable by its owner only: it holds everything, password hashes too."""
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            packed.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True))
            packed.write(copied, DATABASE)
        file.flush()
        os.fsync(file.fileno())


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def named_by_time(folder: Path) -> Path:
    return folder / f"sourcemark-{timezone.now():%Y%m%dT%H%M%SZ}.zip"


def keep_newest(folder: Path, n_kept: int) -> list[Path]:
    """Remove all but the newest of the backups that are named by their time; those removed."""
    named = sorted(path for path in folder.iterdir() if NAMED.fullmatch(path.name))
    gone = named[:-n_kept]
    for path in gone:
        path.unlink()
    return gone


def our_tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_app_config("annotations").get_models())


def count_rows(ask: Callable[[str], int], tables: list[str]) -> dict[str, int]:
    return {table: ask(f'SELECT COUNT(*) FROM "{table}"') for table in tables}


def copy_sqlite(to: Path) -> tuple[dict[str, int], set[str]]:
    """By SQLite's online backup, in one step: a copy of the files would miss the WAL."""
    source = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(to)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, no WAL beside it
        return read_copy(copy)


def read_copy(copy: sqlite3.Connection) -> tuple[dict[str, int], set[str]]:
    """Rows of those of our tables that it has, and the migrations that made them."""
    named = {
        name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    tables = [table for table in our_tables() if table in named]
    rows = count_rows(lambda sql: int(copy.execute(sql).fetchone()[0]), tables)
    if "django_migrations" not in named:
        return rows, set()
    asked = "SELECT name FROM django_migrations WHERE app = 'annotations'"
    return rows, {name for (name,) in copy.execute(asked)}


def copy_postgresql(to: Path) -> tuple[dict[str, int], set[str]]:
    """pg_dump and our counting look at one exported snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        wanted = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        postgresql("pg_dump", *wanted, f"--file={to}")

        def ask(sql: str) -> int:
            cursor.execute(sql)
            return int(cursor.fetchone()[0])

        return count_rows(ask, our_tables()), recorded_migrations()


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, BinaryIO]]:
    """The manifest and the stream of the database. Raises BackupRefused for any other file."""
    try:
        with zipfile.ZipFile(path) as packed:
            told: dict[str, Any] = json.loads(packed.read(MANIFEST))
            if told.get("format") != FORMAT:
                newer = f"{path} is of format {told.get('format')}, which a newer Sourcemark wrote."
                raise BackupRefused(newer)
            with packed.open(DATABASE) as stream:
                yield Manifest(**told), stream  # type: ignore[misc]
    except FileNotFoundError:
        raise BackupRefused(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise BackupRefused(f"{path} is no whole backup: {error}") from error
