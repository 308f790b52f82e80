"""`manage.py remove_second_factor USER`: let somebody in again who lost app, keys and codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.accounts.actions import remove_second_factors
from annotations.accounts.queries import find_account


class Command(BaseCommand):
    help = (
        "Remove every second factor and recovery code of an account, and sign it out everywhere. "
        "Make sure first, by voice or in person, that it is its owner who asks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="user name or e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_account(options["user"])
        if user is None:
            raise CommandError(f"There is no account {options['user']!r}.")
        removed = remove_second_factors(user=user)
        self.stdout.write(f"{user.username}: {removed} removed.")
