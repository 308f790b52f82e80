"""The passages behind one number, each leading to its article."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from annotations.study.policy import BLINDED

from ..forms import WantedForm
from ..layout import Names
from ..passages import KIND_TITLES, Wanted, find_passages
from ..queries import (
    ArticleInput,
    Quoted,
    Scope,
    articles_of_group,
    fetch_scope,
    quote_passages,
    read_continua,
    read_names,
    read_titles,
    with_entities,
)
from ..selection import Selection
from .live import chosen, me

PER_PAGE = 50


@require_GET
def passages(request: HttpRequest, study_id: uuid.UUID) -> HttpResponse:
    """The passages behind one number, fifty a page."""
    scope = fetch_scope(me(request), study_id)
    if scope.standing.is_blinded:
        raise PermissionDenied(BLINDED)
    named = read_names(scope.study, scope.seen, blind=scope.standing.is_blinded)
    _, selection = chosen(scope, request.GET, named)
    wanted_form = WantedForm(request.GET)
    if not wanted_form.is_valid():
        raise Http404("There are no such passages.")
    wanted = scope.wanted(wanted_form.wanted())
    inputs = inputs_of(scope, selection, wanted)
    found = find_passages(
        read_continua(inputs, labels=selection.labels, level=selection.level), wanted
    )
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
        "n_articles": len(inputs),
        "n_annotators": len({who for one in inputs for who in one.work}),
        "n_spans": sum(one.n_spans(wanted.label) for one in found),
        "kinds": kinds_of(request, wanted),
        "what": describe(wanted, names),
        "back": without(request.GET, *WantedForm.base_fields, "page"),
        "address": without(request.GET, "page"),
    }
    return render(request, "reports/passages.html", context)


def inputs_of(scope: Scope, selection: Selection, wanted: Wanted) -> list[ArticleInput]:
    """The articles that the number is about."""
    inputs = scope.inputs(selection)
    if wanted.article:
        inputs = [one for one in inputs if str(one.article_id) == wanted.article]
    if wanted.group:
        inputs = articles_of_group(scope.study, selection, inputs, wanted.group)
    people = {one for one in (wanted.a, wanted.b) if one}
    least = 1 if wanted.alone else 2
    return [one for one in inputs if len(one.work) >= least and people <= set(map(str, one.work))]


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
            if who
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
        "attributes": {
            "": "All",
            "answered": "Answered by both",
            "agreed": "Same",
            "differs": "Different",
            "blank": "Left blank",
        },
        "links": {"": "All", "agreed": "Drawn by both", "presence": "Drawn by one"},
        "spans": {"": "All"},
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
        "spans": "Spans, one by one",
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
