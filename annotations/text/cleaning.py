"""From a file's bytes to the text that is stored: what is converted, and what is refused.

Two things are converted: the encoding (UTF-8 with or without a byte order mark, UTF-16 with one)
and the line ends (CRLF and CR become LF). Nothing is stripped, folded or normalised.
"""

import codecs
import hashlib
from datetime import date
from typing import NamedTuple

import regex

from annotations.text.refusal import Refusal

_UNSTORABLE = regex.compile(r"[\x00-\x08\x0e-\x1f\ud800-\udfff]")
_LINE_END = regex.compile(r"\r\n?")
_CRAWLER_PREFIX = regex.compile(r"\s{0,8}+date:?[ \t]{1,8}+(\d{4}-\d\d-\d\d)\s{1,8}+(?=\S)")


class UnreadableText(Refusal):
    """This text cannot be stored.

    `line` and `column` are 1-based (column in code points), or None where only a byte is known.
    """

    def __init__(self, sentence: str, *, line: int | None = None, column: int | None = None):
        super().__init__(sentence)
        self.line = line
        self.column = column


class CrawlerPrefix(NamedTuple):
    """What a crawler wrote in front of the body: `[start, end)` in code points, and its date."""

    start: int
    end: int
    published_on: date


def decode(raw: bytes) -> str:
    """The characters of a file. A byte order mark at the very start is not one of them.

    Raises UnreadableText naming the first byte (1-based) that is not what it should be.
    """
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UnreadableText("This file is UTF-32. Save it as UTF-8 and try again.")
    for mark, encoding, name in (
        (codecs.BOM_UTF8, "utf-8", "UTF-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
        (b"", "utf-8", "UTF-8"),
    ):
        if raw.startswith(mark):
            return _decoded(raw, len(mark), encoding, name)
    raise AssertionError("the empty mark always matches")


def clean(text: str) -> str:
    """`text` with LF line ends. Raises UnreadableText for what no database keeps.

    That is NUL, lone surrogates, and control characters but TAB, LF, CR, VT and FF; the sentence
    names the line and the column.
    """
    text = _LINE_END.sub("\n", text)
    if bad := _UNSTORABLE.search(text):
        line, column = line_and_column(text, bad.start())
        raise UnreadableText(
            f"{what_is_wrong(text)}. Remove it from the file and try again.",
            line=line,
            column=column,
        )
    return text


def what_is_wrong(text: str) -> str:
    """Where the first character stands that no database keeps, and which it is; else ""."""
    text = _LINE_END.sub("\n", text)
    bad = _UNSTORABLE.search(text)
    if bad is None:
        return ""
    line, column = line_and_column(text, bad.start())
    return f"Line {line}, character {column}: {_name_of(bad.group())}"


def first_unstorable(text: str) -> str:
    """The first character of a text that no database keeps, as `clean` refuses it; else ""."""
    bad = _UNSTORABLE.search(text)
    return bad.group() if bad else ""


def legible(text: str) -> str:
    """`text` with "U+0000" in place of each character that no database keeps."""
    return _UNSTORABLE.sub(lambda bad: f"U+{ord(bad.group()):04X}", text)


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """Of code point `place` in a text with LF line ends; both 1-based."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def crawler_prefix(text: str) -> CrawlerPrefix | None:
    """The ` date 2023-11-10 ` in front of a body, white space around it included."""
    found = _CRAWLER_PREFIX.match(text)
    if not found:
        return None
    try:
        return CrawlerPrefix(0, found.end(), date.fromisoformat(found[1]))
    except ValueError:
        return None


def sha256(text: str) -> str:
    """Lower-case hex digest of the text in UTF-8, as stored and exported.

    Of a text that cannot be stored, too: `clean` says what is wrong with it.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _decoded(raw: bytes, skip: int, encoding: str, name: str) -> str:
    try:
        return raw[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        at = skip + error.start
        line = raw[skip:at].decode(encoding, "replace").count("\n") + 1
        raise UnreadableText(
            f"Line {line}, byte {at + 1:,} of the file is not {name}. "
            "Save the file as UTF-8 and try again.",
            line=line,
        ) from error


def _name_of(sign: str) -> str:
    code = ord(sign)
    if code == 0:
        return "a NUL character, which cannot be stored"
    if code >= 0xD800:
        return f"half of a character (lone surrogate U+{code:04X}), which cannot be stored"
    return f"the control character U+{code:04X}, which cannot be stored"
