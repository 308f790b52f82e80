"""`manage.py import_corpus`: articles with what was marked in them elsewhere, of any size."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from annotations.exchange.actions.bringing import NO_ARTICLE, format_of
from annotations.exchange.actions.from_disk import OnDisk, store_from_disk
from annotations.exchange.actions.looking import foreseen, guess, look, open_round, refuse_misfit
from annotations.exchange.actions.storing import UnseenLosses
from annotations.exchange.bringing import LEFT_OUT, NEW, Mapping, Survey, show_foreseen
from annotations.exchange.bringing.mapping_file import (
    Said,
    amended,
    mapping_file,
    read_mapping_file,
)
from annotations.exchange.frame import FileRefused, SourceFiles
from annotations.exchange.models import CorpusImport
from annotations.exchange.packing.wording import number_of
from annotations.exchange.queries import find_manager, find_study
from annotations.management.explained import ExplainedCommand
from annotations.study.models import Study
from annotations.text.refusal import Refusal

from .export_study import is_read, listed

EVERY = 500  # articles between two lines of progress
HOW = f"""\
STUDY  its id, or its exact name
PATH   a file, a .zip or a folder; several are read as one corpus (a .txt and its .ann)

Does what the page “Import marks” does, without its limits of size. First look, then store:

  manage.py import_corpus "Arden" corpus/ --check --mapping arden.json

says how many articles, labels and people the files hold, with examples, what becomes of each, and
all that would be repaired, left out or refused. arden.json then holds what becomes of labels and
people; correct it in an editor, and

  manage.py import_corpus "Arden" corpus/ --mapping arden.json

stores it: all or nothing. Instead of a file, or over it, the options below say the same.
Names that the study has meet; other labels and people are made new, with accounts that nobody can
sign in with; what a model marked, and gold, are left out unless you say who gets them.

What cannot be taken (marks whose words stand elsewhere, texts with control characters, two
articles with one text, work that somebody has done here already) is listed, and stops the import
unless --leave-out says that the rest comes in without it.

Formats:
{listed(is_read)}

Examples:
  manage.py import_corpus "Arden" polnear.zip --format brat --leave-out --by helen.demo
  manage.py import_corpus "Arden" spans.csv articles.csv --label Claim=allegation --label Junk=leave
  manage.py import_corpus "Arden" out.jsonl --person bob=robert --model gpt=carol --gold-as new

