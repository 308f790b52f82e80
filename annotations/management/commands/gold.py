"""`manage.py gold`: how far a study's gold is, by kind of case, and how long decisions took."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from annotations.curation.actions.counting import counted_in_time
from annotations.curation.kinds import KINDS
from annotations.curation.queries.figures import BREAK, read_pace
from annotations.exchange.queries import find_study
from annotations.management.explained import ExplainedCommand
from annotations.study.models import Study
from annotations.text.refusal import Refusal


class Command(ExplainedCommand):
    help = (
        "Print how far the gold of a study is: cases by kind, settled and all, as on the Gold\n"
        "page, and the median time from one decision of a curator to the next.\n\n"
        "Examples:\n"
        '  manage.py gold "Arden strike"\n'
        '  manage.py gold "Arden strike" --json\n'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="its id, or its exact name")
        parser.add_argument("--json", action="store_true", help="the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = figures_of(find_study(options["study"]))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(told, indent=2) if options["json"] else as_text(told))


def figures_of(study: Study) -> dict[str, Any]:
    totals, n_left = counted_in_time(study)
    while n_left:
        totals, n_left = counted_in_time(study)
    pace = read_pace(study)
    seconds = None if pace.median is None else round(pace.median.total_seconds(), 1)
    return {
        "study": study.name,
        "articles": totals.n_articles,
        "closed": totals.n_closed,
        "cases": totals.n_all,
        "decided": totals.n_decided,
        "left_undecided": totals.n_undecided,
        "votes_changed_since": totals.n_changed,
        "new_since_closed": totals.n_new,
        "kinds": {
            kind: {"decided": totals.kinds[kind][1], "all": totals.kinds[kind][0]}
            for kind in KINDS
            if kind in totals.kinds
        },
        "median_seconds_between_decisions": seconds,
        "gaps_measured": pace.n_gaps,
        "breaks_left_out": pace.n_breaks,
        "curators_measured": pace.n_curators,
    }


def as_text(told: dict[str, Any]) -> str:
    names = {kind: title for kind, title in KINDS.items() if kind in told["kinds"]}
    width = max((len(title) for title in names.values()), default=0)
    lines = [
        f"{told['study']}: {told['decided']} of {told['cases']} cases settled, "
        f"{told['left_undecided']} of them left undecided; "
        f"{told['closed']} of {told['articles']} articles closed.",
        "",
        f"{'Kind':<{width}}  Settled      All",
    ]
    for kind, title in names.items():
        one = told["kinds"][kind]
        lines.append(f"{title:<{width}}  {one['decided']:>7}  {one['all']:>7}")
    seconds, breaks = told["median_seconds_between_decisions"], BREAK.seconds // 60
    lines += [
        "",
        "Nobody has decided twice in a row yet: there is no time to tell."
        if seconds is None
        else f"{seconds} seconds from one decision to the next (the median of "
        f"{told['gaps_measured']} gaps of {told['curators_measured']} curator"
        f"{'' if told['curators_measured'] == 1 else 's'} within an article; "
        f"{told['breaks_left_out']} longer than {breaks} minutes are left out).",
    ]
    return "\n".join(lines)
