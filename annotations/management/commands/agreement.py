"""`manage.py agreement`: the tables of the agreement page, printed and written to files."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.agreement import ENGINE_VERSION
from annotations.exchange.queries import find_study
from annotations.reports.actions import all_tables
from annotations.reports.files import WRITERS, methods_text
from annotations.reports.laying import lay_out
from annotations.reports.layout import Laid
from annotations.reports.models import Level
from annotations.reports.queries import read_names, read_titles
from annotations.reports.selection import Selection
from annotations.study.models import Study
from annotations.text.refusal import Refusal


class Command(BaseCommand):
    help = (
        "Print how far the annotators of a study agree: the tables of the Agreement page, from\n"
        "submitted work only, with gamma (which takes a while). --out also writes every table as\n"
        "CSV, JSON and LaTeX.\n\n"
        "Examples:\n"
        '  manage.py agreement "Arden strike"\n'
        '  manage.py agreement "Arden strike" --out tables/\n'
        '  manage.py agreement "Arden strike" --label attribution --label allegation --level word\n'
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="its id, or its exact name")
        parser.add_argument(
            "--out", type=Path, metavar="FOLDER", help="also write every table there"
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=1,
            metavar="N",
            help="a number that fixes the random samples behind gamma; the same seed gives the "
            "same figures (default: 1)",
        )
        parser.add_argument(
            "--level",
            choices=Level.values,
            default=Level.CHARACTER,
            help="what agreement is counted in (default: character)",
        )
        parser.add_argument(
            "--label",
            action="append",
            default=[],
            metavar="LABEL",
            help="only this label, by its name in files (attribution, allegation, …; the page of "
            "each label shows it); give it again for further labels; without it, all labels",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            study = find_study(options["study"])
            laid, methods = self.compute(study, options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        for one in laid:
            self.stdout.write(as_text(one))
        self.stdout.write(methods)
        if options["out"]:
            self.write(options["out"], laid, methods)

    def compute(self, study: Study, options: dict[str, Any]) -> tuple[list[Laid], str]:
        selection = Selection(level=options["level"], labels=tuple(options["label"]))
        names = replace(read_names(study), articles=read_titles(study))
        unknown = set(options["label"]) - set(names.labels)
        if unknown:
            raise Refusal(
                f"The codebook has no label {', '.join(sorted(unknown))}. "
                f"It has {', '.join(names.labels)}."
            )
        tables = all_tables(study=study, selection=selection, seed=options["seed"])
        methods = methods_text(
            tables,
            level=selection.level,
            seed=options["seed"],
            engine=ENGINE_VERSION,
        )
        return lay_out(tables, names), methods

    def write(self, folder: Path, laid: Sequence[Laid], methods: str) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for one in laid:
                for form, (_, write) in WRITERS.items():
                    (folder / f"{one.name}.{form}").write_text(write(one), encoding="utf-8")
            (folder / "methods.txt").write_text(methods + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"Cannot write to {folder}: {error.strerror}.") from error
        self.stderr.write(f"{len(laid)} tables are in {folder}.")


def as_text(laid: Laid) -> str:
    """A table in columns; numbers to the right."""
    head = [column.title for column in laid.columns]
    body = [[cell.text for cell in row] for row in laid.rows]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    lines = [
        "  ".join(
            text.rjust(width) if column.is_number else text.ljust(width)
            for text, width, column in zip(row, widths, laid.columns, strict=True)
        ).rstrip()
        for row in (head, *body)
    ]
    reasons = {cell.reason for row in laid.rows for cell in row if cell.value is None}
    told = [f"({reason})" for reason in sorted(reasons - {""})]
    return "\n".join([laid.title, *lines, *told, "\n"])
