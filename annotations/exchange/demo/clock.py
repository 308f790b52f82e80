"""Doing things as of another day, so that the demo's history does not all happen in one second."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Let everything inside believe that it is `moment`, which is aware UTC.

    Turns Django's own clock, for this process. Only for a command that runs by itself.
    """
    real_now = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real_now
