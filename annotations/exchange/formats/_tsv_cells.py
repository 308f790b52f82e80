"""Cells of WebAnno TSV: what is escaped in them, and how stacked values are told apart."""

import re
from collections.abc import Iterator

NULL, SET = "_", "*"
_ESCAPED = {"\t": "\\t", "\n": "\\n"}
_UNESCAPED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}
_IN_VALUE = re.compile(r"->|[\\\[\]|_;\t\n*]")
_IN_TEXT = re.compile(r"[\\\t\n\f\r\x08]")
_SLASH = re.compile(r"\\(->|.)", re.DOTALL)
_ID = re.compile(r"(?P<value>.*[^\\]|)\[(?P<id>\d{1,9})\]", re.DOTALL)
_TEXT_SIGNS = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\b": "\\b"}


def escaped(value: str) -> str:
    return _IN_VALUE.sub(lambda found: _ESCAPED.get(found[0], "\\" + found[0]), value)


def unescaped(value: str) -> str:
    return _SLASH.sub(lambda found: _UNESCAPED.get(found[1], found[1]), value)


def escaped_text(words: str) -> str:
    return _IN_TEXT.sub(lambda found: _TEXT_SIGNS[found[0]], words)


def unescaped_text(words: str) -> str:
    return _SLASH.sub(lambda found: _UNESCAPED.get(found[1], found[1]), words)


def parts(cell: str, separator: str) -> Iterator[str]:
    """The parts of a cell between separators that no backslash stands before."""
    if "\\" not in cell:
        yield from cell.split(separator)
        return
    start = at = 0
    while at < len(cell):
        if cell[at] == "\\":
            at += 1
        elif cell[at] == separator:
            yield cell[start:at]
            start = at + 1
        at += 1
    yield cell[start:]


def value_and_id(part: str) -> tuple[str | None, str]:
    """("PER", "3") of "PER[3]"; the value is None where there is an annotation without one."""
    found = _ID.fullmatch(part) if part.endswith("]") else None
    value, number = (found["value"], found["id"]) if found else (part, "")
    return (None if value == SET else unescaped(value)), number
