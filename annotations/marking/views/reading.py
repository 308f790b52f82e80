"""Somebody's marks, to be read only: submitted ones, or open ones with a reason on record."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ..actions import note_early_reading, note_reading
from ..forms import EarlyReadingForm
from ..reading import NotSubmitted, fetch_reading, reading_context
from ..signed_in import SignedIn
from .history import asked_for, history_of


@require_safe
def reading_history(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, assignment_id: uuid.UUID
) -> HttpResponse:
    """How submitted work came about, to be read only: for curators and managers, logged.

    To an annotator who may compare the result it is not there: how somebody worked is not theirs.
    """
    found = fetch_reading(request.user, study_id, article_id, assignment_id)
    if not found.is_on_desk:
        raise Http404("No such work.")
    if not found.is_early:
        note_reading(assignment=found.assignment, actor=request.user)
    mark, before = asked_for(request)
    context = {
        **history_of(found.standing.study, found.assignment, mark, before),
        "standing": found.standing,
        "study": found.standing.study,
        "article": found.assignment.article,
        "assignment": found.assignment,
        "history_url": request.path,
    }
    return render(request, "marking/reading_history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reading(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, assignment_id: uuid.UUID
) -> HttpResponse:
    """For curators and managers, and for annotators once the comparison is open; logged.

    Of work that is not submitted a manager is asked for the reason, which is sent here too.
    """
    try:
        found = fetch_reading(request.user, study_id, article_id, assignment_id)
    except NotSubmitted as early:
        if not early.may_be_read_early:
            raise
        return ask_for_reason(request, early)
    if request.method == "POST":
        return redirect(request.path)
    if not found.is_early:
        note_reading(assignment=found.assignment, actor=request.user)
    return render(request, "marking/reading.html", reading_context(found))


def ask_for_reason(request: SignedIn, early: NotSubmitted) -> HttpResponse:
    form = EarlyReadingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        note_early_reading(assignment=early.assignment, actor=request.user, reason=reason)
        return redirect(request.path)
    context = {
        "form": form,
        "standing": early.standing,
        "study": early.standing.study,
        "assignment": early.assignment,
        "article": early.assignment.article,
    }
    status = 422 if form.is_bound else 200
    return render(request, "marking/reading_early.html", context, status=status)
