"""The server paints like the browser: the same cases hold both."""

import json
import re
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.marking.painting import (
    Look,
    Painted,
    html_of,
    items_by_block,
    paint,
    segments_of,
)

SHARED = json.loads(Path(__file__).with_name("paint_cases.json").read_text(encoding="utf-8"))


def painted(span: dict[str, Any]) -> Painted:
    looks = {name: Look(str(look["slot"]), look["tag"]) for name, look in SHARED["labels"].items()}
    look = looks[span["label"]] if span["kind"] == "label" else Look("x", "X")
    suggested = Look(look.slot, look.tag, span["state"] == "suggested")
    return Painted(span["id"], tuple((s, e) for s, e in span["fragments"]), suggested)


@pytest.mark.parametrize("case", SHARED["cases"], ids=lambda case: case["name"])
def test_a_block_is_painted_as_the_shared_cases_say(case: dict[str, Any]) -> None:
    start, text = case["block"]["start"], case["block"]["text"]
    block = (start, start + len(text))
    items = [
        item
        for item in items_by_block(map(painted, case["spans"]), [(0, start), block])[1]
        if item.start < block[1]
    ]
    segments = segments_of(block, items, [tuple(region) for region in case["regions"]])
    said = [
        {
            "start": segment.start,
            "end": segment.end,
            "nat": segment.nat,
            "ids": list(segment.ids),
            "classes": list(segment.classes),
            "tags": segment.tags,
        }
        for segment in segments
    ]
    assert said == case["segments"]
    assert html_of(text, start, segments) == case["html"]


TEXTS = st.text("ab <&>\"'\n🙂é\u200dש", min_size=1, max_size=80)


@st.composite
def articles(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]], list[Painted], list[Any]]:
    text = draw(TEXTS)
    places = st.integers(0, len(text))
    stretch = st.tuples(places, places).filter(lambda pair: pair[0] < pair[1])
    cuts = sorted({0, len(text), *draw(st.lists(places, max_size=4))})
    spans = [
        Painted(f"s{n}", (pair,), Look(str(n % 8 + 1), "T", draw(st.booleans())))
        for n, pair in enumerate(draw(st.lists(stretch, max_size=8)))
    ]
    return text, list(pairwise(cuts)), spans, draw(st.lists(stretch, max_size=2))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(articles())
def test_painting_keeps_the_text_and_is_well_formed(case: Any) -> None:
    text, blocks, spans, regions = case
    found = paint(text, blocks, spans, regions)
    assert [block.start for block in found] == [start for start, _ in blocks]
    assert unescape(re.sub(r"<[^>]*>", "", "".join(block.html for block in found))) == text
    for block in found:
        ElementTree.fromstring(f"<p>{block.html}</p>")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(articles())
def test_every_code_point_names_exactly_the_spans_that_cover_it(case: Any) -> None:
    _text, blocks, spans, regions = case
    items = items_by_block(spans, blocks)
    for number, block in enumerate(blocks):
        for segment in segments_of(block, items[number], regions):
            for place in range(segment.start, segment.end):
                covering = {s.id for s in spans if s.fragments[0][0] <= place < s.fragments[0][1]}
                assert set(segment.ids) == covering
