"""`manage.py purge_answers`: forget what programs were answered more than three days ago."""

from typing import Any

from django.core.management.base import BaseCommand

from annotations.api.actions import purge_answers


class Command(BaseCommand):
    help = (
        "Forget the answers that were kept so that a program's repeated request is not carried "
        "out twice (Idempotency-Key). They are kept for 72 hours; run this once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purge_answers():,} answers forgotten.")
