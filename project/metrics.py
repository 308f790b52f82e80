"""Figures for Prometheus at /metrics: what each process answered, and how the queues stand.

Every web process of a machine counts in a small file of its own that all of them read, so that a
scrape of one shows all, each under its process id. What is asked of the database is the same from
every process and every host. A figure of a process ends with the process; Prometheus' rate() and
sum() are made for that.
"""

import mmap
import os
import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from annotations.accounts.models import Session

BOUNDS = (0.025, 0.1, 0.25, 1.0, 5.0)  # seconds
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other")
KINDS = ("1xx", "2xx", "3xx", "4xx", "5xx")
ANSWERS = tuple((method, kind) for method in METHODS for kind in KINDS)
# In a file: since when, seconds, a number for each answer, a number for each bound and beyond.
LAYOUT = struct.Struct(f"=dd{len(ANSWERS)}Q{len(BOUNDS) + 1}Q")


class Tally:
    """Answers by kind of request and of answer, and how long they took; one process writes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pid = 0

    def _begin(self) -> None:
        """The file of this process: made at its first answer, so that forks have their own."""
        self._pid = os.getpid()
        self._values: list[float] = [time.time(), 0.0, *[0] * (len(ANSWERS) + len(BOUNDS) + 1)]
        folder = place()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / f"{socket.gethostname()}-{self._pid}").open("w+b") as file:
            file.truncate(LAYOUT.size)
            self._shared = mmap.mmap(file.fileno(), LAYOUT.size)

    def add(self, method: str, status: int, seconds: float) -> None:
        with self._lock:
            if self._pid != os.getpid():
                self._begin()
            values = self._values
            values[1] += seconds
            values[2 + ANSWERS.index((method, f"{status // 100}xx"))] += 1
            beyond = sum(seconds > bound for bound in BOUNDS)
            values[2 + len(ANSWERS) + beyond] += 1
            LAYOUT.pack_into(self._shared, 0, *values)


def place() -> Path:
    return Path(settings.VAR_DIR) / "metrics"


def read_tallies() -> dict[int, tuple[float, ...]]:
    """Of every living process of this machine; what dead ones left is removed."""
    found = {}
    host = f"{socket.gethostname()}-"
    for path in place().glob(f"{host}*"):
        pid = path.name.removeprefix(host)
        with suppress(OSError, struct.error, ValueError):
            if not Path(f"/proc/{int(pid)}").exists():
                path.unlink()
                continue
            found[int(pid)] = LAYOUT.unpack(path.read_bytes())
    return dict(sorted(found.items()))


tally = Tally()


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


@require_safe
@never_cache
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has METRICS_TOKEN; for others there is nothing here."""
    if not may_look(request):
        return HttpResponse("not found\n", status=404, content_type="text/plain")
    lines = "\n".join([*process_lines(), *database_lines(), ""])
    return HttpResponse(lines, content_type="text/plain; version=0.0.4; charset=utf-8")


def process_lines() -> Iterator[str]:
    tallies = read_tallies()
    yield "# HELP sourcemark_process Each web process, and since when (seconds since 1970)."
    yield "# TYPE sourcemark_process gauge"
    for pid, values in tallies.items():
        yield f'sourcemark_process{{process="{pid}"}} {values[0]:.0f}'
    yield "# HELP sourcemark_answers_total Answers of each web process of this machine."
    yield "# TYPE sourcemark_answers_total counter"
    for pid, values in tallies.items():
        for (method, kind), n in zip(ANSWERS, values[2:], strict=False):
            if n:
                told = f'process="{pid}",method="{method}",status="{kind}"'
                yield f"sourcemark_answers_total{{{told}}} {n}"
    yield "# HELP sourcemark_answer_seconds Time to an answer, of each web process."
    yield "# TYPE sourcemark_answer_seconds histogram"
    for pid, values in tallies.items():
        n_within = 0
        for bound, n in zip((*BOUNDS, "+Inf"), values[2 + len(ANSWERS) :], strict=True):
            n_within += int(n)
            told = f'process="{pid}",le="{bound}"'
            yield f"sourcemark_answer_seconds_bucket{{{told}}} {n_within}"
        yield f'sourcemark_answer_seconds_sum{{process="{pid}"}} {values[1]:.6f}'
        yield f'sourcemark_answer_seconds_count{{process="{pid}"}} {n_within}'


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
    yield "# HELP sourcemark_queue_oldest_seconds How long the first in line has waited."
    yield "# TYPE sourcemark_queue_oldest_seconds gauge"
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    first = waiting.aggregate(first=Min("enqueued_at"))["first"]
    waits = (timezone.now() - first).total_seconds() if first else 0.0
    yield f"sourcemark_queue_oldest_seconds {waits:.0f}"
