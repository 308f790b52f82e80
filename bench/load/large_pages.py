"""Fills an empty PostgreSQL with a large study; prints what its pages cost, as JSON.

    python -m bench.load.large_pages 100000

The pages are asked of Django itself, without a web server between: the time is the server's.
"""

import json
import os
import statistics
import sys
import time
import uuid
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from annotations.accounts.models import User  # noqa: E402
from annotations.corpus.models import Article  # noqa: E402
from annotations.curation.actions.counting import counted_in_time  # noqa: E402
from annotations.curation.models import ArticleCases  # noqa: E402
from annotations.marking.models import Span  # noqa: E402
from annotations.study.models import Study  # noqa: E402
from bench.load.addresses import addresses  # noqa: E402
from bench.load.large_rows import Large, fill, pretend_counted  # noqa: E402
from bench.marking_server.seed import signed_in  # noqa: E402

TIMES, COUNTING = 5, 60.0


def cost(client: Client, path: str) -> dict[str, Any]:
    """Median milliseconds of the server; the first answer warms up and counts the queries."""
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path, headers={"Host": "127.0.0.1"})
    if response.status_code not in (200, 302):
        raise SystemExit(f"{path} answers {response.status_code}.")
    queries = list(asked.captured_queries)
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get(path, headers={"Host": "127.0.0.1"})
        taken.append((time.perf_counter() - began) * 1000)
    slowest = max(queries, key=lambda query: float(query["time"]), default={"time": 0, "sql": ""})
    return {
        "ms": statistics.median(taken),
        "queries": len(queries),
        "slowest_ms": float(slowest["time"]) * 1000,
        "slowest": str(slowest["sql"])[:2_000],
    }


def count_all(study: Study) -> float:
    """Articles a second whose cases are counted for the first time, as by curators who open the
    queue again and again. After a minute the rest is filled in: it is the pages that matter."""
    began, n_left = time.perf_counter(), 1
    while n_left and time.perf_counter() - began < COUNTING:
        _, n_left = counted_in_time(study)
    rate = ArticleCases.objects.filter(study=study).count() / (time.perf_counter() - began)
    pretend_counted(study)
    return rate


def found(name: str) -> Large:
    study = Study.objects.get(name=name)
    low = name.lower()
    annotator = User.objects.get(username=f"{low}_00")
    return Large(study, study.created_by, annotator, User.objects.get(username=f"{low}_desk"))


def main(given: list[str]) -> None:
    big = found("Huge") if given[0] == "0" else fill(int(given[0]))
    clients: dict[uuid.UUID, Client] = {}
    costs = {}
    rate = count_all(big.study)
    for name, user, path in addresses(big):
        if user.pk not in clients:
            clients[user.pk] = Client()
            clients[user.pk].cookies["sessionid"] = signed_in(user)
        costs[name] = cost(clients[user.pk], path)
        print(f"{name}: {costs[name]['ms']:.0f} ms", file=sys.stderr, flush=True)
    told = {
        "n_articles": Article.objects.filter(study=big.study).count(),
        "n_spans": Span.objects.filter(study=big.study).count(),
        "counted_a_second": rate,
        "pages": costs,
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
