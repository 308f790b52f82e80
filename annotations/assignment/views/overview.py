"""Where people start: all their studies, and each study's own first page."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from annotations.accounts.asking import me
from annotations.accounts.narrowing import say_left_out
from annotations.accounts.paging import Cursor, read_cursor
from annotations.corpus.models import Article
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing
from annotations.study.queries.people import endings_of
from annotations.study.queries.studies import bin_of

from ..actions.counting import put_together
from ..forms import SoughtForm
from ..queries.articles import in_order, progress_by_article
from ..queries.counts import Counts, count_own, count_study, total
from ..queries.door import oversees
from ..queries.own import (
    comparable,
    deadlines_of,
    done_by,
    next_assignment,
    opened_of,
    parts_of,
    queue_of,
    timed,
)
from ..queries.people import SORTS, left_behind, list_annotators, progress_by_person

COLUMNS = [  # name of the order, title, whether the column holds figures
    ("name", "Annotator", False),
    ("submitted", "Submitted", False),
    ("left", "Left", True),
    ("time", "Time", True),
    ("last", "Last at work", True),
]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My studies, and what is next in each."""
    user = me(request)
    parts = parts_of(user)
    for part in parts:
        if part.everybody:
            put_together(part.study, part.everybody)
    context = {
        "parts": parts,
        "endings": endings_of(user),
        "has_bin": bin_of(user).exists(),
    }
    return render(request, "assignment/home.html", context)


@require_safe
def study(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    standing = fetch_standing(me(request), study_id, Act.SEE_STUDY)
    shown = which(standing, request.GET.get("show", ""))
    context = {"standing": standing, "shown": shown, "oversees": oversees(standing)}
    work = SHOWN[shown](request, standing)
    context |= work
    if shown != "mine":
        put_together(standing.study, work["counts"])
    if standing.may(Act.ASSIGN) and shown != "mine":
        context["lead"] = lead(standing, work["counts"])
    return render(request, f"assignment/study_{shown}.html", context)


def which(standing: Standing, asked: str) -> str:
    """The part of the page that is shown: one's own work, or that of all by article or person."""
    open_to = ["mine"] if standing.is_annotator else []
    if oversees(standing):
        open_to += ["articles"] if standing.is_blinded else ["articles", "people"]
    return asked if asked in open_to else open_to[0]


def mine(request: HttpRequest, standing: Standing) -> dict[str, Any]:
    study, user, cursor = standing.study, standing.user, read_cursor(request.GET)
    counts = count_own(study, user.pk)
    n_opened = comparable(user).filter(study=study).count()
    if request.GET.get("list") == "done":
        page = done_by(study, user, cursor)
        return {
            "list": "done",
            "page": page,
            "rows": timed(page.rows),
            "opened": opened_of(study, user, page.rows) if n_opened else set(),
            "n_opened": n_opened,
            "counts": counts,
            "next": next_assignment(user, study),
        }
    queue = queue_of(study, user, cursor)
    return {
        "list": "open",
        "n_opened": n_opened,
        "counts": counts,
        "deadlines": deadlines_of(study, user),
        "today": timezone.localdate(),
        "next": queue.next if cursor == Cursor() else next_assignment(user, study),
        "returned": queue.returned[1:],  # the first is what is next
        "page": queue.waiting,
        "rows": timed([*queue.in_progress, *queue.waiting.rows]),
    }


def articles(request: HttpRequest, standing: Standing) -> dict[str, Any]:
    form = SoughtForm(request.GET, study=standing.study, blind=standing.is_blinded)
    say_left_out(request, form)
    page = progress_by_article(standing.study, form.sought(), read_cursor(request.GET))
    for row in page.rows:
        row.shares[:] = in_order(standing, row.shares)
    counts = count_study(standing.study)
    return {
        "form": form,
        "page": page,
        "counts": counts,
        "stranded": left_behind(standing.study) if standing.may(Act.ASSIGN) else [],
        "steps": None if counts.all else first_steps(standing),
    }


def people(request: HttpRequest, standing: Standing) -> dict[str, Any]:
    form = SoughtForm(request.GET, study=standing.study)
    say_left_out(request, form)
    sort = request.GET.get("sort", "name")
    rows = progress_by_person(
        standing.study,
        round=form.given("round"),
        sort=sort,
        with_times=True if "times" in request.GET else None,
    )
    with_times = any(row.active_time is not None for row in rows)
    return {
        "form": form,
        "rows": rows,
        "columns": COLUMNS if with_times else COLUMNS[:-2],
        "with_times": with_times,
        "stranded": left_behind(standing.study) if standing.may(Act.ASSIGN) else [],
        "sort": sort if sort in SORTS else "name",
        "counts": total(row.counts for row in rows),
    }


def first_steps(standing: Standing) -> dict[str, bool]:
    """What a new study still needs before anybody can begin."""
    return {
        "articles": Article.objects.kept().filter(study=standing.study).exists(),
        "annotators": list_annotators(standing.study).exists(),
    }


def lead(standing: Standing, counts: Counts) -> str:
    """What a manager does next: "import", "assign" or "compare"."""
    if not counts.all:
        there = Article.objects.kept().filter(study=standing.study).exists()
        return "assign" if there else "import"
    return "assign" if counts.left else "compare"


SHOWN = {"mine": mine, "articles": articles, "people": people}
