"""Commands that explain themselves with examples."""

import logging
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

NO_TABLES = "This database has not all its tables yet. Make them first: manage.py migrate."


@contextmanager
def told_to_nobody() -> Iterator[None]:
    """What is no news to whoever watches the security log stays out of it; warnings do not."""
    log = logging.getLogger("sourcemark.security")
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)


class ExplainedCommand(BaseCommand):
    """Its help keeps the lines it was written in. At a terminal nobody collects log lines, and
    whoever sits there reads what the command says; the study's history tells of the act."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def execute(self, *args: Any, **options: Any) -> Any:
        """Raises CommandError where the tables are still to be made."""
        try:
            with told_to_nobody() if sys.stderr.isatty() else nullcontext():
                return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            said = str(error)  # SQLite's words, then those of PostgreSQL
            if "no such table" in said or ("relation" in said and "does not exist" in said):
                raise CommandError(NO_TABLES) from error
            raise
