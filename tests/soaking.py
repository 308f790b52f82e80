"""How long a long test goes on: SOAK_SECONDS (20), or less when all that it is to do was done.

The numbers of `make soak` (KILLS, SESSIONS, FUZZ and the like) are the most that is done, the
seconds bound the whole of it; releases run it with SOAK_SECONDS=0, which sets no bound.
"""

import json
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

SECONDS = float(os.environ.get("SOAK_SECONDS") or 20) or float("inf")
# Between two faults: unbounded runs save enough for what is promised (project/setup/suites.py).
SAVES = 60 if float("inf") == SECONDS else 20


def put_down(faults: int, saves: int) -> None:
    """For the sum over all tests of a long run, which may be in several processes."""
    if path := os.environ.get("SOAK_TALLY"):
        with open(path, "a", encoding="utf-8") as tally:
            tally.write(json.dumps({"faults": faults, "saves": saves}) + "\n")


@dataclass
class Budget:
    """The time of one test, from its first step on."""

    seconds: float = SECONDS
    n_done: int = 0
    began: float = 0.0
    failed: bool = False

    def __str__(self) -> str:
        return f"{self.n_done} done in {time.monotonic() - self.began:.0f} s"

    @property
    def is_spent(self) -> bool:
        self.began = self.began or time.monotonic()
        return time.monotonic() - self.began >= self.seconds

    def rounds(self, at_most: int, at_least: int = 1) -> Iterator[int]:
        """0, 1, 2 and on, until there were so many or the time is up."""
        self.began = time.monotonic()
        while self.n_done < at_most and (self.n_done < at_least or not self.is_spent):
            yield self.n_done
            self.n_done += 1

    def some_of(self, things: Iterable[T]) -> Iterator[T]:
        """All of them; when there is no time for all, some at random."""
        everything = list(things)
        random.shuffle(everything)
        for n in self.rounds(len(everything)):
            yield everything[n]

    def spend_on(self, act: Callable[[], object]) -> None:
        """Do it unless the time is up. Of hypothesis: what failed is tried again and again to
        make it smaller, which takes the time that it takes."""
        if self.is_spent and self.n_done and not self.failed:
            return
        try:
            act()
        except BaseException:
            self.failed = True
            raise
        self.n_done += 1
