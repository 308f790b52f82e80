"""Rows to continua: everyone's submitted marks on an article as values of the agreement floor."""

import uuid
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from annotations.agreement.continuum import Continuum, Unit
from annotations.corpus.models import Article
from annotations.marking.models import AttributeValue, Link, Span
from annotations.text.tokens import words

from ..models import Level
from .inputs import ArticleInput, Stretch

EXTENT = "extent"  # the layer of the unlabelled stretches that sources answer for
CHUNK = 500  # articles read at a time, so that memory is bounded
Grid = list[Stretch]


def read_continua(
    inputs: Sequence[ArticleInput], *, labels: Sequence[str] = (), level: str = Level.CHARACTER
) -> Iterator[Continuum]:
    """A continuum an article, in the order of `inputs`; annotators are named by their id.

    Stretches that are not article text are cut out of the line, so that they count nowhere.
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


def _read_spans(
    assignments: list[uuid.UUID], labels: set[str]
) -> dict[uuid.UUID, list[tuple[uuid.UUID, str, str, dict[str, Any]]]]:
    """assignment -> (span, label, stretch, attributes), in reading order."""
    rows = Span.objects.marked().filter(assignment__in=assignments)
    attributes: dict[uuid.UUID, dict[str, Any]] = defaultdict(dict)
    values = AttributeValue.objects.filter(span__in=rows.order_by())
    for span, name, text, entity in values.order_by().values_list(
        "span_id", "attribute__name", "text", "entity__folded_name"
    ):
        attributes[span][name] = text or entity
    found: dict[uuid.UUID, list[tuple[uuid.UUID, str, str, dict[str, Any]]]] = defaultdict(list)
    for pk, assignment, slug, stretch in rows.values_list(
        "pk", "assignment_id", "label__slug", "stretch"
    ):
        label = slug or EXTENT
        if not labels or label in labels:
            found[assignment].append((pk, label, stretch, attributes.get(pk, {})))
    return found


def _read_links(assignments: list[uuid.UUID]) -> dict[uuid.UUID, list[tuple[uuid.UUID, uuid.UUID]]]:
    found: dict[uuid.UUID, list[tuple[uuid.UUID, uuid.UUID]]] = defaultdict(list)
    rows = Link.objects.live().filter(assignment__in=assignments)
    for assignment, source, target in rows.values_list("assignment_id", "source_id", "target_id"):
        found[assignment].append((source, target))
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
    spans: dict[uuid.UUID, list[tuple[uuid.UUID, str, str, dict[str, Any]]]],
    links: dict[uuid.UUID, list[tuple[uuid.UUID, uuid.UUID]]],
    grid: Grid | None,
) -> Continuum:
    line = Line(one.n_code_points, one.regions, grid)
    annotators: dict[str, list[Unit]] = {}
    linked: dict[str, list[tuple[int, int]]] = {}
    for annotator, (assignment, _) in one.work.items():
        units: list[Unit] = []
        places: dict[uuid.UUID, int] = {}
        for pk, label, stretch, attributes in spans.get(assignment, ()):
            fragments = line.place(stretch)
            if fragments:
                places[pk] = len(units)
                units.append(Unit(tuple(fragments), label, key=str(pk), attributes=attributes))
        annotators[str(annotator)] = units
        linked[str(annotator)] = [
            (places[source], places[target])
            for source, target in links.get(assignment, ())
            if source in places and target in places
        ]
    return Continuum.of(line.length, annotators, links=linked, key=str(one.article_id))


class Line:
    """The article's text as a line of positions: characters, words or sentences.

    Without a grid a position is a code point outside of the regions. With one it is a word or
    sentence that touches article text; stretches snap outwards to whole positions.
    """

    def __init__(self, n_code_points: int, regions: Sequence[Stretch], grid: Grid | None) -> None:
        self.regions = _merged(regions)
        self.grid = (
            [cut for cut in grid if not self._inside_region(cut)] if grid is not None else None
        )
        cut_out = sum(end - start for start, end in self.regions)
        self.length = n_code_points - cut_out if self.grid is None else len(self.grid)

    def _inside_region(self, cut: Stretch) -> bool:
        return any(start <= cut[0] and cut[1] <= end for start, end in self.regions)

    def place(self, stretch: str) -> list[Stretch]:
        """The positions of a span's fragments; empty when nothing of it is article text."""
        pairs = (part.split("-") for part in stretch.split(" "))
        placed = [self._place(int(start), int(end)) for start, end in pairs]
        return [(start, end) for start, end in placed if start < end]

    def _place(self, start: int, end: int) -> Stretch:
        if self.grid is None:
            return self._shift(start), self._shift(end)
        first = bisect_right(self.grid, start, key=_end_of)
        last = bisect_left(self.grid, end, key=_start_of)
        return first, max(first, last)

    def _shift(self, offset: int) -> int:
        return offset - sum(
            min(end, offset) - start for start, end in self.regions if start < offset
        )


def _start_of(cut: Stretch) -> int:
    return cut[0]


def _end_of(cut: Stretch) -> int:
    return cut[1]


def _merged(regions: Sequence[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for start, end in sorted(regions):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
