"""The words of passages, with what stands around them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from annotations.corpus.models import Article
from annotations.curation.models import GoldSpan
from annotations.marking.models import Span

from ..excerpts import head, tail
from ..passages import Passage
from ..selection import EXTENT
from .continua import fragments_of

CONTEXT = 80  # code points shown before and after
GAP = " … "


@dataclass(frozen=True, slots=True)
class Quote:
    """What one annotator marked; `words` joins the fragments."""

    label: str
    words: str
    start: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage with its words. `before`, `around`, `after` are the article's own text."""

    passage: Passage
    a: tuple[Quote, ...]
    b: tuple[Quote, ...]
    before: str
    around: str
    after: str
    start: int


def quote_passages(passages: Sequence[Passage]) -> list[Quoted]:
    """Two queries, however many passages; three where some are of gold."""
    ids = {uuid.UUID(pk) for one in passages for side in (0, 1) for pk in _spans(one, side)}
    gold = {uuid.UUID(one.span_a) for one in passages if one.is_gold and one.span_a}
    found: list[QuerySet[Any]] = [Span.objects.filter(pk__in=ids - gold)]
    if gold:
        found.append(GoldSpan.objects.filter(pk__in=gold))
    spans = {
        str(pk): (slug or EXTENT, stretch)
        for rows in found
        for pk, slug, stretch in rows.order_by().values_list("pk", "label__slug", "stretch")
    }
    articles = {uuid.UUID(passage.article) for passage in passages}
    texts = {
        str(pk): text
        for pk, text in Article.objects.filter(pk__in=articles).order_by().values_list("pk", "text")
    }
    return [_quoted(passage, spans, texts[passage.article]) for passage in passages]


def _spans(passage: Passage, side: int) -> tuple[str, ...]:
    """The span of one side, or the two ends of its link."""
    link = (passage.link_a, passage.link_b)[side]
    span = (passage.span_a, passage.span_b)[side]
    return link or ((span,) if span else ())


def _quoted(passage: Passage, spans: dict[str, tuple[str, str]], text: str) -> Quoted:
    sides = [[spans[pk] for pk in _spans(passage, side)] for side in (0, 1)]
    places = [part for side in sides for _, stretch in side for part in fragments_of(stretch)]
    start, end = min(s for s, _ in places), max(e for _, e in places)
    before, after = tail(text[:start], CONTEXT), head(text[end:], CONTEXT)
    return Quoted(
        passage,
        tuple(_quote(text, *one) for one in sides[0]),
        tuple(_quote(text, *one) for one in sides[1]),
        ("…" if len(before) < start else "") + before,
        text[start:end],
        after + ("…" if len(after) < len(text) - end else ""),
        start,
    )


def _quote(text: str, label: str, stretch: str) -> Quote:
    parts = fragments_of(stretch)
    return Quote(label, GAP.join(text[start:end] for start, end in parts), parts[0][0])
