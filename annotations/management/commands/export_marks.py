"""`manage.py export_marks`: one annotator's marks on an article, to a file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from annotations.exchange.actions import export_marks
from annotations.exchange.queries import find_article, find_assignment, find_member, find_study
from annotations.management.explained import ExplainedCommand
from annotations.text.refusal import Refusal

HOW_FOUND = """\
STUDY      its id, or its exact name
ARTICLE    its id, its exact title, or the SHA-256 of its text
ANNOTATOR  their id, user name or e-mail address
A name that fits more than one is refused; give the id then."""


class Command(ExplainedCommand):
    help = (
        "Write one annotator's marks on an article as native JSON (README, “Marks as JSON”).\n\n"
        "Suggestions and history stay out. The same marks always give the same bytes.\n\n"
        + HOW_FOUND
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("study", "article", "annotator"):
            parser.add_argument(name, metavar=name.upper())
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="where to (default: standard output)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            study = find_study(options["study"])
            article = find_article(study, options["article"])
            assignment = find_assignment(article, find_member(study, options["annotator"]))
            content = export_marks(assignment=assignment)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["out"] is None:
            self.stdout.write(content.decode(), ending="")
            return
        try:
            options["out"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"Cannot write {options['out']}: {error.strerror}.") from error
        print(f"{options['out']}: {len(content):,} bytes", file=sys.stderr)
