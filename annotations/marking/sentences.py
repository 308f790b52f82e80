"""An article sentence by sentence, for the form that works without JavaScript.

Without a script the person types or pastes the words to mark; here they are found again. All
places are code points of the article.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .state import overlap
from .wire import Stretch, Wire

NEAR = 3  # sentences on either side whose marks are offered for links
CONTEXT = 30
SAME_SIGNS = {
    "'": "['’‘ʼ]",
    "’": "['’‘ʼ]",
    "‘": "['’‘ʼ]",
    '"': '["“”„]',
    "“": '["“”„]',
    "”": '["“”„]',
    "-": "[-‐‑–—]",
    "–": "[-‐‑–—]",
    "…": r"(?:…|\.\.\.)",
}


@dataclass(frozen=True)
class Sentence:
    """One sentence of an article; `number` counts from 1 over the sentences that can be marked."""

    number: int
    start: int
    end: int
    text: str
    marks: list[Wire]


@dataclass(frozen=True)
class Found:
    """A place where the typed words stand, with some words around for telling it from others."""

    start: int
    end: int
    before: str
    words: str
    after: str


def markable(sentences: Sequence[Sequence[int]], regions: Sequence[Stretch]) -> list[Stretch]:
    """The sentences of which something is article text."""
    found = [(start, end) for start, end in sentences]
    return [each for each in found if not any(r[0] <= each[0] and each[1] <= r[1] for r in regions)]


def hull(span: Wire) -> Stretch:
    return span["fragments"][0]["start"], span["fragments"][-1]["end"]


def marks_in(spans: Sequence[Wire], start: int, end: int) -> list[Wire]:
    return [span for span in spans if overlap(hull(span), (start, end))]


def first_unmarked(sentences: Sequence[Stretch], spans: Sequence[Wire]) -> int:
    """The number of the first sentence without a mark; 1 when all have one."""
    for number, (start, end) in enumerate(sentences, 1):
        if not marks_in(spans, start, end):
            return number
    return 1


def pattern_of(words: str) -> str:
    """Matches the words whatever kind of space, quotation mark, apostrophe or dash is typed."""
    parts = (re.escape(part) for part in words.replace("...", "…").split())
    spaced = r"\s+".join(parts)
    for escaped, sign in ((re.escape(sign), sign) for sign in SAME_SIGNS):
        spaced = spaced.replace(escaped, f"\0{ord(sign)}\0")
    return re.sub("\0(\\d+)\0", lambda code: SAME_SIGNS[chr(int(code[1]))], spaced)


def find_words(text: str, start: int, end: int, words: str) -> list[Found]:
    """Where the words stand in `text[start:end]`, as typed or else in any case of letters."""
    pattern = pattern_of(words)
    if not pattern:
        return []
    for flags in (re.NOFLAG, re.IGNORECASE):
        found = [match.span() for match in re.compile(pattern, flags).finditer(text, start, end)]
        if found:
            return [
                Found(
                    left,
                    right,
                    text[max(start, left - CONTEXT) : left],
                    text[left:right],
                    text[right : min(end, right + CONTEXT)],
                )
                for left, right in found
            ]
    return []


def paragraphs_around(blocks: Sequence[Sequence[int]], place: int) -> Stretch:
    """From the start of the block before to the end of the block after."""
    at = next((n for n, (s, e) in enumerate(blocks) if s <= place < e), 0)
    around = blocks[max(0, at - 1) : at + 2]
    return (around[0][0], around[-1][1]) if around else (0, 0)


def paragraph_of(blocks: Sequence[Sequence[int]], place: int) -> Stretch:
    """The block that holds the place."""
    return next(((s, e) for s, e in blocks if s <= place < e), (0, 0))
