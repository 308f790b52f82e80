"""How far a long act is, written down while it goes on."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
