"""The page where an annotator marks an article, and its ledger."""

import uuid

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from ..entity_acts import fold
from ..page import page_context
from ..queries import fetch_work, read_entities
from ..signed_in import SignedIn
from .ops import speaks_json

MOST_TYPED = 200


@require_GET
@cache_control(private=True, no_cache=True)
def page(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    work = fetch_work(request.user, study_id, article_id)
    return render(request, "marking/page.html", page_context(work))


@require_GET
@speaks_json
def entities(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """Names in the ledger that hold what was typed (?q=), those of this article first."""
    work = fetch_work(request.user, study_id, article_id, light=True)
    typed = fold(request.GET.get("q", "")[:MOST_TYPED].replace("\x00", ""))
    return JsonResponse({"entities": read_entities(work.assignment, typed)})
