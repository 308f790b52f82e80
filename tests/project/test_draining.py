"""What a sender has not got rid of is dropped, but nobody holds a thread for long with it."""

import pytest

from project import draining


class Slow:
    """A body that comes byte by byte; a read waits for all it asked for, as the server's does."""

    def __init__(self, bytes_a_second: float) -> None:
        self.pace, self.now = bytes_a_second, 0.0

    def read(self, n: int) -> bytes:
        self.now += n / self.pace
        return b"x" * n


@pytest.mark.parametrize("bytes_a_second", [1_100, 50_000, 10_000_000])
def test_a_slow_sender_is_left_soon_after_the_longest_wait(
    monkeypatch: pytest.MonkeyPatch, bytes_a_second: float
) -> None:
    body = Slow(bytes_a_second)
    monkeypatch.setattr(draining, "monotonic", lambda: body.now)
    draining.drop(body)
    assert body.now < draining.LONGEST + 5
