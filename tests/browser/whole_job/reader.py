"""What a person sees of the marking page: where words stand, what is selected and chosen."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from playwright.sync_api import Locator, Page, expect

from .reference import Span, Stretch

# Words and sentences as the page divides the text; all offsets in code points.
OUTLINE = """() => {
    const data = JSON.parse(document.getElementById("marking-data").textContent);
    const cut = new Intl.Segmenter(data.article.language, { granularity: "word" });
    const count = (text) => [...text].length;
    const words = [];
    let text = "";
    for (const block of document.querySelectorAll("#text .b")) {
        const start = count(text);
        for (const { segment, index, isWordLike } of cut.segment(block.textContent)) {
            if (!isWordLike) continue;
            const before = block.textContent.slice(0, index);
            const at = start + count(before);
            const last = words.at(-1);
            const joins = last?.[1] === at - 1 && /[-\u2010\u2011]$/.test(before);
            if (joins) last[1] = at + count(segment);
            else words.push([at, at + count(segment)]);
        }
        text += block.textContent;
    }
    const trim = ([start, end]) => {
        const words = [...text].slice(start, end).join("");
        const cut = (rest) => count(words) - count(rest);
        return [start + cut(words.trimStart()), end - cut(words.trimEnd())];
    };
    return { text, words, sentences: data.sentences.map(trim) };
}"""

# Boxes of a stretch, line by line, in the window.
BOXES = """([start, end]) => {
    const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    let at = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (!node.parentElement.closest(".b")) continue;
        const points = [...node.data];
        const units = (point) => points.slice(0, point - at).join("").length;
        if (start >= at && start < at + points.length) range.setStart(node, units(start));
        if (end > at && end <= at + points.length) range.setEnd(node, units(end));
        at += points.length;
    }
    return [...range.getClientRects()].filter(({ width }) => width)
        .map(({ left, top, right, bottom }) => ({ left, top, right, bottom }));
}"""

NUMBER = re.compile(r"^[1-9]\s*(?=\D)")

SELECTED = "() => document.getSelection().toString()"


@dataclass
class Box:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class Reader:
    """The marking page as a person sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        expect(page.locator("html[data-ready=marking]")).to_be_attached()

    @cached_property
    def outline(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(OUTLINE)
        return found

    @property
    def text(self) -> str:
        return str(self.outline["text"])

    @cached_property
    def words(self) -> list[Stretch]:
        return [(start, end) for start, end in self.outline["words"]]

    @cached_property
    def sentences(self) -> list[Stretch]:
        return [(start, end) for start, end in self.outline["sentences"]]

    def sentence_at(self, point: int) -> int:
        """The number of the sentence that holds `point`, or of the last one before it."""
        starts = [i for i, (start, _) in enumerate(self.sentences) if start <= point]
        return starts[-1] if starts else 0

    def word_from(self, point: int) -> int:
        """The number of the first word that ends behind `point`."""
        return next(i for i, (_, end) in enumerate(self.words) if end > point)

    def boxes(self, stretch: Stretch) -> list[Box]:
        return [Box(**box) for box in self.page.evaluate(BOXES, list(stretch))]

    @property
    def chosen(self) -> Locator:
        return self.page.locator("#chosen")

    def selected(self) -> str:
        return str(self.page.evaluate(SELECTED))

    def names_offered(self) -> list[str]:
        """What the open list of names holds, numbers left away."""
        options = self.chosen.locator("[role=option]:visible").all_inner_texts()
        return [NUMBER.sub("", option).removeprefix("New name: ") for option in options]

    def in_short(self, span: Span, most: int) -> str:
        """Its words as lists and cards show them, shortened."""
        words = " … ".join(self.text[slice(*fragment)] for fragment in span.fragments)
        plain = " ".join(words.split())
        return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"
