"""Meetings: planned, held before a projector, printed."""

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.asking import me, posted
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..actions import decide, open_docket
from ..actions import meetings as actions
from ..forms.meetings import MeetingForm, NotesForm, VerdictForm
from ..models import CaseState, RulingKind
from ..queries import fetch_docket, read_cases
from ..queries.discussion import REASONS
from ..queries.meetings import (
    Revising,
    Row,
    Table,
    articles_to_meet_on,
    cases_to_talk_about,
    fetch_table,
    rows_of,
    threads_of,
    visible_meetings,
    window_of,
)
from ..queries.questions import read_questions
from ..queries.talk import fetch_talk
from ..seen import SeenCase
from ..telling import Teller, why_of
from .asking import ENDED

PAGE = 30
MOST_OFFERED = 20 * PAGE  # articles; others are found by words of their titles
FIRST = ("5", "10", "20", "40")  # how many cases an agenda may be cut to


@require_safe
def meetings(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    talk = fetch_talk(me(request), study_id)
    may_plan = talk.on_desk
    words = request.GET.get("words", "")
    offered = articles_to_meet_on(talk).filter(title__icontains=words)[:MOST_OFFERED]
    articles = Paginator(offered, PAGE).get_page(request.GET.get("page"))
    context = {
        "standing": talk.standing,
        "meetings": Paginator(visible_meetings(talk), PAGE).get_page(request.GET.get("meetings")),
        "may_plan": may_plan,
        "page": articles if may_plan else None,
        "most": MOST_OFFERED,
        "words": words,
    }
    return render(request, "curation/meetings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    docket = fetch_docket(me(request), study_id, article_id, Act.WRITE_GOLD)
    if docket.blind and docket.works:
        docket = open_docket(me(request), study_id, article_id)  # everybody has an alias
    form = MeetingForm(posted(request), docket=docket, most=actions.MOST)
    if form.is_valid():
        try:
            made = actions.plan_meeting(docket=docket, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("seats", str(refusal))
        else:
            return redirect("curation:meeting", study_id, made.pk)
    context = {"standing": docket.standing, "article": docket.article, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "curation/meeting_new.html", context, status=status)


@require_safe
def meeting(request: HttpRequest, study_id: uuid.UUID, meeting_id: uuid.UUID) -> HttpResponse:
    """`?case=` is looked at; `?show=all` walks also what all at the table have alike."""
    try:
        table = fetch_table(me(request), study_id, meeting_id)
    except Revising as refusal:
        return shut(request, refusal)
    return show(request, table, request.GET.get("case", ""))


def shut(request: HttpRequest, refusal: Revising) -> HttpResponse:
    context = {"meeting": refusal.meeting, "why": str(refusal)}
    return render(request, "curation/meeting_shut.html", context, status=403)


def show(
    request: HttpRequest,
    table: Table,
    chosen: str,
    form: VerdictForm | None = None,
    *,
    notes: NotesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = meeting_context(table, chosen, request.GET.get("show") == "all", form)
    context["notes"] = notes or NotesForm(initial={"notes": table.meeting.notes})
    htmx = bool(getattr(request, "htmx", False))
    name = "curation/_meeting.html" if htmx else "curation/meeting.html"
    return render(request, name, context, status=status)


def meeting_context(
    table: Table, chosen: str, everything: bool, form: VerdictForm | None = None
) -> dict[str, Any]:
    cases = cases_to_talk_about(table, everything)
    at = place_of(cases, chosen)
    focus = cases[at] if cases else None
    context: dict[str, Any] = {
        "standing": table.talk.standing,
        "table": table,
        "meeting": table.meeting,
        "article": table.docket.article,
        "everything": everything,
        "query": {"show": "all"} if everything else {},
        "n_all": len(cases),
        "n_decided": sum(not case.is_open for case in cases),
        "n_left": sum(case.state == CaseState.UNDECIDED for case in cases),
        "listed": [listed(table, case, case is focus) for case in cases],
        "focus": None,
    }
    if focus is None:
        return context
    threads = threads_of(table, [focus]).get(focus.id, [])
    told = Teller(table.docket).case(focus)
    open_end = next((end for end in focus.ends if end.gold is None), None)
    return context | {
        "focus": focus,
        "told": told,
        "open_end": listed(table, open_end, False) if open_end else None,
        "why": [] if is_of(focus, table) else why_of(told),
        "number": at + 1,
        "rows": rows_in_words(table, focus),
        "looks": looks_of(table),
        "reasons": REASONS,
        "previous": address(table, cases[at - 1], everything) if at else "",
        "next": address(table, cases[at + 1], everything) if at + 1 < len(cases) else "",
        "threads": threads,
        "form": (form or verdict_form(table, focus, threads)).offer(table.docket.study),
    }


def rows_in_words(table: Table, case: SeenCase) -> list[Row]:
    """Everybody's row, with the answers in the codebook's words."""
    questions = read_questions(table.docket.study)
    rows = rows_of(table, case)
    return [replace(row, answers=tuple(questions.told(row.label, row.answers))) for row in rows]


def place_of(cases: list[SeenCase], chosen: str) -> int:
    """The case asked for; else the first that is open, else the first."""
    for at, case in enumerate(cases):
        if str(case.id) == chosen:
            return at
    return next((at for at, case in enumerate(cases) if case.is_open), 0)


def verdict_form(table: Table, case: SeenCase, threads: list[Any]) -> VerdictForm:
    """What this meeting decided, or what the case's threads suggest."""
    row = case.row if case.row and case.row.meeting_id == table.meeting.pk else None
    cited = next((thread.rule_name for thread in threads if thread.rule_name), "")
    initial = {
        "case": case.id,
        "ver": case.ver,
        "votes": case.votes_seal,
        "reason": row.reason if row else "",
        "rule": row.rule.name if row and row.rule else cited,
        "note": row.note if row else "",
    }
    return VerdictForm(initial=initial)


def looks_of(table: Table) -> dict[str, tuple[str, str]]:
    """Slug -> (slot, name) of every label."""
    labels = table.docket.study.labels.values_list("slug", "slot", "name")
    fixed = {"extent": ("x", "Extent"), "link": ("x", "Link")}
    return {slug: (str(slot), name) for slug, slot, name in labels} | fixed


def listed(table: Table, case: SeenCase, current: bool) -> dict[str, Any]:
    words = " ".join(table.docket.text[case.start : case.end].split())
    return {
        "id": case.id,
        "title": case.title,
        "words": words if len(words) <= 48 else f"{words[:47].rstrip()}…",
        "flagged": bool(case.flagged),
        "is_open": case.is_open,
        "current": current,
    }


def address(table: Table, case: SeenCase, everything: bool) -> str:
    query = {"case": str(case.id)} | ({"show": "all"} if everything else {})
    there = reverse("curation:meeting", args=[table.docket.study.pk, table.meeting.pk])
    return f"{there}?{urlencode(query)}"


@require_POST
def verdict(request: HttpRequest, study_id: uuid.UUID, meeting_id: uuid.UUID) -> HttpResponse:
    """A decision of the meeting; then the next open case."""
    table = deciding(request, study_id, meeting_id)
    form = VerdictForm(request.POST)
    chosen = request.POST.get("case", "")
    if form.is_valid() and table.meeting.ended_at:
        form.add_error(None, ENDED)
    if not form.is_valid():
        return show(request, table, chosen, form, status=422)
    reopens = form.cleaned_data["choice"] == "reopen"
    try:
        decide(
            user=me(request),
            study_id=study_id,
            article_id=table.meeting.article_id,
            case_id=form.cleaned_data["case"],
            ver=form.cleaned_data["ver"],
            decision=form.decision(),
            kind=RulingKind.REOPEN if reopens else RulingKind.DECIDE,
            meeting_id=table.meeting.pk,
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return show(request, table, chosen, form, status=422)
    table = fetch_table(me(request), study_id, meeting_id)
    everything = request.GET.get("show") == "all"
    cases = cases_to_talk_about(table, everything)
    going_on = chosen if reopens else following(cases, chosen)
    if getattr(request, "htmx", False):
        return show(request, table, going_on)
    query = {"case": going_on} | ({"show": "all"} if everything else {})
    return redirect(f"{request.path.removesuffix('verdict/')}?{urlencode(query)}")


def following(cases: list[SeenCase], chosen: str) -> str:
    """The next open case after this one, from the start again; the same when all are decided."""
    at = place_of(cases, chosen)
    ahead = [*cases[at + 1 :], *cases[:at]]
    return next((str(case.id) for case in ahead if case.is_open), chosen)


@require_POST
def notes(request: HttpRequest, study_id: uuid.UUID, meeting_id: uuid.UUID) -> HttpResponse:
    table = deciding(request, study_id, meeting_id)
    form = NotesForm(request.POST)
    if form.is_valid():
        words = form.cleaned_data["notes"]
        actions.keep_notes(meeting=table.meeting, actor=me(request), notes=words)
        messages.success(request, "The notes are saved.")
        return redirect("curation:meeting", study_id, meeting_id)
    return show(request, table, "", notes=form, status=422)


@require_POST
def end(request: HttpRequest, study_id: uuid.UUID, meeting_id: uuid.UUID) -> HttpResponse:
    table = deciding(request, study_id, meeting_id)
    ended = request.POST.get("meeting") == "end"
    actions.set_ended(meeting=table.meeting, actor=me(request), ended=ended)
    return redirect("curation:meetings", study_id)


def deciding(request: HttpRequest, study_id: uuid.UUID, meeting_id: uuid.UUID) -> Table:
    """For those who decide; PermissionDenied for annotators at the table."""
    table = fetch_table(me(request), study_id, meeting_id)
    fetch_docket(me(request), study_id, table.meeting.article_id, Act.WRITE_GOLD)
    return table


@require_safe
def agenda(request: HttpRequest, study_id: uuid.UUID, meeting_id: uuid.UUID) -> HttpResponse:
    """To be printed: the open cases, everybody's reading of each, room for notes; `?first=` n.
    Then what the meeting has decided, with the rules it cited."""
    try:
        table = fetch_table(me(request), study_id, meeting_id)
    except Revising as refusal:
        return shut(request, refusal)
    is_open = [case for case in cases_to_talk_about(table) if case.is_open]
    decided = [case for case in read_cases(table.docket) if is_of(case, table)]
    asked = request.GET.get("first", "")
    first = int(asked) if asked in FIRST else len(is_open)
    cases = is_open[:first]
    text = table.docket.text
    context = {
        "standing": table.talk.standing,
        "table": table,
        "meeting": table.meeting,
        "article": table.docket.article,
        "looks": looks_of(table),
        "reasons": REASONS,
        "people": [table.name(who) for who in table.seats],
        "away": table.away_names,
        "n_open": len(is_open),
        "first": asked,
        "choices": [n for n in FIRST if int(n) < len(is_open)],
        "cases": [
            {
                "case": case,
                "rows": rows_of(table, case),
                "words": text[slice(*window_of(table.docket, case))] if case.on == "span" else "",
            }
            for case in cases
        ],
        "decided": [verdict_of(table, case) for case in decided],
    }
    return render(request, "curation/agenda.html", context)


def is_of(case: SeenCase, table: Table) -> bool:
    return case.row is not None and case.row.meeting_id == table.meeting.pk


def verdict_of(table: Table, case: SeenCase) -> dict[str, Any]:
    """A decision of the meeting: how, what stands, the rule and why."""
    row, told, text = case.row, Teller(table.docket).case(case), table.docket.text
    assert row is not None
    gold = case.gold
    parts = gold.fragments if gold else ()
    label = row.gold_span.label if gold else None
    return {
        "told": told,
        "label": label.slug if label else "extent" if gold else "",
        "words": " … ".join(text[start:end] for start, end in parts),
        "about": text[case.start : case.end],
        "rule": row.rule,
        "reason": row.get_reason_display() if row.reason else "",
        "note": row.note,
    }
