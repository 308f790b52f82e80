"""Calibration rounds: their steps, and what came of them."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.asking import me, posted
from annotations.agreement import REGISTRY, Unit
from annotations.study.models import Study
from annotations.study.policy import Act, Phase, Standing
from annotations.study.queries import fetch_standing
from annotations.text.refusal import Refusal

from .. import calibrating
from ..actions import calibration as actions
from ..ballots import EXTENT
from ..calibrating import MEASURES, MOVED_BY, Change, Move, Twice
from ..forms.calibration import CalibrationForm
from ..models import Calibration
from ..queries.calibration import (
    Seen,
    Versions,
    fetch_calibration,
    list_calibrations,
    progress_of,
    read_versions,
    rounds_to_calibrate,
    still_out,
    told_to,
)
from ..queries.questions import Questions, read_questions

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def calibrations(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    act = Act.OPEN_COMPARISON if request.method == "POST" else Act.SEE_AGREEMENT
    standing = fetch_standing(me(request), study_id, act)
    rounds = rounds_to_calibrate(standing.study)
    form = CalibrationForm(posted(request), rounds=rounds)
    if form.is_valid():
        try:
            made = actions.begin_calibration(actor=me(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("round", str(refusal))
        else:
            return redirect("curation:calibration", study_id, made.pk)
    context = {
        "standing": standing,
        "calibrations": shown_to(standing),
        "form": form if standing.may(Act.OPEN_COMPARISON) else None,
        "rounds": rounds.exists(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "curation/calibrations.html", context, status=status)


def shown_to(standing: Standing) -> list[Calibration]:
    """All to the desk; to annotators those whose outcome they are told."""
    if standing.may(Act.SEE_AGREEMENT, Phase.OPEN):
        return list_calibrations(standing.study)
    return list_calibrations(standing.study, told_to(standing.user))


@require_safe
def calibration(
    request: HttpRequest, study_id: uuid.UUID, calibration_id: uuid.UUID
) -> HttpResponse:
    seen = fetch_calibration(me(request), study_id, calibration_id)
    held = seen.calibration
    context: dict[str, Any] = {
        "standing": seen.standing,
        "calibration": held,
        "may_lead": seen.standing.may(Act.OPEN_COMPARISON),
        "progress": progress_of(held) if seen.own is None else [],
        "out": still_out(held) if seen.own is None and held.revealed_at else [],
        "report": None,
    }
    context["n_unchanged"] = sum(one.n_out - one.n_begun for one in context["out"])
    if held.revealed_at is not None:
        context["report"] = report_of(seen, request.GET.get("page", "1"))
    return render(request, "curation/calibration.html", context)


def report_of(seen: Seen, page: str) -> dict[str, Any]:
    """What came of it: figures before and after, who moved towards whom, the passages."""
    versions = read_versions(seen.calibration, seen.own)
    articles = list(versions.articles.values())
    names = labels_of(seen.standing.study)
    asked = read_questions(seen.standing.study)
    moves = [one for one in calibrating.moves(versions.articles) if mine(seen, one.annotator)]
    pages = Paginator(moves, PAGE).get_page(page)
    return {
        "measures": [(REGISTRY[name].title, REGISTRY[name].says) for name in MEASURES],
        "figures": [
            (REGISTRY[name].title, change) for name, change in figures_of(seen, articles).items()
        ],
        "labels": [
            (names.get(label, (label, "x")), change)
            for label, change in (
                calibrating.by_label(articles) if seen.own is None else {}
            ).items()
        ],
        "pairs": sorted(
            (
                (*sorted((versions.people[a], versions.people[b])), list(changes.values()))
                for (a, b), changes in calibrating.by_pair(articles).items()
                if mine(seen, a, b)
            ),
            key=lambda row: (row[0].casefold(), row[1].casefold()),
        ),
        "towards": towards_of(seen, versions, articles),
        "moved_by": [REGISTRY[name].title for name in MOVED_BY],
        "n_moves": len(moves),
        "page": pages,
        "moves": [shown_move(move, versions, names, asked) for move in pages.object_list],
    }


def figures_of(seen: Seen, articles: list[Twice]) -> dict[str, Change]:
    """Everybody's together: only for those who may see all."""
    return calibrating.figures(articles) if seen.own is None else {}


