"""The one way in which a file is refused."""

from annotations.text.refusal import Refusal


class FileRefused(Refusal):
    """A file that cannot be taken: which, where in it, and why."""

    def __init__(self, file: str, reason: str, *, place: str = "") -> None:
        self.file = file
        self.place = place
        self.reason = reason
        where = ", ".join(part for part in (file, place) if part)
        super().__init__(f"{where}: {reason}" if where else reason)


class TooMuch(FileRefused):
    """More than one import may hold."""
