"""The versions of an article's gold: each closing made one, and none is ever changed."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.marking.signed_in import SignedIn

from ..queries.versions import fetch_versions


@require_safe
def versions(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """?number=N: that version; else the newest."""
    asked = request.GET.get("number", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 9):
        raise Http404("No such version of the gold.")
    found = fetch_versions(request.user, study_id, article_id, int(asked) if asked else None)
    docket = found.docket
    context = {"standing": docket.standing, "article": docket.article, "versions": found}
    return render(request, "curation/versions.html", context)
