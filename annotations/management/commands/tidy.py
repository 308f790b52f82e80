"""`manage.py tidy`: remove what has served its time."""

from typing import Any

from annotations.management.explained import ExplainedCommand


class Command(ExplainedCommand):
    help = (
        "Remove rows that have served their time: sessions that have ended, counts of wrong\n"
        "passwords, answers kept for programs' repeated requests, finished work of the queue.\n"
        "Nothing of anybody's work is among it. Run it once a day (deploy/systemd does).\n\n"
        "Example:\n"
        "  manage.py tidy\n"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        from project.keeping.tidying import tidy

        for what, n_rows in tidy().items():
            self.stdout.write(f"{n_rows:>9,} {what}")
