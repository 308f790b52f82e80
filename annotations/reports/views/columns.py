"""Two annotators' readings of an article beside each other, paragraph by paragraph."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.agreement import Continuum
from annotations.corpus.models import Article
from annotations.marking.painting import Look, Painted, paint
from annotations.study.models import Label
from annotations.study.policy import BLINDED

from ..queries import fetch_scope
from ..selection import EXTENT, Selection
from .article import people_of, whole
from .live import me, names_of


@require_safe
def columns(request: HttpRequest, study_id: uuid.UUID, article_id: uuid.UUID) -> HttpResponse:
    """`?left=…&right=…` are annotators; else the first two by name. 404 for a single reading."""
    scope = fetch_scope(me(request), study_id)
    if scope.standing.is_blinded:
        raise PermissionDenied(BLINDED)
    found = scope.inputs(Selection(articles=(article_id,)))
    if not found or len(found[0].work) < 2:
        raise Http404("Fewer than two people have submitted this article.")
    row = Article.objects.select_related("outlet").get(pk=article_id, study=scope.study)
    continuum = whole(found[0])
    names = names_of(scope, [str(row.pk)])
    people = people_of(continuum, names)
    left = asked(request, "left", people, people[0])
    right = asked(request, "right", people, next(one for one in people if one != left))
    looks = looks_of(scope.study.pk)
    blocks = [(start, end) for start, end in row.blocks]
    painted = [
        paint(row.text, blocks, spans_of(continuum, who, looks), found[0].regions)
        for who in (left, right)
    ]
    context = {
        "standing": scope.standing,
        "article": row,
        "people": [(who, names.annotator(who)) for who in people],
        "left": left,
        "right": right,
        "sides": [names.annotator(left), names.annotator(right)],
        "rows": list(zip(*painted, strict=True)),
        "hide_source": scope.study.hide_source and not scope.sees_all,
    }
    return render(request, "reports/columns.html", context)


def asked(request: HttpRequest, side: str, people: list[str], otherwise: str) -> str:
    who = request.GET.get(side) or otherwise
    if who not in people:
        raise Http404("This person has not submitted the article.")
    return who


def looks_of(study_id: uuid.UUID) -> dict[str, Look]:
    labels = Label.objects.filter(study=study_id)
    return {one.slug: Look(str(one.slot), one.tag) for one in labels} | {EXTENT: Look("x", "X")}


def spans_of(continuum: Continuum, who: str, looks: dict[str, Look]) -> list[Painted]:
    units: Any = continuum.annotators[who]
    return [Painted(unit.key, unit.fragments, looks[unit.label]) for unit in units]
