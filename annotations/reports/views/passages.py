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
from django.views.decorators.http import require_safe

from annotations.marking.protocol import is_uuid
from annotations.study.models import Study
from annotations.study.policy import BLINDED

from ..actions import count_inputs
from ..counted import Counted
from ..forms import WantedForm
from ..layout import Names
from ..models import Report
from ..passages import AGAINST_GOLD, Passage, Wanted, find_passages
from ..places import Listed, count_places
from ..queries import (
    ArticleInput,
    Quoted,
    Scope,
    articles_of_group,
    as_kept,
    fetch_report,
    fetch_scope,
    quote_passages,
    read_beside_gold,
    read_continua,
    read_names,
    read_titles,
    with_entities,
)
from ..selection import Selection
from .live import chosen, me

PER_PAGE = 50


@require_safe
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
    if wanted.listing in AGAINST_GOLD and not scope.sees_all:
        raise PermissionDenied("What gold is compared with is for curators and managers.")
    report = report_of(scope, request.GET.get("report", ""))
    whole, gone = scope.inputs(selection), 0
    if report:
        whole, gone = as_kept(report.inputs["work"], whole)
    inputs = inputs_of(scope, selection, wanted, whole)
    found, n_spans = list_passages(scope.study, selection, inputs, wanted)
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
        "n_spans": n_spans,
        "kinds": kinds_of(request, wanted),
        "what": describe(wanted, names),
        "report": report,
        "n_gone": gone,
        "back": without(request.GET, *WantedForm.base_fields, "page", "report"),
        "address": without(request.GET, "page"),
    }
    return render(request, "reports/passages.html", context)


def report_of(scope: Scope, pk: str) -> Report | None:
    """The kept report whose number was clicked, for those who may read it."""
    if not pk:
        return None
    if not scope.sees_all or not is_uuid(pk):
        raise Http404("There is no such report.")
    return fetch_report(scope, uuid.UUID(pk))


def inputs_of(
    scope: Scope, selection: Selection, wanted: Wanted, inputs: list[ArticleInput]
) -> list[ArticleInput]:
    """The articles that the number is about."""
    if wanted.article:
        inputs = [one for one in inputs if str(one.article_id) == wanted.article]
    if wanted.group:
        inputs = articles_of_group(scope.study, selection, inputs, wanted.group)
    people = {one for one in (wanted.a, wanted.b) if one}
    if wanted.listing in AGAINST_GOLD:
        inputs = [one for one in inputs if one.gold]
    least = 1 if wanted.alone or wanted.listing in AGAINST_GOLD else 2
    return [one for one in inputs if len(one.work) >= least and people <= set(map(str, one.work))]


def list_passages(
    study: Study, selection: Selection, inputs: Sequence[ArticleInput], wanted: Wanted
) -> tuple[Sequence[Passage], int]:
    """The passages in all of these articles, and how many spans they stand for. Those of a page
    are looked for when it is shown, and only in its articles: how many each has was counted."""
    labels, level = selection.labels, selection.level

    def find(first: int, last: int) -> list[Passage]:
        some = inputs[first:last]
        if wanted.listing in AGAINST_GOLD:
            beside = read_beside_gold(study, some, labels=labels)
            return find_passages((one for one in beside if one), wanted)
        return find_passages(read_continua(some, labels=labels, level=level), wanted)

    counted = count_inputs(study, replace(selection, labels=()), inputs)
    if labels:  # readings of some labels lie side by side in other ways than those of all
        inputs = [one for one, sums in zip(inputs, counted, strict=True) if uses(sums, labels)]
        found = find(0, len(inputs))
        return found, sum(one.n_spans(wanted.label) for one in found)
    counts = count_places(counted, wanted)
    return Listed([one.passages for one in counts], find), sum(one.spans for one in counts)


def uses(counted: Counted, labels: Sequence[str]) -> bool:
    """Whether anything in the article has one of the labels, or may have in its gold."""
    used = {label for found in counted["submitted"].values() for label in found}
    return bool(counted["gold"]) or not used.isdisjoint(labels)


def places(quoted: Sequence[Quoted], names: Names) -> list[dict[str, Any]]:
    """Passages as the page shows them: those of several pairs at one place under one excerpt."""
    return [
        {
            "quoted": first,
            "article": names.article(first.passage.article),
            "article_id": uuid.UUID(first.passage.article),
            "span": first.passage.first_span,
            "at": first.start,
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
        "kind": passage.title,
        "gold": uuid.UUID(passage.span_a) if passage.is_gold and passage.span_a else None,
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
        "gold": {
            "": "All",
            "disagreement": "Disagreements",
            "agreed": "Alike",
            "boundary": "Other boundaries",
            "label": "Other label",
            "missed": "Not found",
            "extra": "Not gold",
        },
        "gold_exact": {"": "All", "agreed": "Alike", "disagreement": "Not alike"},
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
        "gold": "Gold and what was marked",
        "gold_exact": "Gold and what was marked, alike or not",
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
