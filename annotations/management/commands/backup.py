"""`manage.py backup FILE`: the whole database in one file, while it is in use."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from annotations.management.explained import ExplainedCommand
from annotations.text.refusal import Refusal


class Command(ExplainedCommand):
    help = (
        "Write the whole database into one file, with its SHA-256 and its number of rows. People\n"
        "can go on working: every save acknowledged before the backup began is in it. On\n"
        "PostgreSQL it needs pg_dump of the server's version or a newer one.\n\n"
        "The file holds all texts, marks and password hashes: keep it where few can read it. Not\n"
        "in it are the settings, the secret key and exported files.\n\n"
        "Examples:\n"
        "  manage.py backup /backups/before-upgrade.zip\n"
        "  manage.py backup --into /backups --keep 14    every day: the newest fourteen stay\n"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument(
            "file", type=Path, nargs="?", metavar="FILE", help="a file that is not there yet"
        )
        where.add_argument(
            "--into", type=Path, metavar="FOLDER", help="a file named by the time, in this folder"
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="with --into: afterwards only the newest N of those files stay",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from project.keeping.backup import keep_newest, make_backup, named_by_time

        folder, keep = options["into"], options["keep"]
        if keep is not None and (keep < 1 or folder is None):
            raise CommandError("--keep goes with --into, and at least one backup stays.")
        file = options["file"] or named_by_time(folder)
        try:
            manifest = make_backup(file)
            gone = keep_newest(folder, keep) if keep else []
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"Cannot write {file}: {error.strerror}.") from error
        n_rows = sum(manifest.rows.values())
        self.stdout.write(f"{file}: {n_rows:,} rows, SHA-256 {manifest.sha256}")
        for old in gone:
            self.stdout.write(f"{old} removed.")
