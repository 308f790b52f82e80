"""Fills an empty PostgreSQL with a large study; prints what its pages cost, as JSON.

    python -m bench.load.large_pages 100000
    python -m bench.load.large_pages 0 --pages overview gold   # a study filled before

The pages are asked of Django itself, without a web server between: the time is the server's. Beside
it stands the CPU time of this process and of the database's together, which tells what a page
costs on a machine that does other things too.
"""

import argparse
import json
import os
import statistics
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from annotations.accounts.models import Scope, User  # noqa: E402
from annotations.accounts.tokens import make_token  # noqa: E402
from annotations.corpus.models import Article  # noqa: E402
from annotations.curation.actions.counting import counted_in_time  # noqa: E402
from annotations.curation.models import ArticleCases  # noqa: E402
from annotations.marking.models import Span  # noqa: E402
from annotations.study.models import Study  # noqa: E402
from bench.load.addresses import addresses  # noqa: E402
from bench.load.large_rows import fill, found, pretend_counted  # noqa: E402
from bench.marking_server.seed import signed_in  # noqa: E402

TIMES, COUNTING = 5, 60.0


class Visitor:
    """A person who asks for pages, and for lists of the programming interface."""

    def __init__(self, user: User) -> None:
        made = make_token(user=user, name="bench", scopes=[Scope.READ], keeps=timedelta(hours=1))
        self.client, self.secret = Client(), made.secret
        self.client.cookies["sessionid"] = signed_in(user)

    def get(self, path: str) -> Any:
        headers = {"Host": "127.0.0.1"}
        if path.startswith("/api/"):
            headers["Authorization"] = f"Bearer {self.secret}"
        return self.client.get(path, headers=headers)


def database_cpu() -> float:
    """Milliseconds that the process of the database which serves us has used; 0 where it is
    somewhere else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except OSError:
        return 0.0


def cost(visitor: Visitor, path: str, times: int = TIMES) -> dict[str, Any]:
    """Median milliseconds of the server; the first answer warms up and counts the queries."""
    with CaptureQueriesContext(connection) as asked:
        response = visitor.get(path)
    if response.status_code not in (200, 302):
        raise SystemExit(f"{path} answers {response.status_code}.")
    queries = list(asked.captured_queries)
    taken, used = [], []
    for _ in range(times):
        began, cpu = time.perf_counter(), time.process_time() * 1000 + database_cpu()
        visitor.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        used.append(time.process_time() * 1000 + database_cpu() - cpu)
    slowest = max(queries, key=lambda query: float(query["time"]), default={"time": 0, "sql": ""})
    return {
        "ms": statistics.median(taken),
        "cpu_ms": statistics.median(used),
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load.large_pages")
    parser.add_argument("n_articles", type=int, help="0: the study is there")
    parser.add_argument("--pages", nargs="*", help="only those whose names begin so")
    parser.add_argument("--times", type=int, default=TIMES)
    options = parser.parse_args()
    rate = None
    if options.n_articles:
        fill(options.n_articles, is_checked=False)
        rate = count_all(found().study)
    big = found()
    visitors: dict[uuid.UUID, Visitor] = {}
    costs = {}
    for name, user, path in addresses(big):
        if options.pages and not name.startswith(tuple(options.pages)):
            continue
        visitor = visitors.get(user.pk) or visitors.setdefault(user.pk, Visitor(user))
        costs[name] = one = cost(visitor, path, options.times)
        told = f"{one['ms']:.0f} ms, CPU {one['cpu_ms']:.0f} ms, {one['queries']} queries"
        print(f"{name}: {told}", file=sys.stderr, flush=True)
    told_all = {
        "n_articles": Article.objects.filter(study=big.study).count(),
        "n_spans": Span.objects.filter(study=big.study).count(),
        "counted_a_second": rate,
        "pages": costs,
    }
    json.dump(told_all, sys.stdout)


if __name__ == "__main__":
    main()
