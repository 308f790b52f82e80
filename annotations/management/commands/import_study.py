"""`manage.py import_study`: a whole study from its file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from annotations.accounts.models import User
from annotations.exchange.actions import restore_study
from annotations.exchange.formats import recognised
from annotations.exchange.frame import FileRefused, SourceFiles
from annotations.exchange.packing.wording import number_of
from annotations.exchange.queries.finding import find_account
from annotations.management.explained import ExplainedCommand
from annotations.study.actions.people import set_roles
from annotations.study.models import Role
from annotations.study.queries.people import managers, roles_of
from annotations.text.refusal import Refusal

HOW = """\
FILE  what `manage.py export_study STUDY FILE.zip` wrote, or the study.json in it

Every row comes in as it was, under the same ids: codebook versions, people, rounds, articles,
marks, history, gold, threads and reports. All or nothing. Exported again, its study.json has the
same bytes as the file that came in where nobody of it had an account here before. Whoever had one
is that account: its id and its names stand in the new study.json instead of the file's, and people
stand in the order of their ids. With --manager also that person, their role and a line of history
that says who brought it in are in it.

People are met by their user names; --person OLD=HERE says it for those who are called otherwise
here. Whoever has no account gets one that nobody can sign in with, until a site admin opens it.
To see the study, somebody must manage it: --manager gives an account that is here already that
role. Afterwards `manage.py make_manager STUDY NAME` does.

Files of other formats come into a study on its page “Import marks” or, of any size, by
`manage.py import_corpus`.

Examples:
  manage.py import_study arden.zip --manager alice
  manage.py import_study arden.zip --person bob=robert --person carol=carol.k

Exit codes: 0 stored, 1 refused (nothing is stored), 2 the command line is not understood."""

NO_MANAGER = (
    "  Nobody manages it here, so only site admins (superusers) see it. Give it a manager, whose "
    "account must be there already:"
)


NO_STUDY = (
    "This is no whole study (“sourcemark-study/1”){other}. Articles with marks come into a study "
    "that is here by manage.py import_corpus STUDY FILE or on its page “Import marks”, one "
    "person's marks on one article by manage.py import_marks."
)


def refuse_others(path: Path, files: SourceFiles) -> None:
    """Raises FileRefused for what another way brings in."""
    found = recognised(files)
    if not any(form.is_whole for form in found):
        other = f" but {found[0].title}" if found else ""
        raise FileRefused(str(path), NO_STUDY.format(other=other))


class Command(ExplainedCommand):
    help = f"Bring in a whole study that was exported elsewhere.\n\n{HOW}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--person", action="append", default=[], metavar="OLD=HERE", help="who is whom; repeat"
        )
        parser.add_argument(
            "--manager",
            metavar="NAME",
            help="an account here, which is added to the study and manages it; exported again "
            "the file has that person, their role and its line of history too",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        manager = self.find(options["manager"])
        people = dict(self.pair(words) for words in options["person"])
        try:
            files = SourceFiles.on_disk(options["file"])
            refuse_others(options["file"], files)
            restored = restore_study(
                files=files,
                people=people,
                actor=manager,
                tell=self.tell,
            )
        except Refusal as refusal:
            raise CommandError(f"{refusal}\nNothing was stored.") from refusal
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}.") from error
        study = restored.study
        if manager is not None and Role.MANAGER not in roles_of(study, manager):
            roles = [*roles_of(study, manager), Role.MANAGER]
            set_roles(study=study, actor=manager, user=manager, roles=roles)
        stored = number_of(restored.n_articles, "article")
        self.stdout.write(f"“{study.name}” ({study.pk}): {stored} stored.")
        if restored.known_people:
            self.stdout.write(f"  Known here: {', '.join(sorted(restored.known_people))}.")
        if restored.new_people:
            names = ", ".join(sorted(restored.new_people))
            self.stdout.write(f"  New accounts that nobody can sign in with: {names}.")
        led_by = managers(study).order_by("username").values_list("username", flat=True)
        self.stdout.write(f"  Managed here by {', '.join(led_by)}." if led_by else NO_MANAGER)
        if not led_by:
            self.stdout.write(f"    manage.py make_manager {study.pk} NAME")

    def find(self, name: str | None) -> User | None:
        try:
            return find_account(name) if name is not None else None
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def pair(self, words: str) -> tuple[str, str]:
        old, equals, here = words.partition("=")
        if not (old and equals and here):
            raise CommandError(f"--person wants OLD=HERE, not “{words}”.")
        return old, here

    def tell(self, n: int) -> None:
        if n % 500 == 0:
            self.stderr.write(f"  {n:,} articles …")
