"""`manage.py export_study`: a study to files."""

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from annotations.assignment.models import AssignmentState
from annotations.exchange.actions import record_file
from annotations.exchange.actions.exports import agreement_tables, alias_secret, open_corpus
from annotations.exchange.formats import find_format, formats
from annotations.exchange.frame import Form
from annotations.exchange.packing import (
    NOT_OF_THE_WHOLE,
    QUOTING,
    About,
    NotSo,
    Packing,
    Wanted,
    misfits,
    pack,
    write_folder,
    write_zip,
)
from annotations.exchange.packing.wording import number_of
from annotations.exchange.queries import find_manager, find_study
from annotations.exchange.queries.exports import Reach, refuse_unknown, refuse_unreasoned
from annotations.exchange.queries.newest import newest
from annotations.exchange.queries.snapshot import snapshot
from annotations.management.explained import ExplainedCommand
from annotations.study.queries import find_standing
from annotations.text.refusal import Refusal


def is_read(form: Form) -> bool:
    return form.can_read


def is_written(form: Form) -> bool:
    return form.can_write


def listed(usable: Callable[[Form], bool]) -> str:
    """The formats that can be used so, one a line."""
    found = [form for form in formats().values() if usable(form)]
    width = max(len(form.name) for form in found)
    return "\n".join(f"  {form.name:{width}}  {form.title}" for form in found)


def options_listed() -> str:
    """The options of the formats that have any, and the values each takes."""
    lines = []
    for form in formats().values():
        for option in form.options:
            values = ", ".join(option.values)
            said = f"{option.title.lower()}: {values} (default: {option.default})"
            lines.append(f"  {form.name:<13} {option.name:<11} {said}")
    return "\n".join(lines)


def options_given(pairs: Sequence[str]) -> dict[str, str]:
    """{"scheme": "bioes"} of ["scheme=bioes"]. Raises CommandError."""
    given = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise CommandError(f"“{pair}” is no option. Write NAME=VALUE, such as scheme=bioes.")
        given[name.strip()] = value.strip()
    return given


STATES = ", ".join(AssignmentState.values)
HOW = f"""\
STUDY  its id, or its exact name
PATH   a folder that is not there yet, or a file that ends with .zip

Formats:
{listed(is_written)}

Options of formats (--option NAME=VALUE):
{options_listed()}

Beside the data there are always manifest.json (what this export is, with a SHA-256 of every
file) and data_card.md. What a format cannot keep is said in both.

Examples:
  manage.py export_study "Arden" arden.zip
  manage.py export_study "Arden" arden --format csv --pseudonyms
  manage.py export_study "Arden" tags --format conll --option scheme=bioes --option unit=character
  manage.py export_study "Arden" pilot.zip --format jsonl --round Pilot --only-chosen
  manage.py export_study "Arden" soft.zip --format jsonl --state any --soft-labels

Exit codes: 0 written, 1 refused (nothing is left behind), 2 the command line is not understood."""


