"""Annotators who save at a pace, each on a connection of their own; bounded in number and time.

Each saves at moments that lie evenly apart and begin at a random one; who has not been answered
when the next moment comes, saves at once after the answer, so that nobody has two saves in flight.
"""

import http.client
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.load.table import percentile
from bench.marking_server.clients import Browser

Wire = dict[str, Any]
MOST_SECONDS = 900


@dataclass
class Taken:
    """Answers of one run. Milliseconds are those of answers that were right."""

    saves: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    last_wrong_at: float = 0.0  # monotonic

    @property
    def saves_per_second(self) -> float:
        return len(self.saves) / self.seconds

    @property
    def n_wrong(self) -> int:
        return sum(n for status, n in self.statuses.items() if status != "200")

    def p(self, share: float) -> float:
        return percentile([*self.saves, *self.pages], share)

    def told(self) -> str:
        return ", ".join(f"{n} × {status}" for status, n in sorted(self.statuses.items()))


class Annotator(Browser):
    """A tab that says how each request went instead of raising."""

    def __init__(self, port: int, worker: Wire, seed: int) -> None:
        super().__init__(port, {**worker, "tab": str(uuid.uuid4())}, seed)
        self.waits = self.operations()
        self.held: Wire | None = None  # not acknowledged yet: sent again under its id

    def open_page(self) -> str:
        return self._status("GET", self.worker["page"])

    def save_next(self) -> str:
        self.held = self.held or next(self.waits)
        status = self._saved(self.held)
        if status == "200":
            self.held = None
        return status

    def _saved(self, operation: Wire) -> str:
        try:
            error = self.save(operation)
        except (OSError, http.client.HTTPException) as lost:
            self.connection.close()
            return type(lost).__name__
        return error.partition(":")[0] or "200"

    def _status(self, method: str, path: str) -> str:
        try:
            return str(self.ask(method, path)[0])
        except (OSError, http.client.HTTPException) as lost:
            self.connection.close()
            return type(lost).__name__


def annotators(port: int, workers: list[Wire]) -> list[Annotator]:
    """Each has opened the page; that is not measured."""
    found = [Annotator(port, worker, n) for n, worker in enumerate(workers)]
    for each in found:
        each.open()
    return found


def run(people: list[Annotator], *, seconds: float, apart: float, page_share: float = 0.0) -> Taken:
    """Everybody saves every `apart` seconds (0: without a pause) for so many seconds; after that
    share of the saves they open their page anew."""
    taken, lock = Taken(), threading.Lock()
    began = time.monotonic()
    until = began + min(seconds, MOST_SECONDS)

    def note(kind: list[float], status: str, since: float) -> None:
        now = time.monotonic()
        with lock:
            taken.statuses[status] += 1
            if status == "200":
                kind.append((now - since) * 1000)
            else:
                taken.last_wrong_at = now

    def work(one: Annotator) -> None:
        dice = random.Random(one.dice.random())
        due = began + dice.random() * apart
        while (now := time.monotonic()) < until:
            if due > now:
                time.sleep(min(due, until) - now)
                continue
            due = max(due + apart, time.monotonic() if apart else 0.0)
            since = time.monotonic()
            note(taken.saves, one.save_next(), since)
            if page_share and dice.random() < page_share:
                since = time.monotonic()
                note(taken.pages, one.open_page(), since)

    threads = [threading.Thread(target=work, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.seconds = time.monotonic() - began
    return taken
