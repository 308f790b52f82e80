"""`manage.py import_marks`: one annotator's marks on an article, from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from annotations.exchange.actions import import_marks
from annotations.exchange.queries import (
    find_article,
    find_assignment,
    find_manager,
    find_member,
    find_study,
)
from annotations.management.explained import ExplainedCommand
from annotations.text.refusal import Refusal

from .export_marks import HOW_FOUND


class Command(ExplainedCommand):
    help = (
        "Store the marks in a file of native JSON (README, “Marks as JSON”) as one annotator's.\n\n"
        "All or none: when a quote, a label or a link does not fit, each span concerned is named "
        "and nothing is stored.\n"
        "The article must be assigned to the annotator and not yet be submitted.\n"
        "Whole corpora, also of other programs, come in by `manage.py import_corpus`.\n\n"
        + HOW_FOUND
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("study", "article", "annotator"):
            parser.add_argument(name, metavar=name.upper())
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--by", metavar="MANAGER", help="who imports; needed where a study has several managers"
        )
        parser.add_argument(
            "--replace", action="store_true", help="remove the annotator's marks on it first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        content = self.read(options["file"])
        try:
            study = find_study(options["study"])
            article = find_article(study, options["article"])
            imported = import_marks(
                assignment=find_assignment(article, find_member(study, options["annotator"])),
                actor=find_manager(study, options["by"]),
                content=content,
                replace=options["replace"],
            )
        except Refusal as refusal:
            raise CommandError(f"{options['file']}: nothing was stored.\n{refusal}") from refusal
        self.stdout.write(f"{options['file']}: {imported} stored.")
        for remark in imported.remarks:
            self.stdout.write(f"  {remark}")

    def read(self, path: Path) -> bytes:
        try:
            if path.stat().st_size > settings.SOURCEMARK_MAX_UPLOAD_BYTES:
                limit = f"{settings.SOURCEMARK_MAX_UPLOAD_BYTES:,}"
                raise CommandError(f"{path} is larger than {limit} bytes.")
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
