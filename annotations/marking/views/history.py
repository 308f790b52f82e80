"""History of an article's or one span's marks, as a page and as a part of the marking page."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from annotations.assignment.models import Assignment
from annotations.study.models import Study

from ..actions import NotOpen, restore_from_history
from ..codebook import codebook_of
from ..history import PAGE, entries, fetch_operations
from ..protocol import is_uuid
from ..queries import Work, fetch_work
from ..signed_in import SignedIn
from ..wire import Wire


@require_GET
def history(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """?mark=id for one mark; ?before=rev for what is older."""
    work = fetch_work(request.user, study_id, article_id, light=True)
    template = "marking/_history.html" if is_part(request) else "marking/history.html"
    return render(request, template, history_context(request, work))


def is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def history_context(request: HttpRequest, work: Work) -> Wire:
    mark, before = asked_for(request)
    study, article = work.standing.study, work.article
    return {
        **history_of(study, work.assignment, mark, before),
        "standing": work.standing,
        "study": study,
        "article": article,
        "assignment": work.assignment,
        "history_url": reverse("marking:history", args=[study.pk, article.pk]),
        "may_restore": work.is_open,
        "part": is_part(request),
    }


def asked_for(request: HttpRequest) -> tuple[uuid.UUID | None, int | None]:
    """(mark, revision before which): nonsense in the address counts as not given."""
    asked, before = request.GET.get("mark", ""), request.GET.get("before", "")
    is_number = before.isascii() and before.isdigit() and len(before) < 10
    return uuid.UUID(asked) if is_uuid(asked) else None, int(before) if is_number else None


def history_of(
    study: Study, assignment: Assignment, mark: uuid.UUID | None, before: int | None
) -> Wire:
    """A page of what was done, in words, the latest first."""
    found = fetch_operations(assignment, mark, before)
    version = study.codebook_versions.only("pk", "number").order_by("-number")[0]
    shown = entries(found[:PAGE], codebook_of(study.pk, version.pk, version.number))
    return {
        "entries": shown,
        "mark": mark,
        "older": shown[-1].rev if len(found) > PAGE else None,
    }


@require_POST
def restore(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """Put a mark back to how an operation left it. The marking page is told to fetch the news."""
    asked = request.POST.get("op", "")
    try:
        reply = restore_from_history(
            user=request.user,
            study_id=study_id,
            article_id=article_id,
            op_id=uuid.UUID(asked) if is_uuid(asked) else uuid.UUID(int=0),
        )
        refusals = [each["message"] for each in reply["results"] if each.get("message")]
    except NotOpen as refusal:
        refusals = [str(refusal)]
    if is_part(request):
        return part_after_restore(request, study_id, article_id, refusals)
    for message in refusals:
        messages.error(request, message)
    if not refusals:
        messages.success(request, "Put back.")
    return redirect("marking:history", study_id=study_id, article_id=article_id)


def part_after_restore(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, refusals: list[str]
) -> HttpResponse:
    work = fetch_work(request.user, study_id, article_id, light=True)
    context = {**history_context(request, work), "refusals": refusals}
    response = render(request, "marking/_history.html", context)
    return trigger_client_event(response, "sm:changed")
