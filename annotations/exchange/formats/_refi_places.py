"""Where the selections of a REFI-QDA text lie.

Whether its places count UTF-16 units is told by the names of selections, which most programs make
of the words that were selected.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from annotations.text.offsets import Utf16Table


def positions(selection: Element) -> list[int] | None:
    """Start and end as they stand there; None where they are no whole numbers."""
    try:
        return [int(selection.get(name, "")) for name in ("startPosition", "endPosition")]
    except ValueError:
        return None


def units_counted(text: str, selections: Sequence[Element]) -> Utf16Table | None:
    """One when the names of selections fit UTF-16 units better than code points."""
    units = Utf16Table(text)
    if units.units == units.length:
        return None
    plain = fits = 0
    for each in selections:
        found = positions(each)
        if found is not None and 0 <= found[0] < found[1] <= units.units:
            plain += _is_named(each, text[found[0] : found[1]])
            start, end = (units.to_code_points(at) for at in found)
            fits += _is_named(each, text[start:end])
    return units if fits > plain else None


def in_code_points(found: list[int], units: Utf16Table | None) -> list[int] | None:
    """The places counted in code points; None where one lies between the halves of a character."""
    if units is None or not all(0 <= at <= units.units for at in found):
        return found
    moved = [units.to_code_points(at) for at in found]
    return moved if [units.to_utf16(at) for at in moved] == found else None


def _is_named(selection: Element, words: str) -> bool:
    """Whether the selection's name is its words or begins them."""
    name = " ".join(selection.get("name", "").rstrip(".…").split())
    return name != "" and " ".join(words.split()).startswith(name)
