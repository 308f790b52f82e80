"""History of an article's or one span's marks, as a page and as a part of the marking page."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations.assignment.models import Assignment
from annotations.study.models import Study

from ..actions import NotOpen, restore_from_history
from ..codebook import codebook_of
from ..history import PAGE, entries, fetch_operations
from ..models import OperationStatus
from ..protocol import is_uuid
from ..queries import Work, fetch_work
from ..signed_in import SignedIn
from ..wire import Wire


@require_safe
def history(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """?mark=id for one mark; ?before=rev for what is older."""
    work = fetch_work(request.user, study_id, article_id, light=True)
    template = "marking/_history.html" if is_part(request) else "marking/history.html"
    return render(request, template, history_context(request, work))


def is_part(request: HttpRequest) -> bool:
    """The marking page's own fetch asks for the list alone."""
    return "X-Part" in request.headers


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
    """Put a mark back to how an operation left it; the marking page then fetches the news."""
    asked = request.POST.get("op", "")
    try:
        reply = restore_from_history(
            user=request.user,
            study_id=study_id,
            article_id=article_id,
            op_id=uuid.UUID(asked) if is_uuid(asked) else uuid.UUID(int=0),
        )
        refusals = [said for each in reply["results"] if (said := refusal_in(each))]
    except NotOpen as refusal:
        refusals = [str(refusal)]
    if is_part(request):
        return part_after_restore(request, study_id, article_id, refusals)
    for message in refusals:
        messages.error(request, message)
    if not refusals:
        messages.success(request, "Put back.")
    return redirect("marking:history", study_id=study_id, article_id=article_id)


def refusal_in(result: Wire) -> str:
    """Why a step back was not made, or nothing."""
    if result["status"] == OperationStatus.SAME:
        return "The same words are marked like this already. Nothing was changed."
    return str(result.get("message") or "")


def part_after_restore(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, refusals: list[str]
) -> HttpResponse:
    work = fetch_work(request.user, study_id, article_id, light=True)
    context = {**history_context(request, work), "refusals": refusals}
    return render(request, "marking/_history.html", context)
