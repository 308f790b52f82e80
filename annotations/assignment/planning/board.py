"""The state of a plan while it is drawn up, in small integers; and the single moves on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Row:
    """An article: who is on it, whom the plan added, who may not come."""

    need: int = 0  # annotators still to be found; below 0: more than were asked for
    open: bool = False  # whether the plan may add to it
    members: set[int] = field(default_factory=set)
    added: set[int] = field(default_factory=set)  # those of the members who may go again
    closed: frozenset[int] = frozenset()

    def takes(self, person: int) -> bool:
        return person not in self.members and person not in self.closed


class Board:
    """Rows and people. `short` is how many shared articles all pairs together still lack."""

    def __init__(self, rows: list[Row], caps: list[int], overlap: int) -> None:
        n_people = len(caps)
        self.rows = rows
        self.caps = caps
        self.people = range(n_people)
        self.shared = [[0] * n_people for _ in self.people]
        self.rows_of: list[set[int]] = [set() for _ in self.people]
        for index, row in enumerate(rows):
            for person in row.members:
                self.rows_of[person].add(index)
                for other in row.members - {person}:
                    self.shared[person][other] += 1
        self.loads = [len(held) for held in self.rows_of]
        self.aim_at(overlap)

    def aim_at(self, overlap: int) -> None:
        """Count anew what is lacking to an overlap."""
        self.overlap = overlap
        self.short = sum(max(0, overlap - count) for _, _, count in self.pairs())

    def pairs(self) -> Iterator[tuple[int, int, int]]:
        """(one, other, how many articles they share), each pair once."""
        for one in self.people:
            for other in range(one + 1, len(self.people)):
                yield one, other, self.shared[one][other]

    def lacking(self) -> list[tuple[int, int]]:
        """The pairs that share too few articles."""
        return [(one, other) for one, other, count in self.pairs() if count < self.overlap]

    def is_full(self, person: int) -> bool:
        return self.loads[person] >= self.caps[person]

    def added_rows(self, person: int) -> Iterator[int]:
        """The rows that the plan gave to a person."""
        return (index for index in self.rows_of[person] if person in self.rows[index].added)

    def put(self, index: int, person: int) -> None:
        row = self.rows[index]
        self._meet(row.members, person, 1)
        row.members.add(person)
        row.added.add(person)
        row.need -= 1
        self.rows_of[person].add(index)
        self.loads[person] += 1

    def take(self, index: int, person: int) -> None:
        row = self.rows[index]
        row.members.remove(person)
        row.added.remove(person)
        row.need += 1
        self.rows_of[person].remove(index)
        self.loads[person] -= 1
        self._meet(row.members, person, -1)

    def swap(self, index: int, leaves: int | None, comes: int | None) -> None:
        if leaves is not None:
            self.take(index, leaves)
        if comes is not None:
            self.put(index, comes)

    def _meet(self, members: set[int], person: int, step: int) -> None:
        mine, overlap = self.shared[person], self.overlap
        for other in members:
            before = mine[other]
            mine[other] = self.shared[other][person] = before + step
            if before + (step > 0) <= overlap:
                self.short -= step

    def want(self, index: int) -> list[int]:
        """For each person, how many shared articles are lacking between them and the row."""
        overlap = self.overlap
        wants = [0] * len(self.people)
        for member in self.rows[index].members:
            for person, count in enumerate(self.shared[member]):
                if count < overlap:
                    wants[person] += overlap - count
        return wants
