"""Where the selections of a REFI-QDA text lie.

Programs count differently: code points or UTF-16 units, a CRLF as two signs or as one, with or
without a byte order mark. The names of selections, which most programs make of the words that were
selected, tell which; without such names places are code points of the text as its file has it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from annotations.text.offsets import Stretch, Utf16Table

from ..frame import SourceFiles

NEAR = 400  # code points on either side in which the words of a name are looked for
TELLING = 20  # code points of a name that was cut off which lead to a place
_MARK = "\ufeff"


def positions(selection: Element) -> list[int] | None:
    """Start and end as they stand there; None where they are no whole numbers."""
    try:
        return [int(selection.get(name, "")) for name in ("startPosition", "endPosition")]
    except ValueError:
        return None


def text_path(files: SourceFiles, project: str, source: Element) -> str:
    """Where a text lies beside the project, "" where it does not."""
    stem = source.get("plainTextPath", "").removeprefix("internal://")
    beside = PurePosixPath(project).parent
    paths = (str(beside / folder / stem) for folder in ("Sources", "sources", ""))
    return next((path for path in paths if stem and path in files), "")


class Counting:
    """One way of counting places in a text."""

    def __init__(self, text: str, *, in_units: bool, one_crlf: bool, marked: bool) -> None:
        self._in_units = in_units
        self._one_crlf = one_crlf
        self._marked = marked
        counted = text.replace("\r\n", "\n") if one_crlf else text
        self._n_before = int(marked)
        self._most = len(text)
        self._length = len(counted)
        self._units = Utf16Table(_MARK * marked + counted) if in_units else None
        self._line_ends: list[int] = []  # of CRLF, where the counted text has them
        at = text.find("\r\n") if one_crlf else -1
        while at >= 0:
            self._line_ends.append(at - len(self._line_ends))
            at = text.find("\r\n", at + 2)

    def __str__(self) -> str:
        how = (
            (self._in_units, "UTF-16 units"),
            (self._one_crlf, "CRLF line ends as one sign"),
            (self._marked, "a byte order mark"),
        )
        return " and ".join(words for is_so, words in how if is_so)

    def stretch(self, found: Sequence[int]) -> list[int] | None:
        """In code points of the text; None where a place lies between the halves of a character.
        Places outside the text stay outside."""
        made = []
        for place in found:
            moved = place
            if self._units is not None and 0 <= place <= self._units.units:
                moved = self._units.to_code_points(place)
                if self._units.to_utf16(moved) != place:
                    return None
            made.append(self._in_text(max(moved - self._n_before, 0) if moved > 0 else moved))
        return made

    def _in_text(self, place: int) -> int:
        if not 0 <= place <= self._length:
            return max(place, self._most + 1) if place > 0 else place
        return place + bisect_left(self._line_ends, place)


def counting(text: str, selections: Sequence[Element], *, has_mark: bool) -> tuple[Counting, bool]:
    """The way in which most selections lie on their names' words, the plainest of those; whether
    most names are words of the text at all. `has_mark`: the text's file begins with a mark."""
    best, most = Counting(text, in_units=False, one_crlf=False, marked=False), 0
    n_named = sum(selection.get("name", "") != "" for selection in selections)
    for each in _ways(text, has_mark):
        fits = sum(_is_at_its_name(selection, text, each) for selection in selections)
        if fits > most:
            best, most = each, fits
    return best, most * 2 > n_named


def _ways(text: str, has_mark: bool) -> Iterator[Counting]:
    """All in which places of this text can differ, the plainest first."""
    both = (False, True)
    has_astral = any(sign > "\uffff" for sign in text)
    for marked, one_crlf, in_units in product(
        both if has_mark else (False,),
        both if "\r\n" in text else (False,),
        both if has_astral else (False,),
    ):
        yield Counting(text, in_units=in_units, one_crlf=one_crlf, marked=marked)


def _is_at_its_name(selection: Element, text: str, way: Counting) -> bool:
    found = positions(selection)
    stretch = way.stretch(found) if found else None
    return (
        stretch is not None
        and 0 <= stretch[0] < stretch[1]
        and is_named(selection, text[slice(*stretch)])
    )


def is_named(selection: Element, words: str) -> bool:
    """Whether the selection's name is its words or begins them."""
    name = _name(selection)
    return name != "" and " ".join(words.split()).startswith(name)


def quote(selection: Element, text: str, stretch: Stretch) -> str | None:
    """What should stand at a place by the name of its selection; None where the name says nothing
    of it. Only where most names of a text are words of it."""
    start, end = stretch
    name, words = _name(selection), text[start:end]
    if not name or is_named(selection, words):
        return words
    if len(name) == end - start:
        return name
    low = max(0, min(start, len(text)) - NEAR)
    near = text[low : end + NEAR]
    if len(name) >= TELLING and end - start > len(name) and near.count(name) == 1:
        at = low + near.index(name)
        return text[at : at + end - start]
    return None


def _name(selection: Element) -> str:
    return " ".join(selection.get("name", "").rstrip(".…").split())
