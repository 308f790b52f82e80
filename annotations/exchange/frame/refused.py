"""The one way in which a file is refused."""

from annotations.text.cleaning import legible
from annotations.text.refusal import Refusal


class FileRefused(Refusal):
    """A file that cannot be taken: which, where in it, and why."""

    def __init__(self, file: str, reason: str, *, place: str = "") -> None:
        self.file = legible(file)
        self.place = place
        self.reason = legible(reason)
        where = ", ".join(part for part in (self.file, place) if part)
        super().__init__(f"{where}: {self.reason}" if where else self.reason)


class TooMuch(FileRefused):
    """More than one import may hold."""
