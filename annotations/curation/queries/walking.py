"""The queue from any of its articles on: an index gives the order, and what does not fit is passed
over, so that a page costs the same wherever it is."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from annotations.accounts.paging import Cursor
from annotations.study.models import Study

from ..models import ArticleCases
from .queue import Sought, who_is_meant

PAGE = 50
FEW = 500  # articles; so many are looked up before the queue is walked
AT_ONCE, MOST_AT_ONCE = 100, 2_000
# Those with open cases first, the most contested first, then by title.
ORDER = ("is_closed", "-contest", "article__title", "article")
BACK = ("-is_closed", "contest", "-article__title", "-article")
PLACE = ("is_closed", "contest", "article__title", "article_id")


@dataclass(frozen=True)
class Turn:
    """A page of the queue. `before` and `after`: articles beside which the next pages begin."""

    rows: list[ArticleCases]
    before: uuid.UUID | None
    after: uuid.UUID | None


def turn_of(
    study: Study, sought: Sought, cursor: Cursor, hidden: Iterable[uuid.UUID] = (), size: int = PAGE
) -> Turn:
    """A page, without the `hidden` articles. A cursor to an article that is gone begins at the
    start."""
    backwards = cursor.before is not None
    place = place_of(study, cursor.before or cursor.after)
    backwards = backwards and place is not None
    walked = walk(study, sought, hidden, place=place, backwards=backwards)
    taken = list(islice(walked, size + 1))
    is_more, ids = len(taken) > size, taken[:size]
    known = {row.article_id: row for row in ArticleCases.objects.filter(article__in=ids)}
    rows = [known[pk] for pk in (reversed(ids) if backwards else ids) if pk in known]
    has_before = is_more if backwards else place is not None
    has_after = backwards or is_more
    return Turn(
        rows,
        before=rows[0].article_id if rows and has_before else None,
        after=rows[-1].article_id if rows and has_after else None,
    )


def walk(
    study: Study,
    sought: Sought,
    hidden: Iterable[uuid.UUID] = (),
    *,
    place: tuple[Any, ...] | None = None,
    backwards: bool = False,
) -> Iterator[uuid.UUID]:
    """The articles in their order, from a place on; more are asked for as they are wanted."""
    rows = narrowed(study, sought).exclude(article__in=list(hidden))
    columns = (*PLACE, "counts__looks") if sought.asks_for_one_case else PLACE
    order, at_once = BACK if backwards else ORDER, AT_ONCE
    while True:
        found = rows if place is None else rows.filter(beyond(place, backwards))
        taken = list(found.order_by(*order).values_list(*columns)[:at_once])
        meant = meant_on(study, sought, [told[3] for told in taken])
        for told in taken:
            if not sought.asks_for_one_case or has_one(sought, told[4], meant.get(told[3], "")):
                yield told[3]
        if len(taken) < at_once:
            return
        place, at_once = taken[-1][:4], min(at_once * 4, MOST_AT_ONCE)


def narrowed(study: Study, sought: Sought) -> "QuerySet[ArticleCases]":
    """A few are looked up by the index of looks; among many, a page is soon full."""
    rows = sought.rows(study)
    told = sought.of_marks(study)
    if told is None:
        return rows
    few = list(rows.filter(told).values_list("pk", flat=True)[: FEW + 1])
    return rows.filter(pk__in=few) if len(few) <= FEW else rows


def meant_on(study: Study, sought: Sought, articles: list[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    return who_is_meant(study, sought.annotator, articles) if sought.annotator else {}


def has_one(sought: Sought, looks: Iterable[Any] | None, annotator: str) -> bool:
    if sought.annotator and not annotator:
        return False
    return any(sought.fits(look, annotator) for look in looks or ())


def place_of(study: Study, article: uuid.UUID | int | None) -> tuple[Any, ...] | None:
    if not isinstance(article, uuid.UUID):
        return None
    return ArticleCases.objects.filter(study=study, article=article).values_list(*PLACE).first()


def beyond(place: tuple[Any, ...], backwards: bool) -> Q:
    """Rows past a place."""
    is_closed, contest, title, article = place
    on, less = ("lt", "gt") if backwards else ("gt", "lt")
    alike = Q(**{f"article__title__{on}": title}) | Q(
        article__title=title, **{f"article__{on}": article}
    )
    here = Q(is_closed=is_closed) & (
        Q(**{f"contest__{less}": contest}) | Q(contest=contest) & alike
    )
    return here if is_closed is not backwards else here | Q(is_closed=not is_closed)
