"""JSON as files should be: no key twice, no NaN, nothing that crashes the reader."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from annotations.corpus.files import BAD_ZIP
from annotations.corpus.records import in_bytes
from annotations.text.refusal import told_of_value

from ..strict_json import no_key_twice, no_such_number
from .refused import FileRefused
from .sources import SourceFiles

BLOCK = 1 << 16  # bytes that are read at once
_SPACE = re.compile(r"[ \t\n\r]*")
# Words, or what Python reads and JSON does not know, or cannot read.
_ODD = re.compile(r'"(?:[^"\\]|\\.)*+"|(NaN|-?Infinity|\d{4300,})', re.DOTALL)


def parse_json(words: str, *, file: str, line: int | None = None) -> Any:
    """The JSON value in a file, or in one line of it. Raises FileRefused with the place."""
    place = f"line {line}" if line is not None else ""
    try:
        return json.loads(words, object_pairs_hook=no_key_twice, parse_constant=no_such_number)
    except RecursionError:
        raise FileRefused(file, "This is nested too deeply to be read.", place=place) from None
    except json.JSONDecodeError as error:
        at = f"line {line or error.lineno}, character {error.colno}"
        raise FileRefused(file, f"This is not JSON ({error.msg}).", place=at) from None
    except ValueError as error:  # a number of thousands of digits, or ours
        reason = f"This is not JSON that can be read: {told_of_value(error)}"
        raise FileRefused(file, reason, place=place or _place_of_odd(words)) from None


def _place_of_odd(words: str) -> str:
    """Where the first number stands that is none; "" where that is not what is wrong."""
    found = next((each for each in _ODD.finditer(words) if each[1]), None)
    return f"line {words.count(chr(10), 0, found.start()) + 1}" if found else ""


def json_values(files: SourceFiles, path: str) -> Iterator[tuple[int, Any]]:
    """The values of a list with the lines they begin in, each parsed for itself, so that a file may
    be of any size however it is laid out. A file that holds no list is one value. Raises
    FileRefused with the place.
    """
    with files.open(path) as file:
        yield from _Stream(file, path, files.limits.line_bytes).values()


class _Stream:
    """What has been read of a JSON file and not been taken yet."""

    def __init__(self, file: BinaryIO, path: str, most: int) -> None:
        self._file = file
        self._path = path
        self._most = most  # bytes of one value
        begins = file.read(BLOCK)
        wide = begins.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self._decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
        self._json = json.JSONDecoder(object_pairs_hook=no_key_twice, parse_constant=no_such_number)
        self._at_end = False
        self._held = ""
        self._from = 0  # the first character held that was not taken
        self._line, self._column = 1, 1  # where it stands
        self._take_in(begins)

    def values(self) -> Iterator[tuple[int, Any]]:
        if self._next() != "[":
            yield self._line, self._value()
            if self._next():
                self._wrong("Extra data")
            return
        self._drop(1)
        ended = self._next() == "]"
        self._drop(int(ended))
        while not ended:
            self._next()
            yield self._line, self._value()
            sign = self._next()
            if sign not in ("]", ","):
                self._wrong("Expecting ',' delimiter")
            ended = sign == "]"
            self._drop(1)
        if self._next():
            self._wrong("Extra data")

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._json.raw_decode(self._held, self._from)
            except RecursionError:
                raise FileRefused(self._path, "This is nested too deeply to be read.") from None
            except json.JSONDecodeError as error:
                if self._at_end:
                    self._wrong(error.msg, error.pos - self._from)
            except ValueError as error:  # a number of thousands of digits, or ours
                reason = f"This is not JSON that can be read: {told_of_value(error)}"
                raise FileRefused(self._path, reason, place=f"line {self._line}") from None
            else:
                if end < len(self._held) or self._at_end:
                    self._drop(end - self._from)
                    return value
            if len(self._held) - self._from > self._most:
                reason = f"One value in it is longer than {in_bytes(self._most)}."
                raise FileRefused(self._path, reason, place=f"line {self._line}")
            # Twice as much, so that no value is tried often.
            self._more(len(self._held) - self._from)

    def _next(self) -> str:
        """The next sign that is no white space, "" at the end."""
        while True:
            found = _SPACE.match(self._held, self._from)
            self._drop(found.end() - self._from if found else 0)
            if self._from < len(self._held) or self._at_end:
                return self._held[self._from : self._from + 1]
            self._more(BLOCK)

    def _drop(self, n: int) -> None:
        self._line, self._column = self._place(n)
        self._from += n

    def _place(self, n: int) -> tuple[int, int]:
        start, end = self._from, self._from + n
        lines = self._held.count("\n", start, end)
        if not lines:
            return self._line, self._column + n
        return self._line + lines, end - self._held.rindex("\n", start, end)

    def _wrong(self, why: str, n: int = 0) -> NoReturn:
        line, column = self._place(n)
        place = f"line {line}, character {column}"
        raise FileRefused(self._path, f"This is not JSON ({why}).", place=place)

    def _more(self, n_bytes: int) -> None:
        try:
            self._take_in(self._file.read(max(n_bytes, BLOCK)))
        except BAD_ZIP as error:
            reason = f"This file cannot be unpacked ({error})."
            raise FileRefused(self._path, reason) from error

    def _take_in(self, block: bytes) -> None:
        self._at_end = not block
        try:
            self._held = self._held[self._from :] + self._decoder.decode(block, final=not block)
            self._from = 0
        except UnicodeDecodeError as error:
            lines = self._held.count("\n", self._from) + block[: error.start].count(b"\n")
            line = self._line + lines
            reason = "It is not UTF-8 here. Save the file as UTF-8."
            raise FileRefused(self._path, reason, place=f"line {line}") from error
