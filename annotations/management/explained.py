"""Commands that explain themselves with examples."""

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

NO_TABLES = "This database has not all its tables yet. Make them first: manage.py migrate."


class ExplainedCommand(BaseCommand):
    """Its help keeps the lines it was written in."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def execute(self, *args: Any, **options: Any) -> Any:
        """Raises CommandError where the tables are still to be made."""
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            said = str(error)  # SQLite's words, then those of PostgreSQL
            if "no such table" in said or ("relation" in said and "does not exist" in said):
                raise CommandError(NO_TABLES) from error
            raise