def mine(seen: Seen, *people: str) -> bool:
    return seen.own is None or seen.own in people


def labels_of(study: Study) -> dict[str, tuple[str, str]]:
    """Slug -> (name, slot)."""
    rows = study.labels.values_list("slug", "name", "slot")
    return {slug: (name, str(slot)) for slug, name, slot in rows} | {EXTENT: ("Extent", "x")}


def towards_of(seen: Seen, versions: Versions, articles: list[Twice]) -> dict[str, Any]:
    """A row a person who moved, a column a person they moved to."""
    found = calibrating.towards(articles)
    people = sorted(versions.people, key=lambda who: versions.people[who].casefold())
    return {
        "people": [versions.people[who] for who in people],
        "rows": [
            (
                versions.people[a],
                [
                    [found[a, b][name] for name in MOVED_BY] if (a, b) in found else None
                    for b in people
                ],
            )
            for a in people
            if mine(seen, a)
        ],
    }


def shown_move(
    move: Move, versions: Versions, names: dict[str, tuple[str, str]], asked: Questions
) -> dict[str, Any]:
    return {
        "article": move.article,
        "title": versions.titles[move.article],
        "who": versions.people[move.annotator],
        "what": calibrating.KINDS[move.kind],
        "before": shown_unit(move.before, versions, names, asked, first=True),
        "after": shown_unit(move.after, versions, names, asked, first=False),
        "towards": [versions.people[who] for who in move.towards],
    }


def shown_unit(
    unit: Unit | None,
    versions: Versions,
    names: dict[str, tuple[str, str]],
    asked: Questions,
    *,
    first: bool,
) -> dict[str, Any] | None:
    if unit is None:
        return None
    name, slot = names.get(unit.label, (unit.label, "x"))
    given = {key: value for key, value in unit.attributes.items() if value}
    written = {key: versions.written.get(value, value) for key, value in given.items()}
    answers = asked.told(unit.label, written)
    words = versions.quotes.get((str(unit.key), first), "")
    return {"label": name, "slot": slot, "words": words, "answers": answers}


@require_POST
def reveal(request: HttpRequest, study_id: uuid.UUID, calibration_id: uuid.UUID) -> HttpResponse:
    def act(held: Calibration) -> str:
        actions.reveal(calibration=held, actor=me(request))
        return "The comparison of the round is open. What everybody submitted alone is kept."

    return step(request, study_id, calibration_id, act)


@require_POST
def revise(request: HttpRequest, study_id: uuid.UUID, calibration_id: uuid.UUID) -> HttpResponse:
    def act(held: Calibration) -> str:
        n = actions.let_revise(calibration=held, actor=me(request))
        return f"{n} article{'' if n == 1 else 's'} given back for revision."

    return step(request, study_id, calibration_id, act)


@require_POST
def end(request: HttpRequest, study_id: uuid.UUID, calibration_id: uuid.UUID) -> HttpResponse:
    def act(held: Calibration) -> str:
        take_first = request.POST.get("take_first") == "1"
        actions.end_calibration(calibration=held, actor=me(request), take_first=take_first)
        return "The calibration has ended. Both versions are kept."

    return step(request, study_id, calibration_id, act)


def step(
    request: HttpRequest,
    study_id: uuid.UUID,
    calibration_id: uuid.UUID,
    act: Callable[[Calibration], str],
) -> HttpResponse:
    """One step, for managers."""
    fetch_standing(me(request), study_id, Act.OPEN_COMPARISON)
    seen = fetch_calibration(me(request), study_id, calibration_id)
    try:
        messages.success(request, act(seen.calibration))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("curation:calibration", study_id, calibration_id)
