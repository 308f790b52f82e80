"""Paragraphs: runs of lines that read as one.

In most texts a line is a paragraph. In a hard-wrapped text (mail, wire copy) lines were broken
where the next word did not fit, and a paragraph goes on over such a break. Nothing in the text
says which it is, so it is told from the lines themselves, for the whole text at once.
"""

from collections.abc import Iterator
from itertools import pairwise

import regex

from annotations.text.offsets import Stretch

NARROWEST, WIDEST = 50, 100  # code points in a line of a hard-wrapped text
ENOUGH = 3  # breaks where the next word did not fit
MOST_IN_LONG_LINES = 0.2  # of the code points; addresses may stick out

_LINE = regex.compile(r"[^\n\u2029]+")
_OWN_LINE = regex.compile(r"(?:[ \t\u00a0]{2,}|\t|\s*(?:[-–—*•·▪◦]|\d{1,3}[.)])\s)")


def paragraphs(text: str) -> list[Stretch]:
    """The paragraphs in order, in code points, without the newlines around them.

    Blank lines, U+2029, indented lines and list items always part; in a hard-wrapped text so does
    the end of a line into which the next word would have fitted: a headline, a last line.
    """
    lines = [found.span() for found in _LINE.finditer(text) if found.group().strip()]
    width = _width(text, lines)
    found: list[Stretch] = []
    for start, end in lines:
        if width and found and _goes_on(text, _last_line(text, found[-1]), start, width):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _width(text: str, lines: list[Stretch]) -> int:
    """The width at which the text was wrapped; 0 where it does not look wrapped."""
    lengths = [_length(text, line) for line in lines]
    width = max((length for length in lengths if length <= WIDEST), default=0)
    in_long_lines = sum(length for length in lengths if length > WIDEST)
    if width < NARROWEST or in_long_lines > MOST_IN_LONG_LINES * sum(lengths):
        return 0
    full = [_is_full(text, one, other[0], width) for one, other in _neighbours(text, lines)]
    return width if sum(full) >= max(ENOUGH, len(full) / 2) else 0


def _neighbours(text: str, lines: list[Stretch]) -> Iterator[tuple[Stretch, Stretch]]:
    """Lines that may belong together: one newline between them, and no list item begins."""
    for one, other in pairwise(lines):
        if text[one[1] : other[0]] == "\n" and not _OWN_LINE.match(text, other[0]):
            yield one, other


def _goes_on(text: str, line: Stretch, start: int, width: int) -> bool:
    if text[line[1] : start] != "\n" or _OWN_LINE.match(text, start):
        return False
    return _is_full(text, line, start, width)


def _is_full(text: str, line: Stretch, start: int, width: int) -> bool:
    """Whether the word at `start` would not have fitted into the line before it."""
    words = text[start : start + width + 1].split(None, 1)
    return _length(text, line) + 1 + len(words[0] if words else "") > width


def _length(text: str, line: Stretch) -> int:
    return len(text[slice(*line)].rstrip())


def _last_line(text: str, paragraph: Stretch) -> Stretch:
    newline = text.rfind("\n", *paragraph)
    return paragraph[0] if newline < 0 else newline + 1, paragraph[1]
