"""`python -m bench.report_page`: what the agreement page costs on a large study.

A temporary SQLite database with 1,000 articles, three annotators and 40 spans each, every article
adjudicated and closed with 40 gold spans. Measured are
process CPU seconds and SQL queries of the server side alone, through Django's test client: the
first computation; the page as it is opened again and again (median of RUNS: sums and tables are
kept); counting the one article that somebody submitted meanwhile; the first page after that, which
makes the tables anew from the stored sums; a page of the passages behind all labels together, its
last page, behind one label, and behind a figure against gold. The exit status is 1 when a goal was
missed.

    python -m bench.report_page [--articles 1000] [--json]
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

RUNS = 5
N_ANNOTATORS = 3
N_SPANS = 40
N_WORDS = 600
GOALS = {
    "first computation, CPU s": 10.0,
    "page, CPU s": 0.5,
    "page, queries": 20,
    "one more submission, CPU s": 0.1,
    "passages, CPU s": 1.0,
    "passages, last page, CPU s": 1.0,
    "passages of a label, CPU s": 1.0,
    "passages against gold, CPU s": 1.0,
}
LISTED = {
    "passages, CPU s": "?label=",
    "passages, last page, CPU s": "?label=&page=999999",
    "passages of a label, CPU s": "?label=allegation&kind=boundary",
    "passages against gold, CPU s": "?listing=gold&kind=boundary",
}


def prepare(folder: Path) -> None:
    os.environ["SOURCEMARK_VAR"] = str(folder)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'bench.sqlite3'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def make_rows(n_articles: int) -> tuple[Any, Any, list[Any]]:
    """(study, manager, its articles) with all work submitted but the last one of the third."""
    from annotations.accounts.models import User
    from annotations.study.actions import create_study
    from bench.marking_server.seed import article_row, join, make_text, make_user

    dice = random.Random(1)
    manager: User = make_user("manager")
    study = create_study(actor=manager, name="Large")
    people = [join(study, make_user(f"annotator{n}")) for n in range(N_ANNOTATORS)]
    from annotations.corpus.models import Article

    articles = [
        article_row(study, f"{n}. {make_text(N_WORDS, dice)}", f"Article {n:05}")
        for n in range(n_articles)
    ]
    Article.objects.bulk_create(articles, batch_size=200)
    for person in people:
        make_marks(study, person, articles, dice)
    make_gold(study, manager, articles, dice)
    return study, manager, articles


def make_gold(study: Any, curator: Any, articles: list[Any], dice: random.Random) -> None:
    """Every article is closed. Half of the gold is as the first annotator marked it."""
    from django.utils import timezone

    from annotations.curation.models import Adjudication, Case, GoldSpan
    from annotations.marking.models import Span

    now, version = timezone.now(), study.codebook_versions.get()
    closed = {
        article.pk: Adjudication(
            study=study,
            article=article,
            state="closed",
            rev=N_SPANS,
            n_versions=1,
            alias_seed=1,
            closed_at=now,
            closed_by=curator,
        )
        for article in articles
    }
    Adjudication.objects.bulk_create(closed.values(), batch_size=500)
    first = Span.objects.filter(assignment__annotator__username="annotator0")
    cases, gold = [], []
    for span in first.select_related("assignment__article").iterator():
        article = span.assignment.article
        end = min(span.end + (dice.random() < 0.5), article.n_code_points)
        where = {"adjudication": closed[article.pk], "start": span.start, "end": end}
        decided = {"state": "decided", "choice": "edited", "curator": curator, "decided_at": now}
        case = Case(id=uuid.uuid4(), study=study, kind="boundary", **where, **decided)
        cases.append(case)
        gold.append(
            GoldSpan(
                study=study,
                case=case,
                label_id=span.label_id,
                codebook_version=version,
                stretch=f"{span.start}-{end}",
                text_length=article.n_code_points,
                created_at=now,
                changed_at=now,
                **where,
            )
        )
    Case.objects.bulk_create(cases, batch_size=2000)
    GoldSpan.objects.bulk_create(gold, batch_size=2000)


def make_marks(study: Any, person: Any, articles: list[Any], dice: random.Random) -> None:
    from django.utils import timezone

    from annotations.assignment.models import Assignment
    from annotations.marking.models import Fragment, Span

    now, labels = timezone.now(), list(study.labels.all())
    version, main = study.codebook_versions.get(), study.rounds.all()[0]
    work = [
        Assignment(
            study=study,
            round=main,
            article=article,
            annotator=person,
            state="submitted",
            submitted_at=now,
            rev=N_SPANS,
            created_by=study.created_by,
        )
        for article in articles
    ]
    Assignment.objects.bulk_create(work, batch_size=500)
    spans, fragments = [], []
    for one in work:
        last = one.article.n_code_points - 60
        starts = sorted(dice.sample(range(last), N_SPANS))
        for start, end in ((start, start + dice.randint(3, 60)) for start in starts):
            span = Span(
                id=uuid.uuid4(),
                study=study,
                assignment=one,
                label=dice.choice(labels),
                codebook_version=version,
                start=start,
                end=end,
                stretch=f"{start}-{end}",
                created_at=now,
                changed_at=now,
            )
            spans.append(span)
            fragments.append(
                Fragment(
                    study=study,
                    span=span,
                    start=start,
                    end=end,
                    quote=one.article.text[start:end],
                    text_length=one.article.n_code_points,
                )
            )
    Span.objects.bulk_create(spans, batch_size=2000)
    Fragment.objects.bulk_create(fragments, batch_size=5000)


def timed(client: Any, url: str) -> tuple[float, int]:
    """(CPU seconds, queries) of one request."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        before = time.process_time()
        answer = client.get(url, HTTP_HOST="127.0.0.1")
        spent = time.process_time() - before
    if answer.status_code != 200:
        raise SystemExit(f"{url} answered {answer.status_code}.")
    return spent, len(queries)


