"""Agreement as it stands now: tables, the passages behind every number, files."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from annotations.accounts.models import User
from annotations.agreement import ENGINE_VERSION

from ..actions import Job, known_gamma, tables_now
from ..files import WRITERS, methods_text
from ..forms import ReportForm, SelectionForm, WantedForm
from ..layout import Laid, Names, by_name, lay_out
from ..models import Report
from ..passages import KIND_TITLES, Wanted, find_passages
from ..plots import plots
from ..queries import (
    ArticleInput,
    NotOpenYet,
    Quoted,
    Scope,
    fetch_scope,
    quote_passages,
    read_continua,
    read_names,
    read_titles,
    with_entities,
)
from ..selection import Selection

PER_PAGE = 50
ROWS = 50  # of a table on a page
FOR_ANNOTATORS = ("pairs",)  # the one table that is of own pairs alone


def me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def chosen(scope: Scope, given: QueryDict, names: Names) -> tuple[SelectionForm, Selection]:
    """The form and what it says; a form with mistakes selects what could be read of it."""
    form = SelectionForm(scope.study, names, given)
    form.is_valid()
    return form, form.selection()


def names_of(scope: Scope, articles: Sequence[str] | None = None) -> Names:
    """Whom and what the page names; titles of all articles, or of some."""
    return replace(read_names(scope.study), articles=read_titles(scope.study, articles))


def shown_tables(scope: Scope, tables: Mapping[str, Any], names: Names) -> list[Laid]:
    """All tables; for annotators those of their own pairs."""
    if scope.sees_all:
        return lay_out(tables, names)
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


@require_GET
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
    context = {
        "standing": scope.standing,
        "scope": scope,
        "form": form,
        "is_narrowed": bool(request.GET),
        "address": request.GET.urlencode(),
        "counts": tables["counts"],
        "n_articles": len(inputs),
        "laid": [one.shortened(ROWS) for one in shown_tables(scope, tables, names)],
        "plots": plots(tables, names) if scope.sees_all else {},
        "methods": methods_of(selection, tables) if scope.sees_all else "",
        "versions": versions,
        "make_form": ReportForm(initial={"name": f"Agreement, {timezone.now():%-d %B %Y}"}),
        "reports": Report.objects.filter(study=scope.study).defer("result")[:20],
    }
    return render(request, "reports/agreement.html", context)


def methods_of(selection: Selection, tables: Mapping[str, Any]) -> str:
    return methods_text(tables, level=selection.level, seed=1, engine=ENGINE_VERSION)


@require_GET
def passages(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """The passages behind one number, fifty a page."""
    scope = fetch_scope(me(request), study_id)
    named = read_names(scope.study)
    _, selection = chosen(scope, request.GET, named)
    wanted_form = WantedForm(request.GET)
    if not wanted_form.is_valid():
        raise Http404("There are no such passages.")
    wanted = scope.wanted(wanted_form.wanted())
    found = find_passages(corpus_of(scope, selection, wanted), wanted)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    titles = read_titles(scope.study, {one.article for one in page})
    names = with_entities(scope.study, replace(named, articles=titles))
    context = {
        "standing": scope.standing,
        "scope": scope,
        "wanted": wanted,
        "names": names,
        "page": page,
        "places": places(quote_passages(list(page)), names),
        "n_spans": sum(one.n_spans(wanted.label) for one in found),
        "kinds": kinds_of(request, wanted),
        "what": describe(wanted, names),
        "back": without(request.GET, *WantedForm.base_fields, "page"),
        "address": without(request.GET, "page"),
    }
    return render(request, "reports/passages.html", context)


def corpus_of(scope: Scope, selection: Selection, wanted: Wanted) -> Any:
    inputs = scope.inputs(selection)
    if wanted.article:
        inputs = [one for one in inputs if str(one.article_id) == wanted.article]
    return read_continua(inputs, level=selection.level)


def places(quoted: Sequence[Quoted], names: Names) -> list[dict[str, Any]]:
    """Passages as the page shows them: those of several pairs at one place under one excerpt."""
    return [
        {
            "quoted": first,
            "article": names.article(first.passage.article),
            "article_id": uuid.UUID(first.passage.article),
            "span": first.passage.first_span,
            "passages": [shown(one, names) for one in (first, *more)],
        }
        for _, (first, *more) in groupby(quoted, key=place_of)
    ]


def place_of(one: Quoted) -> tuple[str, int, str]:
    return one.passage.article, one.start, one.around


def shown(quoted: Quoted, names: Names) -> dict[str, Any]:
    """A passage with each reading under its annotator's name."""
    passage = quoted.passage
    label = passage.label_a or ""
    sides = [(passage.a, quoted.a, passage.answers[0]), (passage.b, quoted.b, passage.answers[1])]
    return {
        "kind": KIND_TITLES[passage.kind],
        "attribute": names.attributes.get((label, passage.attribute), passage.attribute),
        "readings": [
            {
                "who": names.annotator(who),
                "quotes": [
                    (names.label(quote.label), names.slot(quote.label), quote.words)
                    for quote in quotes
                ],
                "answer": answer and names.answer(label, passage.attribute, answer),
            }
            for who, quotes, answer in sides
        ],
    }


