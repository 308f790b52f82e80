"""Bytes that are taken away while they are written."""

import io
from typing import Any


class Pipe(io.RawIOBase):
    """Where a zip is written; what has come so far is taken out again and again."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