class Command(ExplainedCommand):
    help = f"Write a study to files.\n\n{HOW}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("path", metavar="PATH", type=Path)
        parser.add_argument(
            "--format", default="sourcemark", metavar="NAME", help="default: the whole study"
        )
        parser.add_argument(
            "--option", action="append", default=[], metavar="NAME=VALUE",
            help="an option of the format; repeat it",
        )  # fmt: skip
        parser.add_argument("--by", metavar="MANAGER", help="in whose name; needed with several")
        parser.add_argument(
            "--reason", default="", metavar="WORDS",
            help="why work of others that is not submitted goes out; needed where that is chosen, "
            "and told in the history",
        )  # fmt: skip
        who = parser.add_argument_group("who and what (not for the whole study)")
        for name, words in (
            ("annotator", "only this person's marks"),
            ("label", "only this label, by its slug; “extent” is one"),
            ("round", "only this round"),
            ("state", f"work in this state: {STATES} or any, which is all (default: submitted)"),
        ):
            who.add_argument(
                f"--{name}", action="append", default=[], metavar="NAME", help=f"{words}; repeat it"
            )
        who.add_argument(
            "--only-chosen",
            action="store_true",
            help="only articles with work that the options above choose; without it all other "
            "articles go out, too, with their texts and gold",
        )
        who.add_argument("--no-gold", action="store_true", help="leave gold out")
        who.add_argument("--no-text", action="store_true", help=f"offsets and hashes. {QUOTING}")
        who.add_argument("--pseudonyms", action="store_true", help="stable aliases for names")
        who.add_argument("--soft-labels", action="store_true", help="how many gave each label")
        who.add_argument("--suggestions", action="store_true", help="undecided suggestions too")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        refuse_place(path)
        try:
            form = find_format(options["format"], is_written)
            study = find_study(options["study"])
            manager = find_manager(study, options["by"])
            standing = find_standing(manager, study.pk)
            assert standing is not None  # a manager of the study
            wanted = self.wanted(options)
            chosen = options_given(options["option"])
            if form.is_whole and wanted.states and options["state"]:
                raise NotSo("states", NOT_OF_THE_WHOLE)
            refuse_unknown(Reach(standing), wanted)
            reason = options["reason"].strip()
            if not form.is_whole:  # a copy of all of it, as whoever has the database may make
                refuse_unreasoned(Reach(standing), form, wanted, reason)
            packing = self.write(Reach(standing), form, wanted, chosen, path)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"Cannot write {path}: {error.strerror}.") from error
        record_file(
            study=study, actor=manager, form=form, wanted=wanted, packing=packing, reason=reason
        )
        counts = packing.counts
        self.stdout.write(
            f"{path}: {number_of(counts.n_articles, 'article')}, "
            f"{number_of(counts.n_spans, 'span')} of annotators, "
            f"{number_of(counts.n_gold_spans, 'gold span')}."
        )
        if not counts.n_articles:
            self.stdout.write("  It is empty: no article fits what was chosen.")
        if wanted.states == ("submitted",) and not form.is_whole:
            self.stdout.write("  Only submitted work is in it: --state any takes all.")

    def wanted(self, options: dict[str, Any]) -> Wanted:
        states = options["state"] or ["submitted"]
        return Wanted(
            annotators=tuple(options["annotator"]),
            labels=tuple(options["label"]),
            rounds=tuple(options["round"]),
            states=() if "any" in states else tuple(states),
            gold=not options["no_gold"],
            unmarked=not options["only_chosen"],
            texts=not options["no_text"],
            pseudonyms=options["pseudonyms"],
            soft_labels=options["soft_labels"],
            suggestions=options["suggestions"],
        )

    def write(
        self, reach: Reach, form: Form, wanted: Wanted, chosen: dict[str, str], path: Path
    ) -> Packing:
        for misfit in misfits(form, wanted):
            raise misfit  # before anything is counted or said
        if form.losses:
            self.stdout.write(f"{form.title} cannot keep:")
        for loss in form.losses:
            self.stdout.write(f"  {loss.sentence}")
        about = About(
            "",
            reach.standing.user.username,
            agreement_tables(reach.study, Wanted() if form.is_whole else wanted),
            secret=alias_secret(reach.study),
        )
        is_zip = path.suffix.lower() == ".zip"
        part = path.with_name(path.name + ".part")
        try:
            with snapshot():
                about = replace(about, as_of=newest(reach, form, wanted))
                packing = pack(
                    open_corpus(reach, form), form, about=about, wanted=wanted, options=chosen,
                    tell=self.tell,
                )  # fmt: skip
                (write_zip if is_zip else write_folder)(packing, part)
            part.rename(path)
        finally:
            remove(part)
        return packing

    def tell(self, n: int) -> None:
        if n % 500 == 0:
            self.stderr.write(f"  {n:,} articles …")


def refuse_place(path: Path) -> None:
    """Raises CommandError where something stands already, a zip would have no folder, or a folder
    would be called like a file."""
    if path.suffix.lower() in {end for form in formats().values() for end in form.endings}:
        ways = f"a folder ({path.stem}) or a zip ({path.stem}.zip)"
        raise CommandError(f"{path} would be a folder: an export is several files. Name {ways}.")
    if path.exists():
        raise CommandError(f"{path} is there already. Name another, or remove it.")
    if path.suffix.lower() == ".zip" and not path.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {path.parent} to write {path.name} in.")


def remove(path: Path) -> None:
    """A file or folder that was begun and not ended."""
    if path.is_dir():
        for inner in sorted(path.rglob("*"), reverse=True):
            inner.rmdir() if inner.is_dir() else inner.unlink()
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