Progress goes to stderr. Articles are read and stored one after the other, not held in memory; 150
with three annotators and 40 spans each took 21 seconds of processor time. On SQLite
nothing else is saved while it is stored: take a time when nobody works.
Exit codes: 0 stored (with --check: could be stored), 1 refused (nothing is stored),
2 the command line is not understood."""


WHOLE = (
    "This is a whole study. Its articles, marks and links come into this one; import_study brings "
    "it back as it was, with history, gold, rounds and threads."
)


class Command(ExplainedCommand):
    help = f"Bring in articles with what was marked in them elsewhere.\n\n{HOW}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("paths", metavar="PATH", nargs="+", type=Path)
        parser.add_argument("--check", action="store_true", help="only say what would become of it")
        parser.add_argument("--format", default="", metavar="NAME", help="default: found out")
        parser.add_argument("--by", metavar="MANAGER", help="in whose name; needed with several")
        what = parser.add_argument_group("what becomes of what")
        what.add_argument(
            "--mapping", type=Path, metavar="FILE",
            help="says it for all; --check writes it where it is not there yet",
        )  # fmt: skip
        for name, value, words in (
            ("label", "OLD=SLUG", "a label of the files: a label here, “new” or “leave”"),
            ("person", "OLD=USER", "a person of the files: somebody here, “new” or “leave”"),
            ("model", "OLD=USER", "this one is a model; who decides on its suggestions"),
        ):
            what.add_argument(
                f"--{name}", action="append", default=[], metavar=value, help=f"{words}; repeat it"
            )
        what.add_argument("--gold-as", metavar="USER", help="who gets gold as work; or “new”")
        what.add_argument("--round", metavar="NAME", help="of the work (default: first open one)")
        what.add_argument("--no-submit", action="store_true", help="leave the work open")
        what.add_argument(
            "--leave-out", action="store_true", help="store the rest without what cannot be taken"
        )
        files = parser.add_argument_group("where the files do not say it")
        files.add_argument("--annotator", default="", metavar="NAME", help="whose marks they are")
        files.add_argument("--language", default="", metavar="CODE", help="en, de, ar, …")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.bring(options)
        except UnseenLosses as unseen:
            said = "More is left out than was said above: the study changed meanwhile."
            raise CommandError(f"{said}\nNothing was stored. Try it again.") from unseen
        except Refusal as refusal:
            raise CommandError(f"{refusal}\nNothing was stored.") from refusal
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error

    def bring(self, options: dict[str, Any]) -> None:
        study = find_study(options["study"])
        actor = find_manager(study, options["by"])
        files = SourceFiles.all_on_disk(options["paths"])
        form = format_of(files, options["format"])
        hints = {"annotator": options["annotator"], "language": options["language"]}
        source = OnDisk(study, form, files, hints)
        self.n_all, self.doing = 0, "read"
        found = look(study, source.open(), self.tell)
        self.n_all, self.doing = found.n_articles, "looked at"
        mapping = self.mapped(study, found, options)
        show_foreseen(found, foreseen(study, source.open(), found, mapping, self.tell))
        for line in told(study, form.title, found, mapping):
            self.stdout.write(line)
        if form.is_whole:
            self.stdout.write(WHOLE)
        self.refuse_wrong(found, mapping, options)
        if options["check"]:
            self.stdout.write("Nothing was stored: --check was given.")
            return
        self.doing = "stored"
        made = store_from_disk(
            source=source, actor=actor, found=found, mapping=mapping, tell=self.tell
        )
        self.stdout.write(stored(made))

    def mapped(self, study: Study, found: Survey, options: dict[str, Any]) -> Mapping:
        """The guess, then what a file says, then what the options say. Writes the file."""
        mapping, path = guess(study, found), options["mapping"]
        given: list[Said] = []
        if path and (path.exists() or not options["check"]):
            given.append(read_mapping_file(path.read_text("utf-8-sig"), file=str(path)))
        given.append(said_in(options, mapping, given))
        for said in given:
            round_id = open_round(study, said.round) if said.round is not None else ""
            mapping = amended(mapping, said, found, round_id)
        refuse_misfit(study, mapping)
        if path and options["check"] and found.n_articles and not path.exists():
            path.write_bytes(mapping_file(mapping, round_name(study, mapping)))
            self.stderr.write(f"  {path} written: what becomes of labels and people.")
        return mapping

    def refuse_wrong(self, found: Survey, mapping: Mapping, options: dict[str, Any]) -> None:
        if not found.n_articles:
            raise FileRefused("", NO_ARTICLE)
        n_wrong = found.n_findings["refused"]
        if n_wrong and not mapping.leave_out:
            said = f"{n_wrong:,} of it cannot be taken (listed above)."
            raise FileRefused("", f"{said} Mend the files, or leave it out: --leave-out.")

    def tell(self, n: int) -> None:
        if n % EVERY == 0:
            of = f" of {self.n_all:,}" if self.n_all else ""
            self.stderr.write(f"  {n:,}{of} articles {self.doing} …")


def said_in(options: dict[str, Any], mapping: Mapping, before: Sequence[Said]) -> Said:
    """What the options say. Raises CommandError."""
    models = pairs("model", options["model"])
    known = next((each.models for each in before if each.models is not None), mapping.models)
    return Said(
        labels=pairs("label", options["label"]),
        people={**pairs("person", options["person"]), **models},
        models=[*known, *(name for name in models if name not in known)] if models else None,
        gold_as=options["gold_as"],
        round=options["round"],
        submit=False if options["no_submit"] else None,
        leave_out=True if options["leave_out"] else None,
    )


def pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """{"Claim": "allegation"} of ["Claim=allegation"]; an OLD name may have = in it."""
    found = {}
    for words in given:
        old, equals, here = words.rpartition("=")
        if not (old and equals and here):
            raise CommandError(f"--{option} wants OLD=HERE, not “{words}”.")
        found[old] = here
    return found


def round_name(study: Study, mapping: Mapping) -> str:
    return next((each.name for each in study.rounds.all() if str(each.pk) == mapping.round), "")


# --- what is said ---------------------------------------------------------------------------------


def told(study: Study, title: str, found: Survey, mapping: Mapping) -> Iterator[str]:
    """All that the page's preview says."""
    known = f" ({found.n_known:,} already here)" if found.n_known else ""
    counts = [
        f"{number_of(found.n_articles, 'article')}{known}",
        number_of(len(found.labels), "label"),
        "1 person" if len(found.people) == 1 else f"{len(found.people):,} people",
        *(number_of(n, one) for n, one in (
            (found.n_extents, "extent"), (found.n_links, "link"), (found.n_threads, "thread"),
        ) if n),
    ]  # fmt: skip
    yield f"{title}: {', '.join(counts)}."
    for each in found.articles:
        yield f"  “{each['title']}” begins: {each['begins']}"
    if found.labels:
        yield "Labels, and what becomes of each:"
    for name, seen in found.labels.items():
        examples = ", ".join(f"“{words}”" for words in seen.examples)
        yield f"  {name} = {becomes(mapping.labels.get(name, NEW))}"
        yield f"    {number_of(seen.n_spans, 'span')}: {examples}"
        if seen.attributes:
            yield f"    Answers: {', '.join(seen.attributes)}"
    if found.people:
        yield "People, and whose work theirs becomes:"
    for name, seen_of in found.people.items():
        is_model = " (a model: its marks become suggestions)" if name in mapping.models else ""
        yield f"  {name} = {becomes(mapping.people.get(name, LEFT_OUT))}{is_model}"
        n = number_of(seen_of["suggestions"], "suggestion")
        suggested = f", {n}" if seen_of["suggestions"] else ""
        yield f"    {held(seen_of['articles'], seen_of['spans'])}{suggested}"
    if found.n_gold_articles:
        yield f"Gold = {becomes(mapping.gold_as)}"
        yield f"    {held(found.n_gold_articles, found.n_gold_spans)}"
    submitted = "counts as submitted" if mapping.submit else "stays open"
    yield f"The work comes into the round “{round_name(study, mapping)}” and {submitted}."
    yield from findings_told(found)


