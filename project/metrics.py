"""Figures for Prometheus at /metrics: what this process answered, and how the queues stand.

Answers are counted per process; with several processes each scrape meets one of them, and
`sourcemark_process` tells which. What is asked of the database is the same from all of them.
"""

import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Lock

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_tasks_db.models import DBTaskResult

from annotations.accounts.models import Session

BOUNDS = (0.025, 0.1, 0.25, 1.0, 5.0)  # seconds
STARTED = time.time()


class Tally:
    """Answers by kind of request and of answer, and how long they took."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.answers: Counter[tuple[str, str]] = Counter()
        self.within: Counter[float] = Counter()
        self.seconds = 0.0
        self.n = 0

    def add(self, method: str, status: int, seconds: float) -> None:
        with self.lock:
            self.answers[method, f"{status // 100}xx"] += 1
            self.within.update(bound for bound in BOUNDS if seconds <= bound)
            self.seconds += seconds
            self.n += 1


tally = Tally()
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class CountingMiddleware:
    """Outermost, so that nothing is left out. Until headers are ready, not until all is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        tally.add(str(method), response.status_code, time.perf_counter() - began)
        return response


def may_look(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and secrets.compare_digest(given.encode(), wanted.encode())


@never_cache
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has METRICS_TOKEN; for others there is nothing here."""
    if not may_look(request):
        return HttpResponse("not found\n", status=404, content_type="text/plain")
    lines = "\n".join([*process_lines(), *database_lines(), ""])
    return HttpResponse(lines, content_type="text/plain; version=0.0.4; charset=utf-8")


def process_lines() -> Iterator[str]:
    with tally.lock:
        answers, within = dict(tally.answers), dict(tally.within)
        seconds, n = tally.seconds, tally.n
    yield "# HELP sourcemark_process Which process answers, and since when (seconds since 1970)."
    yield "# TYPE sourcemark_process gauge"
    yield f'sourcemark_process{{pid="{os.getpid()}"}} {STARTED:.0f}'
    yield "# HELP sourcemark_answers_total Answers of this process."
    yield "# TYPE sourcemark_answers_total counter"
    for (method, kind), count in sorted(answers.items()):
        yield f'sourcemark_answers_total{{method="{method}",status="{kind}"}} {count}'
    yield "# HELP sourcemark_answer_seconds Time to an answer of this process."
    yield "# TYPE sourcemark_answer_seconds histogram"
    for bound in BOUNDS:
        yield f'sourcemark_answer_seconds_bucket{{le="{bound}"}} {within.get(bound, 0)}'
    yield f'sourcemark_answer_seconds_bucket{{le="+Inf"}} {n}'
    yield f"sourcemark_answer_seconds_sum {seconds:.6f}"
    yield f"sourcemark_answer_seconds_count {n}"


def database_lines() -> Iterator[str]:
    live = Session.objects.filter(expire_date__gt=timezone.now()).exclude(user=None).count()
    yield "# HELP sourcemark_sessions Signed-in browsers."
    yield "# TYPE sourcemark_sessions gauge"
    yield f"sourcemark_sessions {live}"
    yield "# HELP sourcemark_queue Long work in the database's queue by its state."
    yield "# TYPE sourcemark_queue gauge"
    states = DBTaskResult.objects.order_by("status").values_list("status")
    for status, count in states.annotate(n=Count("pk")):
        yield f'sourcemark_queue{{status="{status}"}} {count}'
