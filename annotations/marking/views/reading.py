"""Somebody's submitted marks, to be read only."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ..actions import note_reading
from ..reading import fetch_reading, reading_context
from ..signed_in import SignedIn
from .history import asked_for, history_of


@require_GET
def reading_history(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, assignment_id: uuid.UUID
) -> HttpResponse:
    """How submitted work came about, to be read only: for curators and managers, logged.

    To an annotator who may compare the result it is not there: how somebody worked is not theirs.
    """
    found = fetch_reading(request.user, study_id, article_id, assignment_id)
    if not found.is_on_desk:
        raise Http404("No such work.")
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


@require_GET
def reading(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, assignment_id: uuid.UUID
) -> HttpResponse:
    """For curators and managers, and for annotators once the comparison is open; logged."""
    found = fetch_reading(request.user, study_id, article_id, assignment_id)
    note_reading(assignment=found.assignment, actor=request.user)
    return render(request, "marking/reading.html", reading_context(found))
