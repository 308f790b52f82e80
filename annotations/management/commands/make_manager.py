"""`manage.py make_manager`: somebody to lead a study that nobody leads, or one more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from annotations.exchange.queries import find_study
from annotations.exchange.queries.finding import find_account
from annotations.management.explained import ExplainedCommand
from annotations.study.actions.people import set_roles
from annotations.study.models import Role
from annotations.study.queries.people import roles_of
from annotations.text.refusal import Refusal

HOW = """\
STUDY  its id, or its exact name
NAME   the user name or e-mail address of an account that can sign in here

For a study that came in without a manager, or whose managers are all gone. The person keeps the
other roles they have. It stands in the study's history.

Examples:
  manage.py make_manager "Arden" alice

Exit codes: 0 the account manages the study, 1 refused, 2 the command line is not understood."""


class Command(ExplainedCommand):
    help = f"Let somebody manage a study.\n\n{HOW}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("name", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            study = find_study(options["study"])
            user = find_account(options["name"])
            roles = roles_of(study, user)
            if Role.MANAGER not in roles:
                set_roles(study=study, actor=user, user=user, roles=[*roles, Role.MANAGER])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{user.username} manages “{study.name}”.")
