"""The page where an annotator marks an article, and its ledger."""

import uuid

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from annotations.text.names import fold

from ..codebook import codebook_wire
from ..page import page_context
from ..queries import fetch_work, read_entities
from ..signed_in import SignedIn
from ..spoken import speaks_json
from .ops import NOT_ASSIGNED

MOST_TYPED = 200


@require_safe
@cache_control(private=True, no_cache=True)
def page(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    work = fetch_work(request.user, study_id, article_id)
    return render(request, "marking/page.html", page_context(work))


@require_safe
@speaks_json(NOT_ASSIGNED)
def entities(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """Names in the ledger that hold what was typed (?q=), those of this article first."""
    work = fetch_work(request.user, study_id, article_id, light=True)
    typed = fold(request.GET.get("q", "")[:MOST_TYPED].replace("\x00", ""))
    return JsonResponse({"entities": read_entities(work.assignment, typed)})


@require_safe
def codebook(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """The rule cards, for the panel of the marking page."""
    work = fetch_work(request.user, study_id, article_id, light=True)
    wire = codebook_wire(work.standing.study, work.version_number)
    return render(request, "marking/_codebook.html", {"codebook": wire})
