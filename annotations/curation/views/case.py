"""One case as a plain form: every decision without JavaScript."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotations.marking.protocol import is_uuid
from annotations.marking.signed_in import SignedIn
from annotations.marking.wire import Wire

from ..actions import NotDecided, NothingToDecide, decide, open_docket
from ..forms.case import CaseForm
from ..models import CaseState, Meeting, RulingKind
from ..page import ordered
from ..queries import Docket, find_case, read_cases
from ..queries.questions import Questions, read_questions
from ..seen import SeenCase
from ..telling import Teller, gold_wire, why_of
from .asking import ENDED, warn_of_links

CONTEXT = 300  # code points shown before and after


@require_http_methods(["GET", "HEAD", "POST"])
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
    base = request.GET.get("from", "")
    form = CaseForm(
        request.POST or None,
        told=told,
        docket=docket,
        base=int(base) if base.isdecimal() and len(base) < 10 else 0,
    )
    meeting = held_meeting(docket, request.GET.get("meeting", ""))
    if request.method == "POST" and form.is_valid():
        if (problem := stored(request, docket, found, form, meeting)) is None:
            if meeting is not None:
                return back_to(meeting, found)
            return redirect(*after(docket, cases, found))
        form.add_error(None, problem)
    context = page_of(docket, cases, found, told) | {"form": form, "meeting": meeting}
    return render(request, "curation/case.html", context, status=422 if form.errors else 200)


def held_meeting(docket: Docket, asked: str) -> Meeting | None:
    """The meeting on this article that the decision is made in."""
    if not is_uuid(asked):
        return None
    return Meeting.objects.filter(article=docket.article, pk=asked).first()


def back_to(meeting: Meeting, found: SeenCase) -> HttpResponse:
    there = reverse("curation:meeting", args=[meeting.study_id, meeting.pk])
    return redirect(f"{there}?case={found.id}")


def stored(
    request: SignedIn, docket: Docket, found: SeenCase, form: CaseForm, meeting: Meeting | None
) -> str | None:
    """Decides; gives the sentence that says why not."""
    if meeting is not None and meeting.ended_at:
        return ENDED
    reopens = form.cleaned_data["choice"] == "reopen"
    try:
        answer = decide(
            user=request.user,
            study_id=docket.study.pk,
            article_id=docket.article.pk,
            case_id=found.id,
            ver=form.cleaned_data["ver"],
            decision=form.decision(),
            kind=RulingKind.REOPEN if reopens else RulingKind.DECIDE,
            meeting_id=meeting.pk if meeting else None,
        )
    except NotDecided as refusal:
        return str(refusal)
    warn_of_links(request, answer)
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
        "variants": shown_all(told["variants"], labels, text, read_questions(docket.study)),
        "ends": [
            shown({"span": gold_wire(end.gold, text)}, labels, text)
            for end in found.ends
            if end.gold
        ],
        "open_ends": [open_end(docket, end) for end in found.ends if end.gold is None],
        "may_pass": all(end.row for end in found.ends),
        "may_link": may_begin(docket, found),
        "why": [] if told["curator"] == str(docket.standing.user.pk) else why_of(told),
        "closed": docket.adjudication is not None and docket.adjudication.state == "closed",
    }


def open_end(docket: Docket, end: SeenCase) -> Wire:
    """An end of a link without gold, and where it is decided."""
    where = [docket.study.pk, docket.article.pk, end.id]
    return {
        "words": " ".join(docket.text[end.start : end.end].split()),
        "left": end.state == CaseState.UNDECIDED,
        "url": reverse("curation:case", args=where),
    }


def may_begin(docket: Docket, found: SeenCase) -> bool:
    """Whether a link can begin at the gold of this case."""
    label = (
        docket.codebook.labels.get(found.gold.label_id)
        if found.gold and found.gold.label_id
        else None
    )
    return label is not None and docket.codebook.begins(label.slug)


def shown_all(
    variants: list[Wire], labels: dict[str, str], text: str, questions: Questions
) -> list[Wire]:
    """Variants in words. `same_as`: an earlier one of the same words, which answers otherwise."""
    told, first = [], dict[str, int]()
    for number, variant in enumerate(variants, 1):
        one, span = shown(variant, labels, text), variant["span"]
        if span is not None:
            one["answers"] = questions.told(span["label"] or "", span["attributes"])
            same = first.setdefault(repr((span["label"], span["fragments"])), number)
            one["same_as"] = same if same < number else None
        told.append(one)
    return told


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
