"""A point in time by which an alignment has to be found, for jobs that must end."""

import time
from dataclasses import dataclass

from annotations.text.refusal import Refusal


class TookTooLong(Refusal):
    """The exact optimum was not found in the time that was given."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """`at` is a reading of the monotonic clock; None never comes."""

    at: float | None = None

    @classmethod
    def after(cls, seconds: float | None) -> "Deadline":
        return cls(None if seconds is None else time.monotonic() + seconds)

    def left(self) -> float | None:
        """Seconds until then, or None if it never comes. Raises TookTooLong when it is past."""
        if self.at is None:
            return None
        left = self.at - time.monotonic()
        if left <= 0:
            raise TookTooLong
        return left


NEVER = Deadline()
