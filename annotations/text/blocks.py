"""Blocks: the paragraphs a page shows, which laid end to end are the text."""

from collections.abc import Iterator
from itertools import pairwise

from annotations.text.offsets import Stretch, graphemes
from annotations.text.paragraphs import paragraphs
from annotations.text.sentences import sentences_in

LONGEST = 2000  # code points; a longer block makes painting a span slow in the browser


def blocks(text: str, language: str = "") -> list[Stretch]:
    """The blocks of `text`, in code points; each ends where the next one starts.

    A block is a paragraph with the newlines and blank lines after it; blank lines before the
    first paragraph go with that. Longer ones are cut so that none has more than `LONGEST` code
    points: after a sentence, else after white space, else between graphemes, and only a single
    grapheme that is longer still is cut anywhere. An empty text has no blocks.
    """
    return [
        piece
        for start, end in _paragraphs(text)
        for piece in (_cut(text, start, end, language) if end - start > LONGEST else [(start, end)])
    ]


def _paragraphs(text: str) -> Iterator[Stretch]:
    """Each with what follows it; the first with what stands before it."""
    starts = [text.rfind("\n", 0, start) + 1 for start, _ in paragraphs(text)]
    if text:
        yield from pairwise(sorted({0, *starts[1:], len(text)}))


def _cut(text: str, start: int, end: int, language: str) -> Iterator[Stretch]:
    starts = iter([*(at for at, _ in sentences_in(text, start, end, language)), end])
    nearest = start  # the last sentence start that the block may end at
    for at in starts:
        while at - start > LONGEST:
            stop = nearest if nearest > start else _forced_cut(text, start)
            yield start, stop
            start = stop
        nearest = at
    if start < end:
        yield start, end


def _forced_cut(text: str, start: int) -> int:
    """A place within `LONGEST` of `start`: after the last white space, else a grapheme edge."""
    window = text[start : start + LONGEST]
    spaces = max(window.rfind(" "), window.rfind("\n"), window.rfind("\t"))
    if spaces > 0:
        return start + spaces + 1
    # One more than fits: where the last cluster starts is an edge, however it goes on.
    edge = max(edge for edge, _ in graphemes(text, start, start + LONGEST + 1))
    return edge if edge > start else start + LONGEST
