"""Lines of a file as bytes come: bounded, in UTF-8, and to be asked for again by their place."""

from collections.abc import Iterator
from typing import BinaryIO

from annotations.corpus.files import BAD_ZIP
from annotations.corpus.records import in_bytes

from .refused import FileRefused

UTF8_MARK = b"\xef\xbb\xbf"


def next_line(path: str, file: BinaryIO, number: int, most: int) -> bytes:
    """The next line with its line end, b"" at the end. `most` bytes. Raises FileRefused."""
    try:
        line = file.readline(most + 1)
    except BAD_ZIP as error:
        raise FileRefused(path, f"This file cannot be unpacked ({error}).") from error
    if len(line) > most:
        reason = f"The line is longer than {in_bytes(most)}."
        raise FileRefused(path, reason, place=f"line {number}")
    return line


def decoded_line(path: str, line: bytes, number: int) -> str:
    """Without its line end, the first one without its byte order mark. Raises FileRefused."""
    if number == 1:
        line = line.removeprefix(UTF8_MARK)
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise FileRefused(
            path,
            f"Byte {error.start + 1} of the line is not UTF-8. Save the file as UTF-8.",
            place=f"line {number}",
        ) from error


class PlacedLines:
    """A file that is walked once and whose lines are then read again in any order.

    A place is a byte of the file; of a file that is held (`held`: all its lines) the line's index.
    """

    def __init__(self, path: str, file: BinaryIO, most: int, held: list[str] | None) -> None:
        self._path = path
        self._file = file
        self._most = most
        self._held = held

    def walk(self) -> Iterator[tuple[int, int, str]]:
        """(number from 1, place, line) of each."""
        if self._held is not None:
            yield from ((at + 1, at, words) for at, words in enumerate(self._held))
            return
        self._file.seek(0)
        number = place = 0
        while line := next_line(self._path, self._file, number + 1, self._most):
            number += 1
            yield number, place, decoded_line(self._path, line, number)
            place += len(line)

    def at(self, number: int, place: int) -> str:
        if self._held is not None:
            return self._held[place]
        self._file.seek(place)
        line = next_line(self._path, self._file, number, self._most)
        return decoded_line(self._path, line, number)

    def close(self) -> None:
        self._file.close()
