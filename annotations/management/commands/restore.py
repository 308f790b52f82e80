"""`manage.py restore FILE`: put a backup in place of the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

from annotations.management.explained import ExplainedCommand
from annotations.text.refusal import Refusal


class Command(ExplainedCommand):
    help = (
        "Put what `manage.py backup` wrote into the database that DATABASE_URL names, all of it\n"
        "or nothing, and check it with `manage.py doctor`. Stop web and job processes first.\n\n"
        "Refused are a damaged file, one of a newer Sourcemark or of another kind of database,\n"
        "and, without --replace, a database that holds something.\n\n"
        "Examples:\n"
        "  manage.py restore /backups/sourcemark-2026-11-22.zip\n"
        "  manage.py restore /backups/sourcemark-2026-11-22.zip --replace\n"
    )
    requires_system_checks: list[str] = []  # it is the way out of a database that is too new

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that backup wrote")
        parser.add_argument(
            "--replace", action="store_true", help="throw away what is in the database now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from project.keeping.migrations import known_migrations
        from project.keeping.restore import restore_backup

        try:
            manifest = restore_backup(options["file"], replace=options["replace"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"Nothing was restored: {error}.") from error
        n_rows = sum(manifest.rows.values())
        self.stdout.write(f"Restored {n_rows:,} rows of {manifest.made_at}.")
        if known_migrations() - set(manifest.migrations):
            self.stdout.write("It is older: run `manage.py migrate`, then `manage.py doctor`.")
            return
        call_command("doctor", stdout=self.stdout)
