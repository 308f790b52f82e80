"""One case as a plain form: every decision without JavaScript."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotations.marking.signed_in import SignedIn
from annotations.marking.wire import Wire

from ..actions import NotDecided, NothingToDecide, decide, open_docket
from ..forms.case import CaseForm
from ..models import RulingKind
from ..page import ordered, rules_of
from ..queries import Docket, find_case, read_cases
from ..seen import SeenCase
from ..telling import Teller, gold_wire

CONTEXT = 300  # code points shown before and after


@require_http_methods(["GET", "POST"])
def case(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, case_id: uuid.UUID
) -> HttpResponse:
    try:
        docket = open_docket(request.user, study_id, article_id)
    except NothingToDecide as refusal:
        raise Http404(str(refusal)) from refusal
    cases = read_cases(docket)
    found = find_case(cases, case_id)
    told = Teller(docket).case(found)
    form = CaseForm(request.POST or None, told=told, docket=docket)
    if request.method == "POST" and form.is_valid():
        if (problem := stored(request, docket, found, form)) is None:
            return redirect(*after(docket, cases, found))
        form.add_error(None, problem)
    context = page_of(docket, cases, found, told) | {"form": form}
    return render(request, "curation/case.html", context, status=422 if form.errors else 200)


def stored(request: SignedIn, docket: Docket, found: SeenCase, form: CaseForm) -> str | None:
    """Decides; gives the sentence that says why not."""
    reopens = form.cleaned_data["choice"] == "reopen"
    try:
        decide(
            user=request.user,
            study_id=docket.study.pk,
            article_id=docket.article.pk,
            case_id=found.id,
            ver=form.cleaned_data["ver"],
            decision=form.decision(docket.text),
            kind=RulingKind.REOPEN if reopens else RulingKind.DECIDE,
        )
    except NotDecided as refusal:
        return str(refusal)
    messages.success(request, "The case is open again." if reopens else "Decided.")
    return None


def after(docket: Docket, cases: list[SeenCase], found: SeenCase) -> tuple[Any, ...]:
    """Where to go on: the next open case, or the article."""
    following = [one for one in ordered(cases, "contested") if one.is_open and one.id != found.id]
    if following:
        return "curation:case", docket.study.pk, docket.article.pk, following[0].id
    return "curation:adjudicate", docket.study.pk, docket.article.pk


def page_of(docket: Docket, cases: list[SeenCase], found: SeenCase, told: Wire) -> dict[str, Any]:
    text, start, end = docket.text, found.start, found.end
    first, last = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    labels = {str(pk): label.name for pk, label in docket.codebook.labels.items()}
    return {
        "standing": docket.standing,
        "article": docket.article,
        "case": told,
        "before": ("…" if first else "") + text[first:start],
        "around": text[start:end],
        "after": text[end:last] + ("…" if last < len(text) else ""),
        "variants": [shown(variant, labels, text) for variant in told["variants"]],
        "ends": [
            shown({"span": gold_wire(end.gold, text)}, labels, text)
            for end in found.ends
            if end.gold
        ],
        "rules": rules_of(docket),
        "closed": docket.adjudication is not None and docket.adjudication.state == "closed",
    }


def shown(variant: Wire, labels: dict[str, str], text: str) -> Wire:
    """A variant in words."""
    span, cue = variant["span"], variant.get("cue")
    if span is None:
        words = text[cue[0] : cue[1]] if cue else "no cue words"
        return {**variant, "label": "Link", "words": words, "answers": []}
    return {
        **variant,
        "label": labels.get(span["label"] or "", "Extent"),
        "words": " … ".join(part["quote"] for part in span["fragments"]),
        "answers": sorted(span["attributes"].items()),
    }
