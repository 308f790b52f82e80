"""An article's text with the places that are talked about. Pure: no rows, no Django."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Stretch = tuple[int, int]
HERE = 0  # the number of what a new thread is about


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a block; `about` is the number of the innermost place that holds it, or None."""

    text: str
    about: int | None
    begins: bool


@dataclass(frozen=True, slots=True)
class TalkedBlock:
    number: int
    start: int
    pieces: tuple[Piece, ...]

    @property
    def is_here(self) -> bool:
        return any(piece.about == HERE for piece in self.pieces)


def talked_blocks(
    text: str, blocks: Sequence[Stretch], places: Iterable[tuple[int, Stretch]]
) -> list[TalkedBlock]:
    """Every block, cut at the edges of the places (number, [start, end))."""
    known = sorted(places, key=lambda one: (one[1][1] - one[1][0], one[0]))
    return [_block(number, block, text, known) for number, block in enumerate(blocks)]


def _block(
    number: int, block: Stretch, text: str, places: Sequence[tuple[int, Stretch]]
) -> TalkedBlock:
    start, end = block
    near = [one for one in places if one[1][0] < end and one[1][1] > start]
    edges = {place for _, stretch in near for place in stretch if start < place < end}
    pieces, begun = [], set()
    for left, right in pairwise(sorted({start, end} | edges)):
        about = next((n for n, (s, e) in near if s <= left and right <= e), None)
        pieces.append(Piece(text[left:right], about, about is not None and about not in begun))
        begun.add(about)
    return TalkedBlock(number, start, tuple(pieces))
