"""Merging by rules: rules, what they would make, making it."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from annotations.marking.signed_in import SignedIn
from annotations.study.drawn_from import DrawnFrom
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing

from ..actions import NotCounted, NothingToMerge, apply_merge, count_merge, save_merge_rules
from ..forms.merge import MergeForm
from ..merging import RULES
from ..models import Merge, MergeRules, MergeState
from ..queries.docket import n_changed_since
from ..queries.unanimous import latest_rules

PAGE = 20  # earlier runs
TOLD = {
    "changed": "of these, made otherwise by an earlier run",
    "reopened": "made by an earlier run, open again: no rule fits any more",
    "left": "left to a curator",
    "kept": "decided before, kept",
    "taken_back": "taken back by a curator, left open",
    "closed": "articles that are closed, left alone",
    "own": "articles on which your own work is open, left alone",
}


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: SignedIn, study_id: uuid.UUID) -> HttpResponse:
    """Save the rule set and start counting what it would make."""
    standing = fetch_standing(request.user, study_id, Act.WRITE_GOLD)
    study = standing.study
    latest = latest_rules(study)
    drawn_from = DrawnFrom(request, study, lambda: MergeForm.of(latest_rules(study)).initial)
    form = MergeForm.of(latest, request.POST or None)
    rules: list[MergeRules] = []

    def save() -> None:
        rules.append(save_merge_rules(study=study, actor=request.user, **form.cleaned_data))

    if request.method == "POST" and form.is_valid() and drawn_from.attempt(form, save):
        try:
            made = count_merge(study=study, actor=request.user, rules=rules[-1])
            return redirect("curation:merge_state", study_id, made.pk)
        except NothingToMerge as refusal:
            form.add_error(None, str(refusal))
    past = Merge.objects.filter(study=study, articles=[]).select_related("rules", "created_by")
    page = Paginator(past, PAGE).get_page(request.GET.get("page"))
    context = {
        "standing": standing,
        "form": form,
        "drawn_from": drawn_from,
        "page": page,
        "latest": latest,
    }
    return render(request, "curation/merge.html", context, status=drawn_from.status(form))


def told(counts: Mapping[str, Any], titles: Mapping[str, str]) -> list[tuple[str, int, list[Any]]]:
    """Title, how many, and the first few of them."""
    places = counts.get("places", {})
    return [
        (title, counts[name], places.get(name, []))
        for name, title in titles.items()
        if counts.get(name)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def merge_state(request: SignedIn, study_id: uuid.UUID, merge_id: uuid.UUID) -> HttpResponse:
    """How far a merge is, and what it would make or made. POST applies what was counted, or counts
    again."""
    standing = fetch_standing(request.user, study_id, Act.WRITE_GOLD)
    rows = Merge.objects.select_related("rules", "created_by", "study")
    found = get_object_or_404(rows, pk=merge_id, study=standing.study)
    if request.method == "POST" and request.POST.get("merge") == "again":
        return count_again(request, found)
    if request.method == "POST":
        try:
            apply_merge(merge=found, actor=request.user)
        except NotCounted as refusal:
            messages.error(request, str(refusal))
        return redirect("curation:merge_state", study_id, merge_id)
    counts = found.counts
    is_counted = found.state == MergeState.COUNTED
    context = {
        "standing": standing,
        "merge": found,
        "made": told(counts, RULES),
        "others": told(counts, TOLD),
        "n_made": sum(counts.get(name, 0) for name in RULES),
        "n_reopened": counts.get("reopened", 0),
        "n_since": n_changed_since(found.study, found.created_at) if is_counted else 0,
        "is_busy": found.state in ("counting", "waiting", "running"),
    }
    partial = request.headers.get("HX-Request") == "true"
    return render(request, f"curation/{'_merge_state' if partial else 'merge_state'}.html", context)


def count_again(request: SignedIn, found: Merge) -> HttpResponse:
    articles = [uuid.UUID(pk) for pk in found.articles]
    try:
        made = count_merge(
            study=found.study, actor=request.user, rules=found.rules, articles=articles
        )
    except NothingToMerge as refusal:
        messages.error(request, str(refusal))
        return redirect("curation:merge_state", found.study_id, found.pk)
    return redirect("curation:merge_state", found.study_id, made.pk)