def refresh_one(study: Any, article: Any) -> float:
    """CPU seconds to count one article anew after somebody submitted it."""
    from annotations.assignment.models import Assignment
    from annotations.reports.actions import refresh_sums
    from annotations.reports.models import ArticleSums
    from annotations.reports.queries import read_inputs
    from annotations.reports.selection import Selection

    spent = []
    for _ in range(RUNS):
        one = Assignment.objects.filter(article=article).first()
        assert one is not None
        Assignment.objects.filter(pk=one.pk).update(rev=one.rev + 1)
        stored = ArticleSums.objects.get(article=article).input_hash
        before = time.process_time()
        refresh_sums(study=study, inputs=read_inputs(study, Selection(articles=(article.pk,))))
        spent.append(time.process_time() - before)
        assert ArticleSums.objects.get(article=article).input_hash != stored
    return statistics.median(spent)


def page_after_submission(client: Any, url: str, article: Any) -> float:
    """CPU seconds of the page that is opened first after somebody submitted."""
    from annotations.assignment.models import Assignment

    spent = []
    for _ in range(RUNS):
        one = Assignment.objects.filter(article=article).first()
        assert one is not None
        Assignment.objects.filter(pk=one.pk).update(rev=one.rev + 1)
        spent.append(timed(client, url)[0])
    return statistics.median(spent)


def measure(n_articles: int) -> dict[str, float]:
    from django.test import Client
    from django.urls import reverse

    study, manager, articles = make_rows(n_articles)
    client = Client()
    client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = reverse("reports:agreement", args=[study.pk])
    first, _ = timed(client, url)
    pages = [timed(client, url) for _ in range(RUNS)]
    return {
        "first computation, CPU s": first,
        "page, CPU s": statistics.median(cpu for cpu, _ in pages),
        "page, queries": max(queries for _, queries in pages),
        "one more submission, CPU s": refresh_one(study, articles[0]),
        "page after it, CPU s": page_after_submission(client, url, articles[0]),
        **{name: listed(client, study, query) for name, query in LISTED.items()},
    }


def listed(client: Any, study: Any, query: str) -> float:
    """CPU seconds of a page of passages."""
    from django.urls import reverse

    url = reverse("reports:passages", args=[study.pk]) + query
    return statistics.median(timed(client, url)[0] for _ in range(RUNS))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        found = measure(options.articles)
    missed = [name for name, goal in GOALS.items() if found[name] > goal]
    if options.json:
        json.dump({**found, "missed": missed}, sys.stdout)
        return 1 if missed else 0
    for name, value in found.items():
        goal = GOALS.get(name)
        against = f"   goal {goal:g}   {value / goal:6.2f} of it" if goal else ""
        print(f"{name:30} {value:8.3f}{against}{'   MISSED' if name in missed else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
