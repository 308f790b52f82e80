"""Rows to continua: everyone's submitted marks on an article as values of the agreement floor."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import CharField
from django.db.models.functions import Cast

from annotations.agreement import Continuum, Unit, snapped, without_regions, without_rests
from annotations.corpus.models import Article
from annotations.marking.models import AttributeValue, Link, Span
from annotations.marking.wire import parse_stretch
from annotations.text.tokens import words

from ..models import Level
from ..selection import EXTENT
from .inputs import ArticleInput, Stretch

N_HEX = 32
CHUNK = 500  # articles read at a time, so that memory is bounded
Grid = list[Stretch]
Marked = tuple[str, str, str, dict[str, Any]]  # span, label, stretch, attributes
Linked = dict[str, list[tuple[str, str]]]  # assignment -> (source, target) of its links


def read_continua(
    inputs: Sequence[ArticleInput], *, labels: Sequence[str] = (), level: str = Level.CHARACTER
) -> Iterator[Continuum]:
    """A continuum an article, in the order of `inputs`; annotators are named by their id.

    Stretches that are not article text, and words that a model marked and somebody only accepted,
    are cut out of the line for everybody, so that they count nowhere; so are spans of which that
    would leave a rest (`without_rests`).
    Every unit's `key` is its span's id. Four queries per 500 articles.
    """
    for first in range(0, len(inputs), CHUNK):
        yield from _read_chunk(inputs[first : first + CHUNK], set(labels), level)


def _read_chunk(
    inputs: Sequence[ArticleInput], labels: set[str], level: str
) -> Iterator[Continuum]:
    assignments = [work for one in inputs for work, _ in one.work.values()]
    spans = _read_spans(assignments, labels)
    links = _read_links(assignments)
    grids = _read_grids(inputs, level)
    for one in inputs:
        yield _continuum(one, spans, links, grids.get(one.article_id))


def _id(name: str) -> Cast:
    """An id as the database writes it: making a UUID of each of 100,000 takes a second."""
    return Cast(name, CharField())


def _told(written: str) -> str:
    """What `str` of the UUID is; SQLite keeps ids without dashes."""
    if len(written) != N_HEX:
        return written
    a, b, c, d, e = written[:8], written[8:12], written[12:16], written[16:20], written[20:]
    return f"{a}-{b}-{c}-{d}-{e}"


def _read_spans(assignments: list[uuid.UUID], labels: set[str]) -> dict[str, list[Marked]]:
    """assignment -> (span, label, stretch, attributes), in reading order."""
    rows = Span.objects.marked().filter(assignment__in=assignments)
    attributes: dict[str, dict[str, Any]] = defaultdict(dict)
    values = AttributeValue.objects.filter(span__in=rows.order_by())
    for span, name, text, entity in values.order_by().values_list(
        _id("span_id"), "attribute__name", "text", "entity__folded_name"
    ):
        attributes[_told(span)][name] = text or entity
    found: dict[str, list[Marked]] = defaultdict(list)
    for written, assignment, slug, stretch in rows.values_list(
        _id("pk"), _id("assignment_id"), "label__slug", "stretch"
    ):
        label = slug or EXTENT
        if not labels or label in labels:
            pk = _told(written)
            found[assignment].append((pk, label, stretch, attributes.get(pk, {})))
    return {_told(assignment): marked for assignment, marked in found.items()}


def _read_links(assignments: list[uuid.UUID]) -> Linked:
    found: Linked = defaultdict(list)
    rows = Link.objects.live().filter(assignment__in=assignments)
    ids = [_id(name) for name in ("assignment_id", "source_id", "target_id")]
    for assignment, source, target in rows.values_list(*ids):
        found[_told(assignment)].append((_told(source), _told(target)))
    return found


def _read_grids(inputs: Sequence[ArticleInput], level: str) -> dict[uuid.UUID, Grid]:
    """The words or sentences of each article; nothing at the level of characters."""
    if level == Level.CHARACTER:
        return {}
    articles = Article.objects.filter(pk__in=[one.article_id for one in inputs])
    if level == Level.SENTENCE:
        rows = articles.values_list("pk", "sentences")
        return {pk: [(start, end) for start, end in cuts] for pk, cuts in rows}
    return {pk: words(text) for pk, text in articles.values_list("pk", "text")}


def _continuum(
    one: ArticleInput,
    spans: dict[str, list[Marked]],
    links: Linked,
    grid: Grid | None,
) -> Continuum:
    annotators: dict[str, list[Unit]] = {}
    linked: dict[str, list[tuple[int, int]]] = {}
    for annotator, (assignment, _) in one.work.items():
        marked = spans.get(str(assignment), [])
        places = {pk: index for index, (pk, *_) in enumerate(marked)}
        annotators[str(annotator)] = [
            Unit(fragments_of(stretch), label, key=pk, attributes=attributes)
            for pk, label, stretch, attributes in marked
        ]
        linked[str(annotator)] = [
            (places[source], places[target])
            for source, target in links.get(str(assignment), ())
            if source in places and target in places
        ]
    whole = Continuum.of(one.n_code_points, annotators, links=linked, key=str(one.article_id))
    if one.suggested:
        whole = without_rests(whole, one.accepted)
    uncounted = one.uncounted
    if grid is not None:
        return snapped(whole, [cell for cell in grid if not _inside(cell, uncounted)])
    return without_regions(whole, uncounted) if uncounted else whole


def fragments_of(stretch: str) -> tuple[Stretch, ...]:
    """The fragments of a span's `stretch`: "17-42 50-61"."""
    return tuple(parse_stretch(stretch))


def _inside(cell: Stretch, regions: Sequence[Stretch]) -> bool:
    return any(start <= cell[0] and cell[1] <= end for start, end in regions)
