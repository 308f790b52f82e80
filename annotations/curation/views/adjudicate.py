"""The page where a curator decides an article's cases, and what its module sends."""

import uuid

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.marking.outcomes import status_of
from annotations.marking.protocol import optional_uuid
from annotations.marking.signed_in import SignedIn
from annotations.marking.spoken import speaks_json
from annotations.marking.wire import Wire

from ..actions import (
    AlreadyClosed,
    BrokenLinks,
    NotClosed,
    NothingToDecide,
    StillOpen,
    apply_rulings,
    close_adjudication,
    open_docket,
    reopen_adjudication,
    settle_unanimous,
    show_names,
)
from ..page import page_context
from ..protocol import read_batch
from ..queries import fetch_docket, read_cases
from ..queries.gold import n_unanswered
from ..telling import Teller

NOTHING = "There is nothing to decide here for the person who is signed in."


@require_safe
@cache_control(private=True, no_cache=True)
def adjudicate(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """`?case=` begins with a case; kind, label, annotator, flagged, state and order list some."""
    try:
        docket = open_docket(request.user, study_id, article_id)
    except NothingToDecide as refusal:
        raise Http404(str(refusal)) from refusal
    context = page_context(docket, read_cases(docket), request.GET.dict())
    return render(request, "curation/adjudicate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@speaks_json(NOTHING, NothingToDecide)
def ops(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """POST: apply rulings. GET: all cases as they stand."""
    if request.method != "POST":
        meant = optional_uuid(request.GET.get("assignment"), "assignment")
        return JsonResponse(as_they_stand(request, study_id, article_id, meant))
    batch = read_batch(request.body)
    if not batch.ops:
        told = as_they_stand(request, study_id, article_id, batch.adjudication)
        return JsonResponse({**told, "results": []})
    reply = apply_rulings(user=request.user, study_id=study_id, article_id=article_id, batch=batch)
    return JsonResponse(reply, status=status_of(reply))


def as_they_stand(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, meant: uuid.UUID | None
) -> Wire:
    docket = fetch_docket(request.user, study_id, article_id)
    adjudication = docket.adjudication
    if adjudication is None or meant not in (None, adjudication.pk):
        raise Http404
    teller = Teller(docket)
    cases = [teller.case(case) for case in read_cases(docket)]
    changes = {"cases": cases, "whole": True}
    return {"rev": adjudication.rev, "state": adjudication.state, "changes": changes}


@require_POST
def unanimous(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """Settle what everybody marked alike."""
    try:
        n = settle_unanimous(user=request.user, study_id=study_id, article_id=article_id)
    except NothingToDecide as refusal:
        raise Http404(str(refusal)) from refusal
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"settled": n})
    return redirect("curation:adjudicate", study_id, article_id)


@require_POST
def close(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    note = request.POST.get("note", "")[:2000]
    if "\0" in note:
        raise BadRequest("No text can hold NUL.")
    try:
        version = close_adjudication(
            user=request.user,
            study_id=study_id,
            article_id=article_id,
            leave_open=request.POST.get("leave_open") == "1",
            note=note,
        )
    except NothingToDecide as refusal:
        raise Http404(str(refusal)) from refusal
    except (StillOpen, BrokenLinks, AlreadyClosed) as refusal:
        messages.error(request, str(refusal))
        return redirect("curation:adjudicate", study_id, article_id)
    messages.success(request, f"The gold is closed. Gold version {version.number} is kept.")
    if n := n_unanswered(fetch_docket(request.user, study_id, article_id).codebook, version):
        spans = "1 gold span misses" if n == 1 else f"{n} gold spans miss"
        messages.warning(request, f"{spans} a required answer. Reopen the article to give it.")
    return redirect("curation:queue", study_id)


@require_POST
def reopen(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    try:
        reopen_adjudication(user=request.user, study_id=study_id, article_id=article_id)
    except NotClosed as refusal:
        messages.error(request, str(refusal))
    return redirect("curation:adjudicate", study_id, article_id)


@require_POST
def names(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """Lift blind curation on this article."""
    show_names(user=request.user, study_id=study_id, article_id=article_id)
    return redirect("curation:adjudicate", study_id, article_id)
