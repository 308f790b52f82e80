"""When the demo's people did what: their marks spread over the minutes they took."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar

from .files import DemoWork

ACTIVE_SHARE = 0.82  # of the time between first and last mark; the rest they looked elsewhere
T = TypeVar("T")


def moment(today: date, day: int, at: str = "09:00") -> datetime:
    """That many days from today, at that time (UTC)."""
    return datetime.combine(today + timedelta(days=day), time.fromisoformat(at), UTC)


def portions(work: DemoWork, ops: Sequence[T], today: date) -> Iterator[tuple[datetime, list[T]]]:
    """`ops` in short runs, each with the moment it was saved. Always the same runs."""
    chance = Random(f"{work.article} {work.annotator}")
    begun = moment(today, work.day, work.at)
    place = 0
    while place < len(ops):
        length = chance.randint(8, 20)
        place += length
        share = min(place, len(ops)) / (len(ops) + 1)
        seconds = work.minutes * 60 * share + chance.uniform(-4, 4)
        yield begun + timedelta(seconds=max(seconds, 1)), list(ops[place - length : place])


def ended(work: DemoWork, today: date) -> datetime:
    return moment(today, work.day, work.at) + timedelta(minutes=work.minutes)


def active_seconds(work: DemoWork) -> int:
    return round(work.minutes * 60 * ACTIVE_SHARE)
