"""`manage.py convert`: files of one format to files of another, without a database."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from annotations.exchange.formats import (
    find_format,
    is_written_from_files,
    known_formats,
    recognised,
    why_unknown,
)
from annotations.exchange.frame import FileRefused, Findings, Form, Hints, SourceFiles
from annotations.exchange.frame.placing import place_article
from annotations.exchange.packing import write_folder, write_zip
from annotations.exchange.packing.counting import growing
from annotations.exchange.packing.wording import number_of
from annotations.exchange.records import ArticleRecord, Corpus
from annotations.management.explained import ExplainedCommand
from annotations.text.refusal import Refusal

from .export_study import is_read, listed, options_given, options_listed, refuse_place, remove

HOW = f"""\
FROM   a file, a .zip, or a folder of files
TO     a folder that is not there yet, or a file that ends with .zip

Formats that can be read:
{listed(is_read)}

Formats that can be written:
{listed(is_written_from_files)}

Options of formats that are written (--option NAME=VALUE):
{options_listed()}

Examples:
  manage.py convert corpus/ corpus.zip --to csv
  manage.py convert study.json brat/ --to brat
  manage.py convert corpus/ tags.zip --to conll --option scheme=bioes
  manage.py convert spans.csv out/ --from csv --to jsonl --annotator bob
  manage.py convert marks/ marks.zip --to w3c          files of export_marks, their texts beside

What was repaired or left out is listed. Marks or articles that cannot be taken (their words stand
elsewhere, a text that is none) stop it, unless --leave-out says that the rest goes on without them.
Exit codes: 0 written, 1 refused (nothing is left behind), 2 the command line is not understood."""

NOT_KNOWN = (
    "This is no format that is known by its content. Say which it is: --from NAME "
    "(convert --help lists them)."
)


class Command(ExplainedCommand):
    help = f"Turn files of one format into another. Needs no database.\n\n{HOW}"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FROM", type=Path)
        parser.add_argument("target", metavar="TO", type=Path)
        parser.add_argument(
            "--from", dest="reads", metavar="NAME", help="the format read (default: found out)"
        )
        parser.add_argument("--to", dest="writes", required=True, metavar="NAME")
        parser.add_argument(
            "--option", action="append", default=[], metavar="NAME=VALUE",
            help="an option of the format that is written; repeat it",
        )  # fmt: skip
        parser.add_argument(
            "--leave-out", action="store_true", help="write the rest without what cannot be taken"
        )
        parser.add_argument(
            "--annotator",
            default="annotator",
            metavar="NAME",
            help="whose marks where files are silent",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["target"]
        refuse_place(target)
        try:
            source = Converted(options["source"], options["reads"], options["annotator"])
            writer = find_format(options["writes"], is_written_from_files)
            if writer.write is None or not is_written_from_files(writer):
                known = known_formats(is_written_from_files)
                reason = f"{writer.title}: this is not written from files. Known are {known}."
                raise FileRefused("", reason)
            chosen = writer.settled(options_given(options["option"]))
            self.say_losses(writer)
            part = target.with_name(target.name + ".part")
            try:
                chunks = writer.write(source.corpus(self.tell), chosen)
                (write_zip if target.suffix.lower() == ".zip" else write_folder)(chunks, part)
                if not (options["leave_out"] and source.n_articles):
                    source.refuse_wrong()
                part.rename(target)
            finally:
                remove(part)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        self.report(source, writer, target)

    def report(self, source: "Converted", writer: Form, target: Path) -> None:
        told = number_of(source.n_articles, "article")
        self.stdout.write(f"{target}: {told} from {source.form.title}.")
        for finding in source.findings:
            self.stdout.write(f"  {finding.kind}: {finding}")
        if source.findings.n_unkept:
            self.stdout.write(f"  And {source.findings.n_unkept:,} more.")

    def say_losses(self, writer: Form) -> None:
        """Before anything is written: whoever needs what is lost stops here."""
        if writer.losses:
            self.stdout.write(f"{writer.title} cannot keep:")
        for loss in writer.losses:
            self.stdout.write(f"  {loss.sentence}")

    def tell(self, n: int) -> None:
        if n % 500 == 0:
            self.stderr.write(f"  {n:,} articles …")


class Converted:
    """Files as a corpus that is read anew on every walk."""

    def __init__(self, path: Path, name: str | None, annotator: str) -> None:
        self.files = SourceFiles.on_disk(path)
        self.form = find_format(name, is_read) if name else self._found(path)
        if self.form.read is None:
            raise FileRefused("", f"{self.form.title} cannot be read.")
        self.hints = Hints(annotator=annotator)
        self.findings = Findings()
        self.n_articles = 0

    def _found(self, path: Path) -> Form:
        found = recognised(self.files)
        if not found:
            raise FileRefused(str(path), why_unknown(self.files, NOT_KNOWN))
        return found[0]

    def corpus(self, tell: Any) -> Corpus:
        assert self.form.read is not None
        study = self.form.read(self.files, self.hints).study
        return Corpus(study, _Walk(self, growing(tell)))

    def walk(self, tell: Any) -> Iterator[ArticleRecord]:
        assert self.form.read is not None
        reading = self.form.read(self.files, self.hints)
        self.findings, self.n_articles = reading.findings, 0
        for article in reading.articles:
            try:
                placed = place_article(article, findings=self.findings)
            except FileRefused as refused:
                self.findings.refused(refused.file, refused.place, refused.reason)
                continue
            self.n_articles += 1
            tell(self.n_articles)
            yield placed

    def refuse_wrong(self) -> None:
        """Raises FileRefused with all that could not be taken."""
        wrong = self.findings.of("refused")
        if wrong:
            more = self.findings.counts["refused"] - len(wrong)
            said = [str(finding) for finding in wrong]
            raise FileRefused("", "\n".join([*said, f"And {more} more."] if more else said))


class _Walk:
    def __init__(self, source: Converted, tell: Any) -> None:
        self._source = source
        self._tell = tell

    def __iter__(self) -> Iterator[ArticleRecord]:
        return self._source.walk(self._tell)
