"""A text as a file has it and as it is stored, and how places in the one lie in the other."""

from bisect import bisect_left

import regex

from annotations.text.cleaning import UnreadableText, clean, sha256
from annotations.text.offsets import Utf16Table

from .refused import FileRefused

MARK = "\ufeff"
_CRLF = regex.compile("\r\n")


def text_file(text: str) -> bytes:
    """A text as a file. Readers take a byte order mark away, so a text that begins with that sign
    gets one more."""
    return (MARK + text if text.startswith(MARK) else text).encode()


class StoredText:
    """`text` is what will be stored: line ends are LF, nothing else is changed.

    Raises FileRefused for what no database keeps (NUL, half characters, control characters).
    """

    def __init__(self, source: str, *, file: str, place: str = "") -> None:
        try:
            self.text = clean(source)
        except UnreadableText as error:
            raise FileRefused(file, str(error), place=place) from error
        self.source = source
        self._units: Utf16Table | None = None
        self._dropped = [found.start() for found in _CRLF.finditer(source)]

    @property
    def sha256(self) -> str:
        return sha256(self.text)

    @property
    def n_code_points(self) -> int:
        return len(self.text)

    def from_code_points(self, place: int) -> int:
        """A place counted in code points of the source. Raises IndexError outside it."""
        if not 0 <= place <= len(self.source):
            raise IndexError(f"{place} is outside a text of {len(self.source)} code points")
        return place - bisect_left(self._dropped, place)

    def from_utf16(self, unit: int) -> int:
        """A place counted in UTF-16 units of the source. Raises IndexError outside it."""
        if self._units is None:
            self._units = Utf16Table(self.source)
        return self.from_code_points(self._units.to_code_points(unit))
