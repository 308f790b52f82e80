"""`manage.py purge_bin`: delete for good the studies that have been in the bin long enough."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError

from annotations.accounts.models import User
from annotations.management.explained import ExplainedCommand
from annotations.study.actions.purging import purge_study, rows_of
from annotations.study.models import Study
from annotations.study.queries.studies import BIN_KEEPS, long_binned
from annotations.text.refusal import Refusal


class Command(ExplainedCommand):
    help = (
        "Delete for good the studies that have been in the bin for 30 days or more.\n\n"
        "Without --yes nothing is deleted: the command only says what would go. With --yes, all\n"
        "of each study goes, its history too, and cannot be brought back. Its name stays, with an\n"
        "entry of who purged it, when, and how many rows of what. Accounts stay.\n\n"
        "Examples:\n"
        "  manage.py purge_bin                       look first\n"
        "  manage.py purge_bin --yes --by anna       then delete, in the name of anna\n"
        "  manage.py purge_bin --days 90             only what has been there for 90 days\n"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=BIN_KEEPS.days,
            metavar="N",
            help=f"how long a study must have been in the bin (at least {BIN_KEEPS.days}, "
            "the time in which managers can bring it back)",
        )
        parser.add_argument("--yes", action="store_true", help="really delete")
        parser.add_argument(
            "--by",
            metavar="USER",
            help="user name of who purges; by default whoever put the study into the bin",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < BIN_KEEPS.days:
            raise CommandError(f"--days must be at least {BIN_KEEPS.days}.")
        keeps = timedelta(days=options["days"])
        studies = list(long_binned(keeps))
        if not studies:
            self.stdout.write(f"Nothing has been in the bin for {options['days']} days.")
            return
        actor = self.actor(options["by"])
        for study in studies:
            self.tell(study)
            if options["yes"]:
                self.purge(study, actor or study.deleted_by, keeps)
        if not options["yes"]:
            self.stdout.write("Nothing was deleted. Add --yes to delete this for good.")

    def actor(self, username: str | None) -> User | None:
        if username is None:
            return None
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no open account {username!r}.")
        return user

    def tell(self, study: Study) -> None:
        since = f"{study.deleted_at:%-d %b %Y}" if study.deleted_at else ""
        self.stdout.write(f"{study.name} ({study.pk}), in the bin since {since}")
        for name, n_rows in rows_of(study).items():
            self.stdout.write(f"  {n_rows:>9,} {name}")

    def purge(self, study: Study, actor: User | None, keeps: timedelta) -> None:
        assert actor is not None  # the database wants somebody for a study in the bin
        try:
            n_rows = purge_study(study=study, actor=actor, keeps=keeps)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"  {sum(n_rows.values()):,} rows deleted.")
