"""What is wished for, and what comes of it."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

A = TypeVar("A", bound=Hashable)  # an article's id
P = TypeVar("P", bound=Hashable)  # an annotator's id


@dataclass(frozen=True)
class Wish(Generic[A, P]):
    """What a manager asks for.

    `existing` pairs are never taken away. They count towards `per_article`, towards a person's
    load and cap, and towards what two people share; they may name other articles and people.
    `barred` pairs are never made. `caps` is the most articles a person is to hold in all.
    With `extra`, articles may get more than `per_article` annotators for the sake of `overlap`.
    """

    articles: Sequence[A]
    annotators: Sequence[P]
    per_article: int
    overlap: int = 0
    caps: Mapping[P, int] = field(default_factory=dict)
    existing: Collection[tuple[A, P]] = ()
    barred: Collection[tuple[A, P]] = ()
    extra: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Load:
    """How many articles a person holds already, and how many the plan adds."""

    before: int
    added: int

    @property
    def after(self) -> int:
        return self.before + self.added


@dataclass(frozen=True)
class Plan(Generic[A, P]):
    """What would be assigned.

    `added` runs in the order of the articles. `shared` has each pair of annotators once, in the
    order in which they were given. `missing` says how many annotators an article still lacks.
    No plan can let every pair share more than `highest_overlap` articles; None: no pairs.
    """

    wish: Wish[A, P]
    added: tuple[tuple[A, P], ...]
    loads: Mapping[P, Load]
    shared: Mapping[tuple[P, P], int]
    missing: Mapping[A, int]
    highest_overlap: int | None

    @property
    def lowest_shared(self) -> int | None:
        """What the pair with the fewest shared articles shares; None with fewer than two people."""
        return min(self.shared.values(), default=None)

    @property
    def spread(self) -> int:
        """Articles between the heaviest and the lightest load."""
        after = [load.after for load in self.loads.values()]
        return max(after) - min(after) if after else 0

    @property
    def pairs_short(self) -> int:
        """How many pairs share fewer articles than was wished."""
        return sum(count < self.wish.overlap for count in self.shared.values())
