"""`manage.py assign STUDY`: give a study's articles to its annotators by plan."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from annotations.accounts.models import User
from annotations.assignment.actions import apply_plan
from annotations.assignment.planning import count, remarks
from annotations.assignment.queries import list_annotators
from annotations.assignment.queries.plans import ArticleChoice, Asked, StudyPlan, draw_plan
from annotations.exchange.queries import find_manager, find_study
from annotations.management.explained import ExplainedCommand
from annotations.study.models import Round, Study
from annotations.text.refusal import Refusal


class Command(ExplainedCommand):
    help = (
        "Give a study's articles to its annotators: so many annotators for each article, an even\n"
        "load, and enough articles in common. What is assigned already stays; running it again\n"
        "after more people or articles have come only adds what is missing.\n\n"
        "Examples:\n"
        '  manage.py assign "Arden strike" --check                   look first\n'
        '  manage.py assign "Arden strike" --per-article 3           three annotators each\n'
        '  manage.py assign "Arden strike" --per-article 1 --overlap 10 --extra\n'
        "      one annotator each, but every two of them share at least ten articles\n"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="its id, or its exact name")
        parser.add_argument(
            "--per-article",
            type=int,
            default=2,
            metavar="N",
            help="how many annotators mark each article (default: 2)",
        )
        parser.add_argument(
            "--overlap",
            type=int,
            default=0,
            metavar="K",
            help="how many articles every two annotators share at least; agreement between two "
            "people can only be measured on articles both have (default: 0)",
        )
        parser.add_argument(
            "--extra",
            action="store_true",
            help="give some articles more than N annotators where that is needed to reach K",
        )
        parser.add_argument("--round", default="", help="its name; by default the last open one")
        parser.add_argument(
            "--annotators", nargs="+", metavar="NAME", help="user names; by default all of them"
        )
        parser.add_argument(
            "--most",
            action="append",
            default=[],
            metavar="NAME=NUMBER",
            help="the most articles one person is to hold in all; can be given several times",
        )
        parser.add_argument("--event", default="", help="only articles on this event")
        parser.add_argument("--words", default="", help="only articles with this in the title")
        parser.add_argument(
            "--seed",
            type=int,
            default=1,
            metavar="N",
            help="a number that fixes how articles are drawn; another number gives another plan",
        )
        parser.add_argument("--by", metavar="MANAGER", help="who assigns, if there are several")
        parser.add_argument("--check", action="store_true", help="only say what would be assigned")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            study = find_study(options["study"])
            actor = find_manager(study, options["by"])
            asked = read_options(study, options)
            if options["check"]:
                self.tell(draw_plan(study, asked), asked)
                self.stdout.write("Nothing was assigned: --check was given.")
            else:
                self.tell(apply_plan(study=study, actor=actor, asked=asked), asked)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def tell(self, plan: StudyPlan, asked: Asked) -> None:
        """A line a person, then what falls short."""
        self.stdout.write(f"{count(len(plan.added), 'new assignment')}.")
        for person in asked.annotators:
            load = plan.loads[person.pk]
            self.stdout.write(f"{person.username}: {load.before} + {load.added} = {load.after}")
        if plan.lowest_shared is not None:
            self.stdout.write(f"Every two share {count(plan.lowest_shared, 'article')} or more.")
        for remark in remarks(plan):
            self.stderr.write(remark)


def read_options(study: Study, options: dict[str, Any]) -> Asked:
    if options["per_article"] < 1 or options["overlap"] < 0:
        raise CommandError("--per-article must be at least 1, and --overlap at least 0.")
    people = {person.username: person for person in list_annotators(study)}
    chosen = [named(people, name) for name in options["annotators"] or people]
    if not chosen:
        raise CommandError("The study has no annotators.")
    return Asked(
        round=find_round(study, options["round"]),
        annotators=tuple(chosen),
        per_article=options["per_article"],
        overlap=options["overlap"],
        articles=ArticleChoice(event=options["event"], words=options["words"]),
        caps=dict(read_cap(people, given) for given in options["most"]),
        extra=options["extra"],
        seed=options["seed"],
    )


def named(people: dict[str, User], name: str) -> User:
    if name not in people:
        raise CommandError(f"{name!r} is not the user name of an annotator of this study.")
    return people[name]


def read_cap(people: dict[str, User], given: str) -> tuple[Any, int]:
    name, equals, number = given.partition("=")
    if not equals or not number.isascii() or not number.isdigit():
        raise CommandError(f"--most takes NAME=NUMBER, not {given!r}.")
    return named(people, name).pk, int(number)


def find_round(study: Study, name: str) -> Round:
    rounds = study.rounds.filter(name=name) if name else study.rounds.filter(closed_at=None)
    found = rounds.last()
    if found is None:
        raise CommandError(f"There is no round {name!r}." if name else "All rounds are closed.")
    return found
