"""Saving marks, and asking what has changed: JSON in, JSON out."""

import uuid

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from annotations.accounts.models import User

from ..actions import apply_operations, record_time
from ..articles import text_of
from ..outcomes import status_of
from ..protocol import (
    Malformed,
    integer,
    optional_uuid,
    read_batch,
    read_object,
    uuid_of,
)
from ..queries import fetch_work, read_changes
from ..signed_in import SignedIn
from ..spoken import speaks_json
from ..wire import Wire

MAX_SECONDS = 31 * 24 * 3600
NOT_ASSIGNED = "This article is not assigned to the person who is signed in."


@require_http_methods(["GET", "HEAD", "POST"])
@speaks_json(NOT_ASSIGNED)
def ops(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """POST: apply operations. GET ?since=rev: what has changed after that revision."""
    if request.method != "POST":
        since = request.GET.get("since", "0")
        if not since.isascii() or not since.isdigit() or len(since) > 10:
            raise Malformed("The since is not a revision.")
        rev = integer(int(since), "since")
        meant = optional_uuid(request.GET.get("assignment"), "assignment")
        return JsonResponse(changed_after(request.user, study_id, article_id, rev, meant))
    batch = read_batch(request.body)
    if not batch.ops:
        told = changed_after(request.user, study_id, article_id, batch.base_rev, batch.assignment)
        return JsonResponse({**told, "results": []})
    reply = apply_operations(
        user=request.user, study_id=study_id, article_id=article_id, batch=batch
    )
    return JsonResponse(reply, status=status_of(reply))


def changed_after(
    user: User, study_id: uuid.UUID, article_id: uuid.UUID, rev: int, meant: uuid.UUID | None
) -> Wire:
    work = fetch_work(user, study_id, article_id, light=True)
    if meant not in (None, work.assignment.pk):
        raise Http404
    return {
        "rev": work.assignment.rev,
        "state": work.assignment.state,
        "codebook": work.version_number,
        "changes": read_changes(work.assignment.pk, text_of(work.article), rev),
    }


@require_POST
@speaks_json(NOT_ASSIGNED)
def time(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """The seconds worked in one tab so far; saying it twice changes nothing."""
    told = read_object(request.body)
    seconds = integer(told.get("active_seconds"), "active_seconds")
    if seconds > MAX_SECONDS:
        raise Malformed("That is more than a month.")
    tab = uuid_of(told.get("tab"), "tab")
    work = fetch_work(request.user, study_id, article_id, light=True)
    stored = record_time(assignment=work.assignment, tab=tab, active_seconds=seconds)
    return JsonResponse({"active_seconds": stored})
