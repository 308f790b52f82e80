"""Agreement as it stands now: tables, the passages behind every number, files."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from annotations.accounts.models import User
from annotations.agreement import ENGINE_VERSION
from annotations.assignment.queries.counts import count_study
from annotations.corpus.models import Article
from annotations.study.models import Study

from ..actions import Job, known_gamma, tables_now
from ..against_gold import lay_out_gold
from ..files import WRITERS, methods_text
from ..forms import ReportForm, SelectionForm
from ..gamma_pairs import lay_out_gamma_pairs, name_articles
from ..laying import by_name, lay_out
from ..layout import Laid, Names
from ..models import Report
from ..plots import plots
from ..queries import (
    ArticleInput,
    NotOpenYet,
    Scope,
    fetch_scope,
    read_choice,
    read_names,
    read_titles,
)
from ..selection import Selection

ROWS = 50  # of a table on a page
REPORTS = 20  # kept ones that are listed at once
FOR_ANNOTATORS = ("pairs",)  # the one table that is of own pairs alone


def me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def chosen(scope: Scope, given: QueryDict, names: Names) -> tuple[SelectionForm, Selection]:
    """The form and what it says; a form with mistakes selects what could be read of it."""
    form = SelectionForm(scope.study, names, given, own=scope.own)
    form.is_valid()
    return form, form.selection()


def address_of(given: QueryDict) -> str:
    """What was chosen, as an address: nothing else that may stand in it."""
    kept = given.copy()
    for name in set(given) - set(SelectionForm.base_fields):
        del kept[name]
    return kept.urlencode()


def chosen_or_404(scope: Scope, given: QueryDict, names: Names) -> Selection:
    """A file of something else than was asked for is worse than none. Raises Http404."""
    form, selection = chosen(scope, given, names)
    if not form.is_valid():
        raise Http404("There is no such choice.")
    return selection


def names_of(scope: Scope, articles: Sequence[str] | None = None) -> Names:
    """Whom and what the page names; titles of all articles, or of some."""
    return replace(
        read_names(scope.study, scope.seen, blind=scope.standing.is_blinded),
        articles=read_titles(scope.study, articles),
    )


def shown_tables(scope: Scope, tables: Mapping[str, Any], names: Names) -> list[Laid]:
    """All tables; for annotators those of their own pairs."""
    if scope.sees_all:
        tables = name_articles(tables, names)
        return [
            *lay_out(tables, names),
            *lay_out_gamma_pairs(tables, names),
            *lay_out_gold(tables, names),
        ]
    kept = [pair for pair in tables["pairs"] if str(scope.own) in (pair["a"], pair["b"])]
    found = by_name({**tables, "pairs": kept}, names)
    return [found[name] for name in FOR_ANNOTATORS]


def compute(
    scope: Scope, selection: Selection, names: Names
) -> tuple[dict[str, Any], list[ArticleInput]]:
    inputs = scope.inputs(selection)
    labels = list(selection.labels or names.labels)
    tables = tables_now(scope.study, selection, inputs, labels)
    if scope.sees_all:
        tables |= known_gamma(Job(scope.study, selection, tuple(inputs), tuple(labels), seed=1))
    return tables, inputs


@require_safe
def agreement(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """What is known at once: gamma too, if a report was kept of the same marks."""
    try:
        scope = fetch_scope(me(request), study_id)
    except NotOpenYet as not_yet:  # the study's navigation leads here: no dead end
        context = {"standing": not_yet.standing, "message": str(not_yet)}
        return render(request, "reports/not_open_yet.html", context)
    names = names_of(scope)
    form, selection = chosen(scope, request.GET, names)
    tables, inputs = compute(scope, selection, names)
    versions = tables["versions"]
    is_narrowed = bool(address_of(request.GET))
    kept = Report.objects.filter(study=scope.study).defer("result", "inputs")
    context = {
        "standing": scope.standing,
        "scope": scope,
        "missing": missing(scope, tables["counts"], is_narrowed=is_narrowed),
        "form": form,
        "is_narrowed": is_narrowed,
        "n_withheld": len(scope.withheld),
        "address": address_of(request.GET),
        "counts": tables["counts"],
        "n_accepted": tables.get("accepted", 0),
        "n_articles": len(inputs),
        "laid": [one.shortened(ROWS) for one in shown_tables(scope, tables, names)],
        "plots": plots(tables, names) if scope.sees_all else {},
        "methods": methods_of(scope, selection, tables, names) if scope.sees_all else "",
        "versions": versions,
        "make_form": ReportForm(initial={"name": f"Agreement, {timezone.now():%-d %B %Y}"}),
        "page": Paginator(kept, REPORTS).get_page(request.GET.get("page")),
    }
    return render(request, "reports/agreement.html", context)


def missing(scope: Scope, counts: Mapping[str, int], *, is_narrowed: bool) -> dict[str, str]:
    """What it takes before there is any agreement, and the next step; nothing when there is."""
    if counts["articles"] or not scope.sees_all:
        return {}
    study, standing = scope.study, scope.standing
    if is_narrowed:
        words = "No article that two annotators submitted fits this choice."
        return _step(words, "reports:agreement", "Show everything", study)
    if n_withheld := len(scope.withheld):
        are = "article is" if n_withheld == 1 else "articles are"
        words = f"{n_withheld} {are} left out while you are still marking yourself."
        return _step(words, "assignment:study", "Go on with your work", study)
    work = count_study(study)
    alone = counts.get("submitted_alone", 0)
    if not work.all:
        words = "Agreement needs articles that two annotators or more have marked. "
        if not Article.objects.kept().filter(study=study).exists():
            words += "There are no articles yet."
            return _step(words, "corpus:import", "Import articles", study, standing.is_manager)
        words += "Nothing is assigned yet."
        return _step(words, "assignment:plan", "Assign articles", study, standing.is_manager)
    if work.left:
        words = (
            f"{work.submitted} of {work.all} assignments are submitted, but no article by two "
            "annotators yet. Figures stand here as soon as one is."
        )
        return _step(words, "assignment:study", "See who has done what", study)
    words = (
        f"Each of the {alone} submitted articles has one annotator only. Assign some of them to a "
        "second one."
    )
    return _step(words, "assignment:plan", "Assign articles", study, standing.is_manager)


def _step(words: str, name: str, act: str, study: Study, may: bool = True) -> dict[str, str]:
    return {"words": words, "act": act, "url": reverse(name, args=[study.pk]) if may else ""}


def methods_of(scope: Scope, selection: Selection, tables: Mapping[str, Any], names: Names) -> str:
    choice = read_choice(scope.study, selection, names)
    level, engine = selection.level, ENGINE_VERSION
    return methods_text(tables, names, level=level, seed=1, engine=engine, choice=choice)


@require_safe
def table(request: HttpRequest, study_id: uuid.UUID, name: str, form: str) -> HttpResponse:
    scope = fetch_scope(me(request), study_id)
    names = names_of(scope)
    selection = chosen_or_404(scope, request.GET, names)
    tables, _ = compute(scope, selection, names)
    return file_answer(shown_tables(scope, tables, names), name, form)


def file_answer(laid: Sequence[Laid], name: str, form: str) -> HttpResponse:
    """One table as a file. Raises Http404 for a table or form there is not."""
    found = {one.name: one for one in laid}
    if name not in found or form not in WRITERS:
        raise Http404("There is no such table.")
    content_type, write = WRITERS[form]
    answer = HttpResponse(write(found[name]), content_type=f"{content_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="agreement-{name}.{form}"'
    return answer


@require_safe
def methods(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    scope = fetch_scope(me(request), study_id)
    if not scope.sees_all:
        raise Http404("There is no such text.")
    names = read_names(scope.study, blind=scope.standing.is_blinded)
    selection = chosen_or_404(scope, request.GET, names)
    tables, _ = compute(scope, selection, names)
    return text_answer(methods_of(scope, selection, tables, names))


def text_answer(text: str) -> HttpResponse:
    answer = HttpResponse(text + "\n", content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="methods.txt"'
    return answer
