"""Words, by the Unicode rules that browsers use for double clicks (UAX 29).

All places are code points, ends exclusive. Equal to `Intl.Segmenter` but for Japanese.
"""

from bisect import bisect_right
from collections.abc import Iterator

import regex

from annotations.text.offsets import Stretch, grow_to_graphemes, without_long_flag_runs

_EDGE = regex.compile(r"(?w)\b")
_WORD_START = regex.compile(r"(?w)\b[\p{L}\p{N}]")
_WORD_LIKE = regex.compile(r"[\p{L}\p{N}]")


def segments(text: str) -> Iterator[Stretch]:
    """Words, spaces and punctuation marks one after the other; together they are the text."""
    start = 0
    for found in _EDGE.finditer(without_long_flag_runs(text)):
        if found.start() > start:
            yield start, found.start()
            start = found.start()
    if start < len(text):
        yield start, len(text)


def words(text: str) -> list[Stretch]:
    """The segments that hold a letter or a digit."""
    return [(start, end) for start, end in segments(text) if _WORD_LIKE.search(text, start, end)]


def count_words(text: str) -> int:
    """How many words start in `text`; three times as quick as listing them."""
    return sum(1 for _ in _WORD_START.finditer(without_long_flag_runs(text)))


def trim(text: str, start: int, end: int) -> Stretch:
    """`[start, end)` without white space at its ends; empty at `start` when there is no more."""
    inside = text[start:end]
    left = len(inside) - len(inside.lstrip())
    kept = inside.strip()
    return (start + left, start + left + len(kept)) if kept else (start, start)


def snap_to_words(text: str, start: int, end: int) -> Stretch:
    """The smallest stretch of whole words around `[start, end)`, outer white space left out.

    Reads only the line or lines around it. Grapheme clusters are kept whole.
    """
    start, end = trim(text, start, end)
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    line = text[first : last if last >= 0 else len(text)]
    edges = [0, *(edge for _, edge in segments(line))]
    if start == end:
        return start, end
    left = edges[bisect_right(edges, start - first) - 1]
    right = next(edge for edge in edges if edge >= end - first)
    return grow_to_graphemes(text, *trim(text, first + left, first + right))
