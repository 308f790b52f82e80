"""Two who bring the same at the same moment: the second is done again, finds what the first left
there, and says so in its own words.

An action asks whether there is one of that name already, and sees nothing of what another
transaction is about to store. The database's constraint does. On SQLite writers take turns.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, transaction

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 5  # each needs somebody else who was quicker once more
TAKEN = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
SENTENCE = "Somebody else stored the same at this very moment, so nothing was stored. Try again."


def is_overtaken(error: BaseException | None) -> bool:
    """Whether the database says that something is there already that can be there only once."""
    cause = error.__cause__ if isinstance(error, IntegrityError) else None
    codes = (getattr(cause, name, None) for name in ("sqlstate", "sqlite_errorname"))
    return not TAKEN.isdisjoint(codes)


def again_if_overtaken(act: Callable[P, R]) -> Callable[P, R]:
    """A transaction that is done anew when another was quicker; for actions that read all they
    depend on themselves, and leave nothing changed in memory when they fail."""

    @wraps(act)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(TRIES - 1):
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except IntegrityError as error:
                if not is_overtaken(error):
                    raise
        with transaction.atomic():
            return act(*args, **kwargs)

    return tried