def held(n_articles: int, n_spans: int) -> str:
    return f"{number_of(n_articles, 'article')}, {number_of(n_spans, 'span')}"


def becomes(choice: str) -> str:
    return {NEW: "new", LEFT_OUT: "left out"}.get(choice, choice)


def findings_told(found: Survey) -> Iterator[str]:
    for kind, said in (
        ("refused", "cannot be taken"),
        ("repaired", "repaired"),
        ("lost", "left out, because there is no place for it here"),
    ):
        if n := found.n_findings.get(kind, 0):
            yield f"{n:,} {said}:"
            yield from (f"  {sentence}" for sentence in found.findings[kind])
            if more := n - len(found.findings[kind]):
                yield f"  And {more:,} more."


def stored(made: CorpusImport) -> str:
    """What came of it, in one sentence."""
    counts = made.survey["stored"]
    n_wrong = made.survey["n_findings"]["refused"]
    n_new = counts.get("new_articles", 0)
    parts = [
        f"{number_of(counts.get('articles', 0), 'article')} ({n_new:,} new)",
        number_of(counts.get("assignments", 0), "assignment"),
        number_of(counts.get("spans", 0), "span"),
        number_of(counts.get("links", 0), "link"),
        number_of(counts.get("suggestions", 0), "suggestion"),
    ]
    without = f" {n_wrong:,} of the files could not be taken (listed above)." if n_wrong else ""
    return f"Stored: {', '.join(parts)}.{without}"
