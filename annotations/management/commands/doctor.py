"""`manage.py doctor`: look for anything that is not as it must be."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from annotations.exchange.queries import find_study
from annotations.management.explained import ExplainedCommand
from annotations.text.refusal import Refusal


class Command(ExplainedCommand):
    help = (
        "Check every stored row against what must always hold: texts and their hashes, places and\n"
        "quotes of marks, history without gaps, submissions, gold and who decided it, kept sums,\n"
        "and the guards of the database. Nothing is changed; saves go on meanwhile.\n"
        "Kept tables of up to 500 articles and three kept gammas a study are made anew and\n"
        "compared; with --thorough all of them, which may take hours.\n\n"
        "Entries of the audit hold each other, so that one cannot be changed or taken away by\n"
        "itself. The newest ones can: keep the last digest= of the security log elsewhere, and\n"
        "ask for it with --since.\n\n"
        "A line a finding: what, where, what to do. Exit codes: 0 nothing found, 1 something.\n\n"
        "Examples:\n"
        "  manage.py doctor\n"
        '  manage.py doctor --study "Arden strike"\n'
        "  manage.py doctor --json > findings.jsonl       one JSON object a line\n"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--study", metavar="STUDY", help="only this one: id or exact name")
        parser.add_argument(
            "--thorough", action="store_true", help="make all kept tables and gammas anew"
        )
        parser.add_argument(
            "--since", metavar="DIGEST", default="", help="an entry of the audit that must be there"
        )
        parser.add_argument("--json", action="store_true", help="findings as JSON, one a line")

    def handle(self, *args: Any, **options: Any) -> None:
        from project.doctor import examine

        try:
            study_id = find_study(options["study"]).pk if options["study"] else None
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        n_found = 0
        since = options["since"].strip().lower()
        for finding in examine(study_id, thorough=options["thorough"], since=since):
            n_found += 1
            told = json.dumps(asdict(finding), default=str, ensure_ascii=False)
            self.stdout.write(told if options["json"] else str(finding))
        if n_found:
            word = "thing is" if n_found == 1 else "things are"
            raise CommandError(f"{n_found} {word} not as it should be.", returncode=1)
        if not options["json"]:
            self.stdout.write("All is well.")
