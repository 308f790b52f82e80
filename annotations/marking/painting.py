"""How the spans of an article become nested `<mark>` elements, block by block.

Pure: no rows, no Django. The browser repaints with the same rules
(static/annotations/js/marking/paint.js); tests/marking/paint_cases.json holds both to them.
All places are code points of the article, ends exclusive.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TypeAlias

LANES = 4
Stretch: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """What a span's label gives it: the slot of its line, its letter, suggested or not."""

    slot: str
    tag: str
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Painted:
    """A span as the painter sees it."""

    id: str
    fragments: tuple[Stretch, ...]
    look: Look


@dataclass(slots=True)
class Item:
    """One fragment in one block; `order` counts outer before inner."""

    id: str
    start: int
    end: int
    look: Look
    order: int = 0
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """Part of a block that the same items cover; ids and classes from the outermost in."""

    start: int
    end: int
    nat: bool
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    tags: str


@dataclass(frozen=True, slots=True)
class PaintedBlock:
    """A block ready for the page: its number, its first code point, its HTML."""

    number: int
    start: int
    html: str


def items_by_block(
    spans: Iterable[Painted], blocks: Sequence[Stretch]
) -> defaultdict[int, list[Item]]:
    """For each block's number the items that touch it, with their true (unclipped) ends."""
    starts = [start for start, _ in blocks]
    found: defaultdict[int, list[Item]] = defaultdict(list)
    for span in spans:
        for start, end in span.fragments:
            for number in range(bisect_right(starts, start) - 1, bisect_right(starts, end - 1)):
                found[number].append(Item(span.id, start, end, span.look))
    return found


def assign_lanes(items: list[Item]) -> list[Item]:
    """Sort the items, outer before inner, and give each the lowest lane free at its start."""
    items.sort(key=lambda item: (item.start, -item.end, item.id))
    ends: list[int] = []
    for order, item in enumerate(items):
        lane = next((lane for lane, end in enumerate(ends) if end <= item.start), len(ends))
        ends[lane : lane + 1] = [item.end]
        item.order, item.lane = order, lane
    return items


def segments_of(block: Stretch, items: list[Item], regions: Iterable[Stretch]) -> list[Segment]:
    """The segments of a block, in order and without gaps."""
    start, end = block
    assign_lanes(items)
    dimmed = [region for region in regions if region[0] < end and region[1] > start]
    edges = [(item.start, item.end) for item in items] + dimmed
    inner = {place for edge in edges for place in edge if start < place < end}
    cuts = sorted({start, end} | inner)
    return [_segment(left, right, items, dimmed) for left, right in pairwise(cuts)]


def _segment(start: int, end: int, items: list[Item], regions: list[Stretch]) -> Segment:
    cover = [item for item in items if item.start <= start and item.end >= end]
    cover.sort(key=lambda item: (item.lane, item.order))
    return Segment(
        start=start,
        end=end,
        nat=any(left <= start and right >= end for left, right in regions),
        ids=tuple(item.id for item in cover),
        classes=tuple(_classes(cover)),
        tags=_tags(cover, start),
    )


def _classes(cover: list[Item]) -> Iterator[str]:
    solid = [item for item in cover if not item.look.suggested]
    inner = max(solid, key=lambda item: item.order, default=None)
    for depth, item in enumerate(cover):
        names = f"l{item.look.slot} o{min(item.lane, LANES - 1)}"
        if depth == 0 and inner:
            names += f" t{inner.look.slot}"
        yield names + (" sg" if item.look.suggested else "")


def _tags(cover: list[Item], start: int) -> str:
    begins = [item for item in cover if item.start == start]
    tags = "".join(item.look.tag for item in begins if item.lane < LANES)
    deep = sum(item.lane >= LANES for item in cover)
    return tags + (f"+{deep}" if any(item.lane >= LANES for item in begins) else "")


def html_of(text: str, offset: int, segments: Iterable[Segment]) -> str:
    """The block's inner HTML; `text` begins at code point `offset`."""
    parts: list[str] = []
    dimmed = False
    for segment in segments:
        if segment.nat != dimmed:
            parts.append("</span>" if dimmed else '<span class="nat">')
            dimmed = segment.nat
        parts.append(_element(segment, text[segment.start - offset : segment.end - offset]))
    return "".join(parts) + ("</span>" if dimmed else "")


def _element(segment: Segment, words: str) -> str:
    html = escape(words, quote=False)
    if not segment.ids:
        return html
    for names in reversed(segment.classes[1:]):
        html = f'<span class="{names}">{html}</span>'
    tags = f' data-t="{escape(segment.tags)}"' if segment.tags else ""
    return (
        f'<mark class="{segment.classes[0]}" data-i="{" ".join(segment.ids)}"{tags}>{html}</mark>'
    )


def paint(
    text: str,
    blocks: Sequence[Stretch],
    spans: Iterable[Painted],
    regions: Sequence[Stretch] = (),
) -> list[PaintedBlock]:
    """Every block of an article. Linear in the text and in the pieces that spans have in blocks."""
    items = items_by_block(spans, blocks)
    painted = []
    for number, (start, end) in enumerate(blocks):
        segments = segments_of((start, end), items[number], regions)
        painted.append(PaintedBlock(number, start, html_of(text[start:end], start, segments)))
    return painted
