"""`manage.py import_articles STUDY FILE…`: bring articles into a study from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from annotations.accounts.models import User
from annotations.corpus.actions import cancel_import, prepare_import, store_import
from annotations.corpus.models import Import, ImportState
from annotations.corpus.queries import columns_left_out, import_limits, tally
from annotations.corpus.records import Defaults, in_bytes
from annotations.exchange.queries import find_manager, find_study
from annotations.management.explained import ExplainedCommand
from annotations.text.refusal import Refusal


class Command(ExplainedCommand):
    help = (
        "Import articles from .txt, .html, .docx, .pdf, .jsonl, .csv and .zip files.\n\n"
        "A .txt, .html, .docx or .pdf file is one article, named like the file; a .zip holds any\n"
        "of these. In .csv and .jsonl files each row or line is an article\n"
        "with title and text, and if you have them outlet, byline, url,\n"
        "published_on, language and event. What is wrong is said by file and line; the rest is\n"
        "stored.\n\n"
        "Examples:\n"
        '  manage.py import_articles "Arden strike" articles/*.txt --outlet "The Lantern"\n'
        '  manage.py import_articles "Arden strike" week.csv --check\n'
        '  manage.py import_articles "Arden strike" fire/*.txt --event "Harbour fire"\n'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="its id, or its exact name")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--by", metavar="MANAGER", help="who imports; needed where a study has several managers"
        )
        parser.add_argument(
            "--outlet",
            default="",
            metavar="NAME",
            help="who published those articles whose file does not say so",
        )
        parser.add_argument(
            "--language",
            default="en",
            metavar="CODE",
            help="language of those articles whose file does not say so: de, ar, … (default: en)",
        )
        parser.add_argument(
            "--event",
            default="",
            metavar="NAME",
            help="what those articles tell of whose file does not say so; articles with the same "
            "event tell the same story, so that outlets can be compared on it",
        )
        parser.add_argument(
            "--all-or-none", action="store_true", help="store nothing when anything is wrong"
        )
        parser.add_argument(
            "--ignore-unknown-columns",
            action="store_true",
            help="leave columns and fields out that are not known, instead of refusing the file",
        )
        parser.add_argument("--check", action="store_true", help="only say what would be stored")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            study = find_study(options["study"])
            actor = find_manager(study, options["by"])
            made = prepare_import(
                study=study,
                actor=actor,
                files=[(path.name, read(path)) for path in options["files"]],
                defaults=Defaults(options["outlet"], options["language"], options["event"]),
                leave_out=options["ignore_unknown_columns"],
            )
            self.tell(made)
            if options["check"]:
                cancel_import(made=made)
                self.stdout.write("Nothing was stored: --check was given.")
                return
            self.store(made, actor, options["all_or_none"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def tell(self, made: Import) -> None:
        """A line a record: what would be stored, or what is wrong, by file and line."""
        if names := columns_left_out(made.findings):
            self.stdout.write(f"Columns that are left out: {', '.join(names)}")
        for finding in made.findings:
            where = ", ".join(part for part in (finding["name"], finding["place"]) if part)
            if finding["problem"]:
                self.stderr.write(f"{where}: {finding['problem']}")
            elif finding["same_as"]:
                self.stdout.write(
                    f"{where}: left out, the same text as {named(finding['same_as'])}"
                )
            else:
                n_words, title = finding["n_words"], finding["source"]["title"]
                words = "1 word" if n_words == 1 else f"{n_words:,} words"
                self.stdout.write(f"{where}: “{title}”, {words}")

    def store(self, made: Import, actor: User, all_or_none: bool) -> None:
        counts = tally(made.findings)
        if not counts.new or (all_or_none and counts.wrong):
            cancel_import(made=made)
            raise CommandError(
                f"Nothing was stored: {counts.wrong} wrong, {counts.twice} here already, "
                f"{counts.new} new."
            )
        done = store_import(import_id=made.pk, actor=actor, all_or_none=all_or_none)
        if done.state != ImportState.DONE:
            raise CommandError(done.message)
        self.stdout.write(
            f"{done.n_done} stored, {counts.twice} here already, {counts.wrong} wrong."
        )


def read(path: Path) -> bytes:
    """The bytes of a file, unless it is larger than any import may be."""
    limit = import_limits().upload_bytes
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > limit:
        raise CommandError(
            f"{path} is more than {in_bytes(limit)}. Divide it, or let this run take more: "
            "SOURCEMARK_MAX_UPLOAD_BYTES=… before the command (SOURCEMARK_MAX_UNPACKED_BYTES, too)."
        )
    return content


def named(same: dict[str, str]) -> str:
    if "id" in same:
        return f"“{same['title']}” in the study"
    return ", ".join(part for part in (same["name"], same["place"]) if part)
