"""Making a study, its settings and rounds, and the bin."""

import uuid
from collections import Counter
from copy import copy

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.asking import me, posted
from annotations.text.refusal import Refusal

from ..actions import studies as actions
from ..drawn_from import DrawnFrom
from ..forms import attempt
from ..forms.studies import IntoBinForm, NewStudyForm, RoundForm, SettingsForm
from ..models import Role, Study
from ..policy import Act
from ..queries import fetch_standing
from ..queries.studies import (
    BIN_KEEPS,
    bin_of,
    fetch_binned,
    fetch_round,
    rounds_now,
)
from ..undo_offers import say_done, say_done_with


@require_safe
def help_(request: HttpRequest) -> HttpResponse:
    """The short guides, for whoever is signed in."""
    return render(request, "study/help.html")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = NewStudyForm(posted(request), user=me(request))
    if form.is_valid():
        study = actions.create_study(actor=me(request), **form.cleaned_data)
        messages.success(request, f"“{study.name}” is ready. Invite the people who take part.")
        return redirect("study:people", study.pk)
    status = 422 if form.is_bound else 200
    return render(request, "study/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_STUDY)
    # A form writes into its instance, and the header still shows the study as it is.
    study = standing.study
    drawn_from = DrawnFrom(request, study, lambda: actions.values(study, actions.SETTINGS), [study])
    form = SettingsForm(posted(request), instance=copy(study))
    if form.is_valid() and drawn_from.attempt(
        form,
        lambda: actions.change_settings(
            study=standing.study, actor=me(request), **form.cleaned_data
        ),
        "second_factor",
    ):
        say_done(request, "The settings are saved.")
        return redirect("study:settings", study_id)
    context = {
        "standing": standing,
        "form": form,
        "drawn_from": drawn_from,
        "rounds": rounds_now(standing.study, timezone.localdate()),
        "members": counted_members(standing.study),
        "days": BIN_KEEPS.days,
    }
    return render(request, "study/settings.html", context, status=drawn_from.status(form))


def counted_members(study: Study) -> list[tuple[str, int]]:
    """How many people hold each role now."""
    held = Counter(study.memberships.filter(ended_at=None).values_list("role", flat=True))
    return [(role.label, held[role.value]) for role in Role]


@require_http_methods(["GET", "HEAD", "POST"])
def round_new(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_STUDY)
    form = RoundForm(posted(request))
    if form.is_valid() and attempt(
        form,
        lambda: actions.add_round(study=standing.study, actor=me(request), **form.cleaned_data),
        "name",
    ):
        say_done(request, f"The round “{form.cleaned_data['name']}” is added.")
        return redirect("study:settings", study_id)
    context = {"standing": standing, "form": form, "round": None}
    return render(request, "study/round.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def round_edit(request: HttpRequest, study_id: uuid.UUID, round_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_STUDY)
    round = fetch_round(standing.study, round_id)
    fields = actions.ROUND_FIELDS
    drawn_from = DrawnFrom(request, standing.study, lambda: actions.values(round, fields), [round])
    form = RoundForm(posted(request), instance=copy(round))
    if form.is_valid() and drawn_from.attempt(
        form,
        lambda: actions.change_round(round=round, actor=me(request), **form.cleaned_data),
        "name",
    ):
        say_done(request, f"The round “{round.name}” is saved.")
        return redirect("study:settings", study_id)
    context = {"standing": standing, "form": form, "round": round, "drawn_from": drawn_from}
    return render(request, "study/round.html", context, status=drawn_from.status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def round_comparison(
    request: HttpRequest, study_id: uuid.UUID, round_id: uuid.UUID
) -> HttpResponse:
    """Asked first: once somebody has read others' marks, that cannot be undone."""
    standing = fetch_standing(me(request), study_id, Act.OPEN_COMPARISON)
    round = fetch_round(standing.study, round_id)
    if request.method != "POST":
        listed = rounds_now(standing.study, timezone.localdate())
        now = next(each for each in listed if each.round.pk == round.pk)
        return render(request, "study/comparison.html", {"standing": standing, "now": now})
    opened = request.POST.get("comparison") == "open"
    actions.set_comparison(round=round, actor=me(request), opened=opened)
    told = "is open" if opened else "is closed"
    say_done(request, f"The comparison of “{round.name}” {told}.")
    return redirect("study:settings", study_id)


@require_POST
def round_closing(request: HttpRequest, study_id: uuid.UUID, round_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_STUDY)
    round = fetch_round(standing.study, round_id)
    closed = request.POST.get("round") == "close"
    actions.set_closed(round=round, actor=me(request), closed=closed)
    told = "is closed" if closed else "is open again"
    say_done(request, f"The round “{round.name}” {told}.")
    return redirect("study:settings", study_id)


@require_POST
def round_remove(request: HttpRequest, study_id: uuid.UUID, round_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_STUDY)
    round = fetch_round(standing.study, round_id)
    try:
        actions.remove_round(round=round, actor=me(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        say_done(request, f"The round “{round.name}” is removed.")
    return redirect("study:settings", study_id)


@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.MANAGE_STUDY)
    form = IntoBinForm(posted(request))
    if form.is_valid():
        actions.throw_away(study=standing.study, actor=me(request))
        way_back = reverse("study:restore", args=[study_id])
        say_done_with(request, f"“{standing.study.name}” is in the bin.", way_back)
        return redirect("study:bin")
    context = {"standing": standing, "days": BIN_KEEPS.days, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "study/archive.html", context, status=status)


@require_safe
def binned(request: HttpRequest) -> HttpResponse:
    studies = [
        (study, study.deleted_at + BIN_KEEPS) for study in bin_of(me(request)) if study.deleted_at
    ]
    return render(request, "study/bin.html", {"studies": studies, "days": BIN_KEEPS.days})


@require_POST
def restore(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    study = fetch_binned(me(request), study_id)
    actions.bring_back(study=study, actor=me(request))
    messages.success(request, f"“{study.name}” is back.")
    return redirect("study:settings", study_id)
