"""Fills an empty database with three studies and prints, as JSON, what each list page costs.

    python -m bench.lists.pages

10, 1,000 and 10,000 articles: each with two of four annotators, three in ten submitted with time
spent, one in ten in the bin, an entry of the history and an outlet; an event for every ten. The
pages are asked of Django itself, without a web server between, so that what is timed is ours.
"""

import json
import os
import random
import statistics
import sys
import time
import uuid
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from annotations.accounts.models import User  # noqa: E402
from annotations.assignment.models import Assignment, AssignmentState, WorkTime  # noqa: E402
from annotations.corpus.models import Article, Outlet  # noqa: E402
from annotations.study.models import AuditEntry, Membership, Role, Study  # noqa: E402
from bench.marking_server.seed import (  # noqa: E402
    article_row,
    assign,
    join,
    make_study,
    make_text,
    make_user,
    signed_in,
)

SIZES = (10, 1_000, 10_000)
N_PEOPLE, N_OUTLETS = 4, 5
TIMES = int(os.environ.get("BENCH_TIMES", "15"))
BATCH = 1_000


def make_rows(n_articles: int, dice: random.Random) -> Study:
    name = f"Study{n_articles}"
    study = make_study(name)
    manager = study.created_by
    people = [join(study, make_user(f"{name.lower()}_{n}")) for n in range(N_PEOPLE)]
    Membership.objects.create(study=study, user=make_user(f"{name}_desk"), role=Role.CURATOR)
    outlets = [Outlet.objects.create(study=study, name=f"Outlet {n}") for n in range(N_OUTLETS)]
    rows = [
        article_row(study, f"Article {n}. {make_text(40, dice)}", f"Article {n:05}")
        for n in range(n_articles)
    ]
    for n, row in enumerate(rows):
        row.outlet, row.event = outlets[n % N_OUTLETS], f"Event {n // 10:04}"
    Article.objects.bulk_create(rows, batch_size=BATCH)
    assign(rows, [[people[n % N_PEOPLE], people[(n + 1) % N_PEOPLE]] for n in range(n_articles)])
    submit_some(study)
    binned = [row.pk for row in rows[::10]]
    for at in range(0, len(binned), BATCH):
        some = Article.objects.filter(pk__in=binned[at : at + BATCH])
        some.update(deleted_at=timezone.now(), deleted_by=manager)
    AuditEntry.objects.bulk_create((entry(study, row) for row in rows), batch_size=BATCH)
    return study


def submit_some(study: Study) -> None:
    """Three in ten of each annotator's queue, from its beginning, with time spent."""
    chosen = []
    for person in study.memberships.filter(role=Role.ANNOTATOR).values_list("user", flat=True):
        theirs = Assignment.objects.filter(study=study, annotator=person).order_by("position")
        chosen += list(theirs[: theirs.count() * 3 // 10])
    for assignment in chosen:
        assignment.state, assignment.submitted_at = AssignmentState.SUBMITTED, timezone.now()
    Assignment.objects.bulk_update(chosen, ["state", "submitted_at"], batch_size=400)
    times = (
        WorkTime(study=study, assignment=assignment, tab=uuid.uuid4(), active_seconds=300)
        for assignment in chosen
    )
    WorkTime.objects.bulk_create(times, batch_size=BATCH)


def entry(study: Study, article: Article) -> AuditEntry:
    return AuditEntry(
        study=study,
        actor=study.created_by,
        action="article.imported",
        subject_type="article",
        subject_id=str(article.pk),
        subject_name=article.title,
    )


def pages(study: Study) -> list[tuple[str, User, str]]:
    """(name, who asks, address) of every page that lists articles, work or acts."""
    manager = study.created_by
    annotator = User.objects.get(username=f"{study.name.lower()}_0")
    curator = User.objects.get(username=f"{study.name}_desk")
    first = Assignment.objects.filter(study=study, annotator=annotator, article__deleted_at=None)
    article = first.order_by("position").values_list("article", flat=True)[0]
    overview = reverse("assignment:study", args=[study.pk])
    articles = reverse("corpus:articles", args=[study.pk])
    history = reverse("study:history", args=[study.pk])
    person = reverse("assignment:person", args=[study.pk, annotator.pk])
    outlet = Outlet.objects.filter(study=study).values_list("pk", flat=True)[0]
    return [
        ("home, manager", manager, reverse("assignment:home")),
        ("home, annotator", annotator, reverse("assignment:home")),
        ("own queue", annotator, overview),
        ("own done", annotator, f"{overview}?list=done"),
        ("next article", annotator, reverse("marking:next", args=[study.pk, article])),
        ("overview by article", manager, f"{overview}?show=articles"),
        ("  those submitted", manager, f"{overview}?show=articles&state=submitted"),
        ("  those nobody has", manager, f"{overview}?show=articles&state=nobody"),
        ("overview by person", manager, f"{overview}?show=people"),
        ("overview, curator", curator, overview),
        ("a person's work", manager, person),
        ("articles", manager, articles),
        ("  of one outlet", manager, f"{articles}?outlet={outlet}"),
        ("  of one event", manager, f"{articles}?event=Event+0000"),
        ("  last page", manager, f"{articles}?page=last"),
        ("bin", manager, reverse("corpus:articles_bin", args=[study.pk])),
        ("import", manager, reverse("corpus:import", args=[study.pk])),
        ("plan", manager, reverse("assignment:plan", args=[study.pk])),
        ("history", manager, history),
        ("  of articles", manager, f"{history}?what=article"),
        ("people", manager, reverse("study:people", args=[study.pk])),
        ("settings", manager, reverse("study:settings", args=[study.pk])),
        ("codebook versions", manager, reverse("study:codebook_versions", args=[study.pk])),
    ]


def cost(client: Client, path: str) -> dict[str, Any]:
    """Median milliseconds and the number of queries; the first answer warms up."""
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path, headers={"Host": "127.0.0.1"})
    queries = list(asked.captured_queries)  # the next request empties the log
    if response.status_code not in (200, 302):
        raise SystemExit(f"{path} answers {response.status_code}.")
    found = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get(path, headers={"Host": "127.0.0.1"})
        found.append((time.perf_counter() - began) * 1000)
    slowest = max(queries, key=lambda query: float(query["time"]))
    return {
        "ms": statistics.median(found),
        "queries": len(queries),
        "bytes": len(response.content),
        "slowest": slowest["sql"],
        "slowest_s": float(slowest["time"]),
    }


def main() -> None:
    dice = random.Random(20_261_122)
    with transaction.atomic():
        studies = {n: make_rows(n, dice) for n in SIZES}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")
    found: dict[str, dict[int, Any]] = {}
    clients: dict[uuid.UUID, Client] = {}
    for n, study in studies.items():
        for name, user, path in pages(study):
            if user.pk not in clients:
                clients[user.pk] = Client()
                clients[user.pk].cookies["sessionid"] = signed_in(user)
            found.setdefault(name, {})[n] = cost(clients[user.pk], path)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
