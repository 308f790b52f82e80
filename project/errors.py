"""What is shown when a request fails; pages 400, 403 and 404 are Django's own handlers."""

import sys
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import bad_request, permission_denied

from annotations.api.problems import Problem
from annotations.corpus.records import in_bytes
from annotations.corpus.uploads import drain
from annotations.overtaken import is_overtaken
from annotations.study.queries.door import SecondFactorNeeded
from project.nul import NulInAddress

BEYOND = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
RETRY_AFTER = "5"  # seconds
NO_ROOM = ("database or disk is full", "No space left on device")  # as the databases say it
LOCKED = ("lock timeout", "database is locked")
WAIT = "900"  # seconds: fifteen minutes, as ACCOUNT_RATE_LIMITS counts


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 with Retry-After when the database is what failed, or another was quicker."""
    error = sys.exc_info()[1]
    overtaken = is_overtaken(error)
    unreachable = overtaken or isinstance(error, (OperationalError, InterfaceError))
    status = 503 if unreachable else 500
    if is_for_programs(request):
        return told_to_programs(status, WORDS[status])
    context = {
        "is_full": any(words in str(error) for words in NO_ROOM),
        "is_locked": overtaken or any(words in str(error) for words in LOCKED),
    }
    response = HttpResponse(loader.render_to_string(f"{status}.html", context), status=status)
    if unreachable:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


WORDS = {
    400: "The request could not be read.",
    500: "Something went wrong on the site's side, and nothing was stored.",
    503: "The database does not answer. Try again.",
}


def is_for_programs(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def told_to_programs(status: int, detail: str) -> HttpResponse:
    """What goes wrong outside of the routes, in the words of annotations/api/problems.py."""
    headers = {"Retry-After": RETRY_AFTER} if status == 503 else {}
    return Problem(status, "failed", detail, headers=headers).answer()


def bad_request_told(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, as for a host name that is not the site's; 413 or 422 for a form beyond its limits."""
    if isinstance(exception, BEYOND):
        return beyond_told(request, exception)
    why = str(exception) if isinstance(exception, NulInAddress) else ""
    if is_for_programs(request):
        return told_to_programs(400, why or WORDS[400])
    if why:
        return HttpResponse(loader.render_to_string("400.html", {"why": why}), status=400)
    return bad_request(request, exception)


def beyond_told(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The limit and what to do; the rest of the body is read, so that the browser hears it."""
    drain(request)
    if isinstance(exception, TooManyFieldsSent):
        status, most = 422, f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields"
        remedy = "send fewer of them at once"
    elif isinstance(exception, TooManyFilesSent):
        status, most = 413, f"{settings.DATA_UPLOAD_MAX_NUMBER_FILES:,} files"
        remedy = "send fewer of them at once"
    else:
        status, most = 413, in_bytes(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        remedy = "send it in several parts, or a long text as a file"
    why = f"This is too much for one form, which takes {most} at most. Nothing was stored."
    if is_for_programs(request):
        return told_to_programs(status, why)
    context = {"why": f"{why} Go back, where the browser has kept what you wrote, and {remedy}."}
    return HttpResponse(loader.render_to_string("413.html", context), status=status)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: what django-allauth answers when there were too many tries."""
    page = loader.render_to_string("429.html")
    return HttpResponse(page, status=429, headers={"Retry-After": WAIT})


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403; where a second factor is what is missing, the page leads to setting it up."""
    if isinstance(exception, SecondFactorNeeded):
        return render(request, "403_second_factor.html", {"exception": exception}, status=403)
    return permission_denied(request, exception)


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, else 503: for load balancers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        return HttpResponse(
            "database unreachable\n",
            status=503,
            content_type="text/plain",
            headers={"Retry-After": RETRY_AFTER},
        )
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this process can serve: the database answers, its tables are as we know them, and
    the cache table is there. Else 503 with one line for each thing that is missing."""
    try:
        missing = list(what_is_missing())
    except (OperationalError, InterfaceError):
        missing = ["database unreachable"]
    if not missing:
        return HttpResponse("ready\n", content_type="text/plain")
    told = "\n".join([*missing, ""])
    headers = {"Retry-After": RETRY_AFTER}
    return HttpResponse(told, status=503, content_type="text/plain", headers=headers)


def what_is_missing() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield "migrations to apply: run manage.py migrate"
    if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        yield "cache table missing: run manage.py migrate"
