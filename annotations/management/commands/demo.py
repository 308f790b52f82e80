"""`manage.py demo`: a study that looks real, and the sign-ins of its people."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annotations.exchange.actions import ensure_demo
from annotations.exchange.demo.files import demo_files
from annotations.exchange.demo.sign_ins import NAME, table
from annotations.management.explained import told_to_nobody
from annotations.reports.actions import make_report
from annotations.reports.selection import Selection
from annotations.study.models import Study
from annotations.text.refusal import Refusal

REPORT = "How far we agree so far"


def keep_report(study: Study) -> None:
    """So that a newcomer sees every figure, gamma too, which is counted for kept reports only."""
    make_report(study=study, actor=study.created_by, name=REPORT, selection=Selection())


class Command(BaseCommand):
    help = (
        "Make the demo study with its articles, people and marks, unless it is there already, and "
        "print the sign-ins. Passwords are random and kept in the var folder."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reset",
            action="store_true",
            help="put the demo study in the bin and make it anew; nothing else is touched",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.VAR_DIR)
        try:
            with told_to_nobody():  # a story's people
                demo = ensure_demo(folder=folder, reset=options["reset"])
                if demo.made:
                    keep_report(demo.study)
        except Refusal as refusal:
            raise CommandError(f"The demo study was not made. {refusal}") from refusal
        where = " It is in the bin; --reset makes it anew." if demo.study.deleted_at else ""
        self.stdout.write(f"{demo.study.name}{' is made' if demo.made else ''}.{where}")
        rows = [("user name", "password", "is", "name")]
        for person in demo_files().people:
            password = demo.passwords[person.username]
            roles = ", ".join(person.roles)
            rows.append((person.username, password, roles, person.display_name))
        self.stdout.write(table(rows))
        self.stdout.write(f"These sign-ins are kept in {folder / NAME}.")
