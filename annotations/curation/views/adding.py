"""Gold that nobody proposed, by plain forms: a span, a link."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotations.marking.signed_in import SignedIn
from annotations.marking.wire import Wire

from ..actions import NotDecided, NothingToDecide, decide, open_docket
from ..forms.span import AddForm, LinkForm
from ..linking import fit_to_link
from ..models import RulingKind
from ..queries import Docket, find_case, read_cases
from ..seen import SeenCase
from ..telling import gold_wire

CONTEXT = 600  # code points shown before and after


@require_http_methods(["GET", "HEAD", "POST"])
def add_span(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """`?near=`: the code point that the article is shown around."""
    docket = docket_or_404(request, study_id, article_id)
    asked = request.GET.get("near", "")
    near = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    near = min(near, len(docket.text))
    form = AddForm(request.POST or None, docket=docket, near=near)
    if request.method == "POST" and form.is_valid():
        if (problem := added(request, docket, form.decision())) is None:
            messages.success(request, "The span is added to the gold.")
            return redirect("curation:adjudicate", study_id, article_id)
        form.add_error(None, problem)
    context = {
        "standing": docket.standing,
        "article": docket.article,
        "form": form,
        "around": docket.text[max(0, near - CONTEXT) : near + CONTEXT],
        "closed": is_closed(docket),
    }
    return render(request, "curation/add_span.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def add_link(
    request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID, case_id: uuid.UUID
) -> HttpResponse:
    docket = docket_or_404(request, study_id, article_id)
    cases = read_cases(docket)
    source = find_case(cases, case_id)
    if source.gold is None:
        raise Http404("There is no gold here.")
    targets = [(str(case.id), told(docket, case)) for case in fit_to_link(docket, cases, source)]
    form = LinkForm(request.POST or None, docket=docket, near=source.end, targets=targets)
    if request.method == "POST" and form.is_valid():
        ends = {"source": str(source.id), "target": form.cleaned_data["target"]}
        problem = added(request, docket, {**ends, "cue": form.cleaned_data["cue"]})
        if problem is None:
            messages.success(request, "The link is added to the gold.")
            return redirect("curation:adjudicate", study_id, article_id)
        form.add_error(None, problem)
    context = {
        "standing": docket.standing,
        "article": docket.article,
        "case": source,
        "form": form,
        "words": told(docket, source),
    }
    return render(request, "curation/add_link.html", context, status=422 if form.errors else 200)


def docket_or_404(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> Docket:
    try:
        return open_docket(request.user, study_id, article_id)
    except NothingToDecide as refusal:
        raise Http404(str(refusal)) from refusal


def is_closed(docket: Docket) -> bool:
    return docket.adjudication is not None and docket.adjudication.state == "closed"


def told(docket: Docket, case: SeenCase) -> str:
    """The label and words of a case's gold."""
    gold = gold_wire(case.gold, docket.text)
    if gold is None or case.gold is None:
        return ""
    label = docket.codebook.labels.get(case.gold.label_id) if case.gold.label_id else None
    words = " … ".join(part["quote"] for part in gold["fragments"])
    return f"{label.name if label else 'Extent'}: {' '.join(words.split())[:120]}"


def added(request: SignedIn, docket: Docket, decision: Wire) -> str | None:
    """Adds it; gives the sentence that says why not."""
    try:
        decide(
            user=request.user,
            study_id=docket.study.pk,
            article_id=docket.article.pk,
            case_id=uuid.uuid4(),
            ver=0,
            decision=decision,
            kind=RulingKind.ADD,
        )
    except NotDecided as refusal:
        return str(refusal)
    return None
