"""What a reader has to say about files, beside what it read."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from annotations.text.cleaning import legible

Kind = Literal["lost", "repaired", "refused"]
MOST_KEPT = 500  # of each kind, word for word; the rest is counted


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `lost` has no place here, `repaired` was put right, `refused` ends it all.

    `place` is "line 12", "" where a file has no lines.
    """

    kind: Kind
    file: str
    place: str
    sentence: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.place) if part)
        return legible(f"{where}: {self.sentence}" if where else self.sentence)


@dataclass(slots=True)
class _Tally:
    at: int | None  # its finding's index, None where it is counted only
    n: int = 0


class Findings:
    """Grows while articles are read; an import with a refusal in it stores nothing."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kept: list[Finding] = []
        self._said: set[tuple[str, str]] = set()
        self._tallies: dict[tuple[str, str], _Tally] = {}

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._kept)

    @property
    def n_unkept(self) -> int:
        """How many are counted only."""
        return self.counts.total() - len(self._kept)

    def of(self, kind: Kind) -> list[Finding]:
        return [finding for finding in self._kept if finding.kind == kind]

    def lost(self, file: str, place: str, sentence: str) -> None:
        """Something that this program has no place for is left out."""
        self._add(Finding("lost", file, place, sentence))

    def lost_once(self, file: str, sentence: str) -> None:
        """The same loss all over a file, said once."""
        if (file, sentence) not in self._said:
            self._said.add((file, sentence))
            self.lost(file, "", sentence)

    def count_lost(self, file: str, what: str, n: int = 1) -> None:
        """One more of what is left out all over a file: one sentence with their number."""
        tally = self._tallies.get((file, what))
        if tally is None:
            is_kept = self.counts["lost"] < MOST_KEPT
            tally = self._tallies[file, what] = _Tally(len(self._kept) if is_kept else None)
            self.lost(file, "", what)
        tally.n += n
        if tally.at is not None:
            self._kept[tally.at] = Finding("lost", file, "", f"{what}: {tally.n:,}.")

    def repaired(self, file: str, place: str, sentence: str) -> None:
        """Something was wrong and could be put right without guessing."""
        self._add(Finding("repaired", file, place, sentence))

    def refused(self, file: str, place: str, sentence: str) -> None:
        """One record cannot be taken. Reading goes on, so that a person hears of all of them."""
        self._add(Finding("refused", file, place, sentence))

    def _add(self, finding: Finding) -> None:
        self.counts[finding.kind] += 1
        if self.counts[finding.kind] <= MOST_KEPT:
            self._kept.append(finding)
