"""The sentence form: marking without JavaScript, by screen reader, by switch.

Every button sends a form with `act`; what is refused comes back as it was filled in, with 422.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from annotations.study.policy import Act

from ..actions import NothingToRedo, NothingToUndo, NotOpen, apply_operations, redo_last, undo_last
from ..forms import CueForm, RemoveForm
from ..models import OperationTarget
from ..protocol import Batch, Op
from ..queries import fetch_work
from ..sentence_acts import (
    answer_ops,
    cue_near,
    cue_op,
    find_cue,
    link_op,
    mark_op,
    moved_to,
    places_of,
    remove_op,
)
from ..sentence_page import SentencePage
from ..signed_in import SignedIn
from ..wire import Wire

STAYS = "So this change stays; the next step goes past it."
AMBIGUOUS = "These words stand there more than once. Say which of them you mean."
NOT_THERE = "These words are not in the sentence or the paragraphs around. Copy them from there."
NOT_MOVED = "These words stand not just once around here. Take a few more or fewer."
Handler = Callable[[SignedIn, SentencePage], HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def sentences(request: SignedIn, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """?s=n: the nth sentence; without it the first that has no mark."""
    act = Act.MARK if request.method == "POST" else Act.READ_OWN_MARKS
    page = SentencePage(fetch_work(request.user, study_id, article_id, act), asked_number(request))
    if request.method != "POST":
        return shown(request, page)
    handler = HANDLERS.get(request.POST.get("act", ""))
    if handler is None:
        raise Http404("No such act.")
    return handler(request, page)


def asked_number(request: SignedIn) -> str:
    return request.GET.get("s", "")


def shown(request: SignedIn, page: SentencePage, **bound: Any) -> HttpResponse:
    refused = [form for form in bound.values() if form.errors]
    for form in refused:
        form.renew()
    context = {**page.context(bound), "refused_forms": refused}
    return render(request, "marking/sentences.html", context, status=422 if refused else 200)


def again(request: SignedIn, page: SentencePage, said: str) -> HttpResponse:
    """Back to the sentence, with what was done."""
    messages.success(request, said)
    return redirect(url_of(page))


def url_of(page: SentencePage) -> str:
    assignment = page.work.assignment
    where = {"study_id": assignment.study_id, "article_id": assignment.article_id}
    return f"{reverse('marking:sentences', kwargs=where)}?s={page.number}"


def do(request: SignedIn, page: SentencePage, *ops: Op) -> str:
    """Apply; gives the sentence of the first refusal, or "" when all was taken."""
    assignment = page.work.assignment
    reply = apply_operations(
        user=request.user,
        study_id=assignment.study_id,
        article_id=assignment.article_id,
        batch=Batch(assignment.rev, None, ops),
    )
    return refusal_in(request, reply)


def refusal_in(request: SignedIn, reply: Wire) -> str:
    for result in reply["results"]:
        if result["status"] not in ("applied", "same"):
            return str(result.get("message", "This was not done."))
        for hint in result.get("hints", ()):
            messages.warning(request, f"{hint['rule']}: {hint['message']}")
    return ""


def mark(request: SignedIn, page: SentencePage) -> HttpResponse:
    form = page.mark_form(request.POST)
    if not form.is_valid():
        return shown(request, page, mark=form)
    places = places_of(page, form)
    if len(places) != 1:
        form = page.mark_form(request.POST, places)
        form.add_error("words", AMBIGUOUS if places else NOT_THERE)
        return shown(request, page, mark=form)
    refusal = do(request, page, mark_op(page, form, (places[0].start, places[0].end)))
    if refusal:
        form.add_error(None, refusal)
        return shown(request, page, mark=form)
    return again(request, page, f"Marked: “{places[0].words[:80]}”.")


def answer(request: SignedIn, page: SentencePage) -> HttpResponse:
    span = asked_span(request, page)
    if span is None:
        messages.error(request, "This mark has been removed in the meantime.")
        return redirect(url_of(page))
    form = page.answers_form(span, request.POST)
    if form.is_valid():
        words = form.cleaned_data.get("words", "")
        moved = bool(words) and words.split() != span["fragments"][0]["quote"].split()
        place = moved_to(page, span, words) if moved else None
        if moved and place is None:
            form.add_error("words", NOT_MOVED)
        elif refusal := do(request, page, *answer_ops(page, form, span, place)):
            form.add_error(None, refusal)
    if form.errors:
        form.renew(ver=span["ver"])
        return shown(request, page, **{span["id"]: form})
    return again(request, page, "Saved.")


def asked_span(request: SignedIn, page: SentencePage) -> Wire | None:
    try:
        return page.span(uuid.UUID(request.POST.get("span_id", "")))
    except ValueError:
        return None


def link(request: SignedIn, page: SentencePage) -> HttpResponse:
    form = page.link_form(request.POST)
    if form is None:
        messages.error(request, "There is nothing to link near this sentence.")
        return redirect(url_of(page))
    if form.is_valid():
        cue = find_cue(page, form) if form.cleaned_data["cue"] else None
        if form.cleaned_data["cue"] and cue is None:
            form.add_error("cue", "These words are not in the paragraph of the source.")
        else:
            refusal = do(request, page, link_op(page, form, cue))
            if refusal:
                form.add_error(None, refusal)
    return shown(request, page, link=form) if form.errors else again(request, page, "Linked.")


def cue(request: SignedIn, page: SentencePage) -> HttpResponse:
    form = CueForm(request.POST)
    if not form.is_valid():
        raise Http404("No such link.")
    told = form.cleaned_data
    found = next((each for each in page.links if each["id"] == str(told["link_id"])), None)
    source = page.span(uuid.UUID(found["source"])) if found else None
    if found is None or source is None:
        refusal = "This link has been removed in the meantime."
    else:
        place = cue_near(page, source, told["cue"]) if told["cue"] else None
        if told["cue"] and place is None:
            refusal = "These words are not in the paragraph of the source."
        else:
            refusal = do(request, page, cue_op(form, page, found, place))
    if refusal:
        messages.error(request, refusal)
        return redirect(url_of(page))
    return again(request, page, "Saved.")


def remover(on: OperationTarget) -> Handler:
    def remove(request: SignedIn, page: SentencePage) -> HttpResponse:
        form = RemoveForm(request.POST)
        if not form.is_valid():
            raise Http404("No such mark.")
        refusal = do(request, page, remove_op(form, on))
        if refusal:
            messages.error(request, refusal)
            return redirect(url_of(page))
        return again(request, page, "Removed.")

    return remove


def stepper(act: Callable[..., Wire], done: str) -> Handler:
    def stepped(request: SignedIn, page: SentencePage) -> HttpResponse:
        try:
            op_id = uuid.UUID(request.POST.get("op_id", ""))
        except ValueError as error:
            raise Http404("No such act.") from error
        assignment = page.work.assignment
        try:
            reply = act(
                user=request.user,
                study_id=assignment.study_id,
                article_id=assignment.article_id,
                op_id=op_id,
            )
            refusal = refusal_in(request, reply)
        except (NothingToRedo, NothingToUndo, NotOpen) as nothing:
            messages.error(request, str(nothing))
            return redirect(url_of(page))
        if refusal:
            messages.error(request, f"{refusal} {STAYS}")
            return redirect(url_of(page))
        return again(request, page, done)

    return stepped


HANDLERS: dict[str, Handler] = {
    "mark": mark,
    "answer": answer,
    "link": link,
    "remove_span": remover(OperationTarget.SPAN),
    "remove_link": remover(OperationTarget.LINK),
    "cue": cue,
    "undo": stepper(undo_last, "Undone."),
    "redo": stepper(redo_last, "Redone."),
}
