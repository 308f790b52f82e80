"""Somebody's submitted marks, to be read only."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ..actions import note_reading
from ..reading import fetch_reading, reading_context
from ..signed_in import SignedIn


@require_GET
def reading(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, assignment_id: uuid.UUID
) -> HttpResponse:
    """For curators and managers, and for annotators once the comparison is open; logged."""
    found = fetch_reading(request.user, study_id, article_id, assignment_id)
    note_reading(assignment=found.assignment, actor=request.user)
    return render(request, "marking/reading.html", reading_context(found))
