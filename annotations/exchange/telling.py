"""How far a long act is, written down while it goes on."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from django.db import connection

SECONDS_BETWEEN = 0.5


@contextmanager
def telling(write: Callable[[int], object]) -> Iterator[Callable[[int], None]]:
    """A function to be told how many are done; it writes that down now and then.

    It does so on a connection of its own, because this one may be within a transaction whose
    outcome must not decide whether progress is seen. Within somebody else's transaction (a test's)
    it writes on this connection.
    """
    told = monotonic()
    executor = None if connection.in_atomic_block else ThreadPoolExecutor(1)

    def write_apart(n: int) -> None:
        try:
            write(n)
        finally:
            connection.close()

    def tell(n: int) -> None:
        nonlocal told
        if monotonic() - told < SECONDS_BETWEEN:
            return
        told = monotonic()
        if executor is None:
            write(n)
        else:
            executor.submit(write_apart, n)

    try:
        yield tell
    finally:
        if executor is not None:
            executor.shutdown()


@contextmanager
def telling_while_storing(
    key: uuid.UUID, write: Callable[[int], object]
) -> Iterator[Callable[[int], None]]:
    """The same for one long transaction. SQLite has one writer, which is that transaction: there
    progress stands in a small file beside the database, read by `how_far`."""
    if connection.vendor != "sqlite":
        with telling(write) as tell:
            yield tell
        return
    path = _beside(key)
    told = monotonic()

    def tell_beside(n: int) -> None:
        nonlocal told
        if monotonic() - told >= SECONDS_BETWEEN:
            told = monotonic()
            with suppress(OSError):  # progress is worth no failure
                path.write_text(str(n))

    try:
        yield tell_beside
    finally:
        path.unlink(missing_ok=True)


def how_far(key: uuid.UUID) -> int:
    """What was told last beside the database; 0 where nothing was."""
    if connection.vendor == "sqlite":
        with suppress(OSError, ValueError):  # not begun, or just being written
            return int(_beside(key).read_text())
    return 0


def _beside(key: uuid.UUID) -> Path:
    return Path(f"{connection.settings_dict['NAME']}-progress-{key}")
