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
        "Example:\n"
        "  manage.py backup /backups/sourcemark-2026-11-22.zip\n"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        from project.keeping.backup import make_backup

        try:
            manifest = make_backup(options["file"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"Cannot write {options['file']}: {error.strerror}.") from error
        n_rows = sum(manifest.rows.values())
        self.stdout.write(f"{options['file']}: {n_rows:,} rows, SHA-256 {manifest.sha256}")
