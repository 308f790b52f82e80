"""Submitting, and the way to the next article."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations.assignment.models import Submission
from annotations.assignment.queries import next_assignment
from annotations.text.refusal import Refusal

from ..actions import HandedIn, Unfinished, hand_in
from ..page import next_url
from ..protocol import Malformed, integer, read_object
from ..queries import fetch_work
from ..signed_in import SignedIn
from ..spoken import speaks_json
from .ops import NOT_ASSIGNED


@require_POST
def submit(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """From the page's dialog and the sentence form (a form) or from a module (JSON)."""
    if request.content_type == "application/json":
        return submit_json(request, study_id, article_id)
    try:
        done = hand_in(
            user=request.user,
            study_id=study_id,
            article_id=article_id,
            confirmed=request.POST.get("confirmed") == "1",
        )
    except Unfinished as refusal:
        return ask_again(request, study_id, article_id, refusal)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("marking:page", study_id=study_id, article_id=article_id)
    messages.success(request, in_words(done))
    return redirect("marking:next", study_id=study_id, article_id=article_id)


def ask_again(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, refusal: Unfinished
) -> HttpResponse:
    work = fetch_work(request.user, study_id, article_id)
    context = {
        "standing": work.standing,
        "study": work.standing.study,
        "article": work.article,
        "message": str(refusal),
        "missing": refusal.missing,
    }
    return render(request, "marking/submit.html", context, status=422)


@speaks_json(NOT_ASSIGNED)
def submit_json(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    told = read_object(request.body)
    rev = told.get("rev")
    if told.get("confirm", False) not in (True, False):
        raise Malformed("The confirm is neither true nor false.")
    try:
        done = hand_in(
            user=request.user,
            study_id=study_id,
            article_id=article_id,
            confirmed=told.get("confirm", False),
            rev=None if rev is None else integer(rev, "rev"),
        )
    except Unfinished as refusal:
        return JsonResponse({"message": str(refusal), "missing": refusal.missing}, status=422)
    except Refusal as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    messages.success(request, in_words(done))
    return JsonResponse(told_of(done.submission, study_id, article_id))


def in_words(done: HandedIn) -> str:
    """Said once, on the page where the person lands."""
    said = f"“{done.article.title}” is submitted."
    return f"{said} Next: “{done.following.article.title}”." if done.following else said


def told_of(done: Submission, study_id: uuid.UUID, article_id: uuid.UUID) -> dict[str, object]:
    where = {"study_id": study_id, "article_id": article_id}
    return {
        "state": "submitted",
        "rev": done.rev,
        "number": done.number,
        "sha256": done.content_sha256,
        "next": reverse("marking:next", kwargs=where),
    }


@require_safe
def next_article(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """To what is next in the queue; home, when there is nothing."""
    work = fetch_work(request.user, study_id, article_id, light=True)
    return redirect(next_url(next_assignment(request.user, work.standing.study)))