def kinds_of(request: HttpRequest, wanted: Wanted) -> list[tuple[str, str, bool]]:
    """(title, address, is the current one) of the filters by kind that this listing has."""
    kinds = {
        "findings": {
            "": "All",
            "disagreement": "Disagreements",
            "agreed": "Alike",
            "boundary": "Different boundaries",
            "label": "Different label",
            "presence": "Only one found it",
        },
        "exact": {"": "All", "agreed": "Alike", "disagreement": "Not alike"},
        "attributes": {"": "All", "agreed": "Same", "differs": "Different", "blank": "Left blank"},
        "links": {"": "All", "agreed": "Drawn by both", "presence": "Drawn by one"},
    }[wanted.listing]
    rest = without(request.GET, "kind", "page")
    return [
        (title, f"{rest}&{urlencode({'kind': kind})}" if kind else rest, kind == wanted.kind)
        for kind, title in kinds.items()
    ]


def describe(wanted: Wanted, names: Names) -> str:
    """One line that says what the list is of."""
    what = {
        "findings": "Spans side by side",
        "exact": "Spans that are alike or not",
        "attributes": "Answers side by side",
        "links": "Links side by side",
    }[wanted.listing]
    parts = [what]
    if wanted.label:
        parts.append(names.label(wanted.label))
    if wanted.other:
        parts.append(f"against {names.label(None if wanted.other == '-' else wanted.other)}")
    if wanted.attribute:
        parts.append(names.attributes.get((wanted.label, wanted.attribute), wanted.attribute))
    people = [names.annotator(one) for one in (wanted.a, wanted.b) if one]
    if people:
        parts.append(" and ".join(people))
    return ", ".join(parts)


def without(given: QueryDict, *names: str) -> str:
    kept = given.copy()
    for name in names:
        kept.pop(name, None)
    return kept.urlencode()


@require_GET
def table(request: HttpRequest, study_id: uuid.UUID, name: str, form: str) -> HttpResponse:
    scope = fetch_scope(me(request), study_id)
    names = names_of(scope)
    _, selection = chosen(scope, request.GET, names)
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


@require_GET
def methods(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    scope = fetch_scope(me(request), study_id)
    if not scope.sees_all:
        raise Http404("There is no such text.")
    names = read_names(scope.study)
    _, selection = chosen(scope, request.GET, names)
    tables, _ = compute(scope, selection, names)
    return text_answer(methods_of(selection, tables))


def text_answer(text: str) -> HttpResponse:
    answer = HttpResponse(text + "\n", content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="methods.txt"'
    return answer
