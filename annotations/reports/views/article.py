"""One article with everyone's readings: heat, rows for the case in focus, the table of cases."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.agreement import Continuum
from annotations.corpus.models import Article
from annotations.curation.finding import FoundCase, Variant, find_cases
from annotations.curation.kinds import KINDS
from annotations.study.models import Label
from annotations.study.policy import BLINDED

from ..excerpts import shortened
from ..heat import paint_heat, rows_of_case, rows_of_label
from ..layout import Names
from ..queries import ArticleInput, Scope, fetch_scope, read_continua, with_entities
from ..selection import EXTENT, Selection
from .live import me, names_of

SNIPPET = 60


@require_safe
def article(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """`?case=3`, `?span=` one of its spans or `?at=` a place in its words puts a case in focus,
    `?label=attribution` shows everyone's rows of a label, `?kind=boundary` lists one kind of
    case."""
    scope = fetch_scope(me(request), study_id)
    if scope.standing.is_blinded:
        raise PermissionDenied(BLINDED)
    found = scope.inputs(Selection(articles=(article_id,)))
    if not found:
        raise Http404("Nobody has submitted this article.")
    row = Article.objects.select_related("outlet").get(pk=article_id, study=scope.study)
    continuum = whole(found[0])
    context = compared(scope, row, found[0], continuum, request.GET.dict())
    partial = request.headers.get("HX-Target") == "comparison"
    name = "reports/_comparison.html" if partial else "reports/article.html"
    return render(request, name, context)


def whole(one: ArticleInput) -> Continuum:
    """The article in its own code points, nothing cut out."""
    return next(read_continua([one.uncut()]))


def compared(
    scope: Scope, row: Article, one: ArticleInput, continuum: Continuum, chosen: dict[str, str]
) -> dict[str, Any]:
    names = with_entities(scope.study, names_of(scope, [str(row.pk)]))
    labels = list(Label.objects.filter(study=scope.study))
    slots = {label.slug: str(label.slot) for label in labels}
    tags = {label.slug: label.tag for label in labels} | {EXTENT: "X"}
    cases = find_cases(continuum)
    focus = focused(cases, chosen)
    label = chosen.get("label", "")
    rows = rows_of_case(focus, slots) if focus else rows_of_label(continuum, label, slots)
    listed = [case for case in cases if wanted(case, chosen)]
    blocks = [(start, end) for start, end in row.blocks]
    heat = paint_heat(row.text, blocks, continuum, rows=rows, regions=one.regions, cases=cases)
    return {
        "standing": scope.standing,
        "article": row,
        "sections": [heat[at : at + 25] for at in range(0, len(heat), 25)],
        "people": [(who, names.annotator(who)) for who in people_of(continuum, names)],
        "cases": [listed_case(case, continuum, names, tags, row.text) for case in listed],
        "focus": focus and listed_case(focus, continuum, names, tags, row.text),
        "next": neighbour(listed, focus, 1),
        "previous": neighbour(listed, focus, -1),
        "labels": [(one.slug, one.name, one.key, one.slot) for one in labels],
        "label": label,
        "kind": chosen.get("kind", ""),
        "kinds": kinds_of(cases),
        "hide_source": scope.study.hide_source and not scope.sees_all,
    }


def people_of(continuum: Continuum, names: Names) -> list[str]:
    """Annotators in the order of their names."""
    return sorted(continuum.names, key=lambda who: (names.annotator(who), who))


def kinds_of(cases: Sequence[FoundCase]) -> list[tuple[str, str, int]]:
    """(slug, title, number of cases) of the kinds that there are."""
    found = Counter(case.kind for case in cases)
    return [(kind, title, found[kind]) for kind, title in KINDS.items() if found[kind]]


def focused(cases: Sequence[FoundCase], chosen: dict[str, str]) -> FoundCase | None:
    """The case by its number, by one of its spans, or the first that begins next to a place."""
    number, span = chosen.get("case", ""), chosen.get("span", "")
    named = (one for one in cases if str(one.number) == number or span in one.span_ids)
    at = chosen.get("at", "")
    if (found := next(named, None)) or not (at.isdecimal() and len(at) < 10):
        return found
    around = [one for one in cases if one.start <= int(at) < one.end]
    return min(around, key=lambda one: int(at) - one.start, default=None)


def wanted(case: FoundCase, chosen: dict[str, str]) -> bool:
    kind, label = chosen.get("kind", ""), chosen.get("label", "")
    return kind in ("", case.kind) and (not label or label in case.labels)


def neighbour(cases: Sequence[FoundCase], focus: FoundCase | None, step: int) -> int | None:
    """The number of the next or previous listed case; from nowhere, of the first."""
    if focus is None:
        return cases[0].number if cases and step > 0 else None
    numbers = [case.number for case in cases]
    later = [n for n in numbers if (n > focus.number if step > 0 else n < focus.number)]
    return (later[0] if step > 0 else later[-1]) if later else None


def listed_case(
    case: FoundCase, continuum: Continuum, names: Names, tags: dict[str, str], text: str
) -> dict[str, Any]:
    words = text[case.start : case.end]
    return {
        "number": case.number,
        "kind": case.kind,
        "title": KINDS[case.kind],
        "snippet": shortened(words, SNIPPET),
        "start": case.start,
        "cells": [cell_of(case, who, tags) for who in people_of(continuum, names)],
        "variants": [listed_variant(variant, names, text) for variant in case.variants],
        "missing": ", ".join(sorted(names.annotator(who) for who in case.missing)),
    }


def listed_variant(variant: Variant, names: Names, text: str) -> dict[str, Any]:
    unit = variant.unit
    assert unit is not None  # only a link has none, and links are no cases of this page
    return {
        "label": names.label(unit.label),
        "slot": names.slot(unit.label),
        "who": ", ".join(sorted(names.annotator(who) for who in variant.annotators)),
        "words": " … ".join(text[start:end] for start, end in unit.fragments),
        "answers": [
            (names.attributes.get((unit.label, name), name), names.answer(unit.label, name, answer))
            for name, answer in variant.answers
        ],
    }


def cell_of(case: FoundCase, who: str, tags: dict[str, str]) -> dict[str, str]:
    """What an annotator has: the label's letter, and how far the ends are off the majority's."""
    variant = case.of(who)
    if variant is None or variant.unit is None:
        return {"tag": "–", "off": ""}
    ends = [f"{n:+d}".replace("-", "−") if n else "0" for n in (variant.before, variant.after)]
    off = "" if variant.before == variant.after == 0 else " ".join(ends)
    return {"tag": tags.get(variant.unit.label, "?"), "off": off}
