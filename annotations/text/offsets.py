"""Places in a text: code points, UTF-16 units, and the edges a reader would call characters.

A place is a code point index into the stored text, 0-based; a stretch is `(start, end)`, end
exclusive. UTF-16 units exist for whoever has to talk to a browser or a foreign file.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import TypeAlias

import regex

Stretch: TypeAlias = tuple[int, int]

_ASTRAL = regex.compile(r"[\U00010000-\U0010ffff]")
_GRAPHEME = regex.compile(r"\X")
# Between two code points of these classes there is always an edge, whatever stands around.
_SOLITARY = r"[\p{GCB=XX}\p{GCB=Control}\p{GCB=LF}]"
_SAFE_BEFORE = regex.compile(rf"(?r){_SOLITARY}(?={_SOLITARY})")
_SAFE_AFTER = regex.compile(rf"{_SOLITARY}(?={_SOLITARY})")
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_FLAG_RUN = regex.compile(r"[\U0001f1e6-\U0001f1ff]{64,}+")
_FLAG_PAIR = regex.compile(r"[\U0001f1e6-\U0001f1ff]{2}")
_FLAG_LETTER = regex.compile(r"[\U0001f1e6-\U0001f1ff]")


class Utf16Table:
    """Code points to UTF-16 units and back, for one text.

    Building it reads the text once; a text without astral characters costs nothing after that,
    others a binary search per place.
    """

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self._astral = [found.start() for found in _ASTRAL.finditer(text)]
        self._units = [at + n for n, at in enumerate(self._astral)]
        # Up to here both counts are the same.
        self.same_until = self._astral[0] if self._astral else self.length

    @property
    def units(self) -> int:
        """Length of the text in UTF-16 units."""
        return self.length + len(self._astral)

    def to_utf16(self, place: int) -> int:
        """UTF-16 units before code point `place`. Raises IndexError outside 0..length."""
        if not 0 <= place <= self.length:
            raise IndexError(f"place {place} is outside a text of {self.length} code points")
        return place + bisect_left(self._astral, place)

    def to_code_points(self, unit: int) -> int:
        """Code points before UTF-16 unit `unit`; the middle of a pair counts as its start.

        Raises IndexError outside 0..units.
        """
        if not 0 <= unit <= self.units:
            raise IndexError(f"unit {unit} is outside a text of {self.units} UTF-16 units")
        return unit - bisect_left(self._units, unit)


def graphemes(text: str, start: int = 0, end: int | None = None) -> Iterator[Stretch]:
    """The grapheme clusters of `text[start:end]`, in code points of `text`.

    `start` must itself be an edge. Time is linear in the stretch.
    """
    part = without_long_flag_runs(text[start:end])
    for found in _GRAPHEME.finditer(part):
        yield start + found.start(), start + found.end()


def is_grapheme_edge(text: str, place: int) -> bool:
    """Whether a reader's character starts (or the text ends) at code point `place`."""
    return _cluster_around(text, place) == (place, place)


def grow_to_graphemes(text: str, start: int, end: int) -> Stretch:
    """The smallest stretch around `[start, end)` that cuts no grapheme cluster in two."""
    return _cluster_around(text, start)[0], _cluster_around(text, end)[1]


def without_long_flag_runs(text: str) -> str:
    """`text`, or a stand-in of the same length and the same edges without long runs of flags.

    The regex library counts back through the whole run at each flag: 100,000 of them take three
    minutes. A stand-in pair (a sign and a combining mark) splits exactly as a flag does.
    """
    return _FLAG_RUN.sub(lambda run: _stand_in(run.group()), text)


def _stand_in(run: str) -> str:
    return _FLAG_LETTER.sub("€", _FLAG_PAIR.sub("€\u0308", run))


def _cluster_around(text: str, place: int) -> Stretch:
    """The cluster that `place` cuts, or `(place, place)` when it cuts none."""
    if not 0 < place < len(text):
        return place, place
    around = text[place - 1 : place + 1]
    if around.isascii() and around != "\r\n":  # as nearly all are
        return place, place
    if text[place - 1] in _FLAG_LETTERS and text[place] in _FLAG_LETTERS:
        letters_before = place - len(text[:place].rstrip(_FLAG_LETTERS))
        if letters_before % 2 == 0:
            return place, place
    before = _SAFE_BEFORE.search(text, 0, place + 1)
    after = _SAFE_AFTER.search(text, place)
    clusters = graphemes(text, before.end() if before else 0, after.end() if after else None)
    start, end = next((start, end) for start, end in clusters if end >= place)
    return (start, end) if start < place < end else (place, place)
