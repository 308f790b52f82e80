"""`manage.py agreement`: the tables of the agreement page, printed and written to files."""

import datetime
import os
import uuid
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.template.loader import render_to_string

from annotations.agreement import ENGINE_VERSION
from annotations.corpus.models import Outlet
from annotations.exchange.queries import find_article, find_member, find_study
from annotations.management.explained import ExplainedCommand
from annotations.reports.actions import all_tables
from annotations.reports.files import WRITERS, methods_text
from annotations.reports.layout import Cell, Laid, Names
from annotations.reports.models import Level
from annotations.reports.older import lay_out_report, plots_of_report
from annotations.reports.queries import read_choice, read_names, read_titles
from annotations.reports.selection import Selection
from annotations.study.models import Study
from annotations.text.refusal import Refusal


class Command(ExplainedCommand):
    help = (
        "Print how far the annotators of a study agree: the tables of the Agreement page, from\n"
        "submitted work only, with gamma (which takes a while). --out also writes every table as\n"
        "CSV, JSON and LaTeX, and all of them as one page that stands alone, report.html.\n\n"
        "Examples:\n"
        '  manage.py agreement "Arden strike"\n'
        '  manage.py agreement "Arden strike" --out tables/\n'
        '  manage.py agreement "Arden strike" --label attribution --label allegation --level word\n'
        '  manage.py agreement "Arden strike" --round Pilot --annotator bob --annotator carol\n'
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

        several = "; give it again for further ones"
        parser.add_argument(
            "--round",
            action="append",
            default=[],
            metavar="ROUND",
            help="only work of this round, by its exact name" + several,
        )
        parser.add_argument(
            "--annotator",
            action="append",
            default=[],
            metavar="PERSON",
            help="only work of this person, by user name, e-mail address or id" + several,
        )
        parser.add_argument(
            "--article",
            action="append",
            default=[],
            metavar="ARTICLE",
            help="only this article, by its exact title or id" + several,
        )
        parser.add_argument(
            "--outlet",
            action="append",
            default=[],
            metavar="OUTLET",
            help="only articles of this outlet, by its exact name" + several,
        )
        parser.add_argument(
            "--from",
            dest="published_from",
            type=datetime.date.fromisoformat,
            metavar="DAY",
            help="only articles published on this day or later, as 2024-05-31",
        )
        parser.add_argument(
            "--to",
            dest="published_to",
            type=datetime.date.fromisoformat,
            metavar="DAY",
            help="only articles published on this day or earlier",
        )
        parser.add_argument(
            "--version-of-codebook",
            dest="versions",
            action="append",
            type=int,
            default=[],
            metavar="N",
            help="only work marked under this version of the codebook" + several,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            study = find_study(options["study"])
            names = replace(read_names(study), articles=read_titles(study))
            selection = select(study, names, options)
            tables = all_tables(study=study, selection=selection, seed=options["seed"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        laid = lay_out_report(tables, names)
        methods = methods_text(
            tables,
            names,
            level=selection.level,
            seed=options["seed"],
            engine=ENGINE_VERSION,
            choice=read_choice(study, selection, names),
        )
        if options["out"]:
            page = printed(study, tables, laid, names, methods)
            self.write(options["out"], laid, methods, page)
        try:
            for one in laid:
                self.stdout.write(as_text(one))
            self.stdout.write(methods)
            self.stdout.flush()
        except BrokenPipeError:  # whoever reads has seen enough, such as `head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def write(self, folder: Path, laid: Sequence[Laid], methods: str, page: str) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for one in laid:
                for form, (_, write) in WRITERS.items():
                    (folder / f"{one.name}.{form}").write_text(write(one), encoding="utf-8")
            (folder / "methods.txt").write_text(methods + "\n", encoding="utf-8")
            (folder / "report.html").write_text(page, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"Cannot write to {folder}: {error.strerror}.") from error
        self.stderr.write(f"{len(laid)} tables are in {folder}.")


def as_text(laid: Laid) -> str:
    """A table in columns; numbers to the right."""
    head = [column.title for column in laid.columns]
    beside = any(column.key == "interval" for column in laid.columns)
    body = [
        [cell.text if beside or not cell.interval else with_interval(cell) for cell in row]
        for row in laid.rows
    ]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    lines = [
        "  ".join(
            text.rjust(width) if column.is_number else text.ljust(width)
            for text, width, column in zip(row, widths, laid.columns, strict=True)
        ).rstrip()
        for row in (head, *body)
    ]
    told = [f"({why})" for why in why_not(laid)]
    return "\n".join([laid.title, *lines, *told, *([laid.note] if laid.note else []), "\n"])


def with_interval(cell: Cell) -> str:
    return f"{cell.text} [{cell.interval}]"


def why_not(laid: Laid) -> list[str]:
    """Each reason for a dash, with the columns and rows that it is about."""
    found: dict[str, list[str]] = {}
    for row in laid.rows:
        for column, cell in zip(laid.columns[1:], row[1:], strict=True):
            if cell.value is None and cell.reason:
                found.setdefault(cell.reason, []).append(f"{row[0].text}, {column.title}")
    return [f"{reason}: {'; '.join(places)}" for reason, places in found.items()]


def select(study: Study, names: Names, options: dict[str, Any]) -> Selection:
    """What the options say. Raises Refusal naming what the study has not."""
    unknown = set(options["label"]) - set(names.labels)
    if unknown:
        raise Refusal(
            f"The codebook has no label {', '.join(sorted(unknown))}. "
            f"It has {', '.join(names.labels)}."
        )
    first, last = options["published_from"], options["published_to"]
    if first and last and first > last:
        raise Refusal(f"{last} is before {first}.")
    outlets = Outlet.objects.filter(study=study)
    versions = study.codebook_versions.values_list("number", flat=True)
    missing = sorted(set(options["versions"]) - set(versions))
    if missing:
        raise Refusal(f"The codebook has no version {', '.join(map(str, missing))}.")
    return Selection(
        rounds=ids_of("round", options["round"], study.rounds.values_list("name", "pk")),
        articles=tuple(find_article(study, words).pk for words in options["article"]),
        annotators=tuple(find_member(study, who).pk for who in options["annotator"]),
        outlets=ids_of("outlet", options["outlet"], outlets.values_list("name", "pk")),
        labels=tuple(options["label"]),
        codebook_versions=tuple(options["versions"]),
        published_from=first,
        published_to=last,
        level=options["level"],
    )


def ids_of(
    what: str, wanted: Sequence[str], known: Iterable[tuple[str, uuid.UUID]]
) -> tuple[uuid.UUID, ...]:
    """All of these names. Raises Refusal."""
    found = list(known)
    for name in wanted:
        if name not in [one for one, _ in found]:
            there = ", ".join(one for one, _ in found) or "none"
            raise Refusal(f"The study has no {what} {name}. It has: {there}.")
    return tuple(pk for name, pk in found if name in wanted)


def printed(
    study: Study, tables: dict[str, Any], laid: Sequence[Laid], names: Names, methods: str
) -> str:
    """The tables and plots as one page that needs nothing else."""
    context = {
        "study": study,
        "title": "Agreement",
        "laid": laid,
        "plots": plots_of_report(tables, names),
        "counts": tables["counts"],
        "methods": methods,
    }
    return render_to_string("reports/print.html", context)
