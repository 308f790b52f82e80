"""Writers take turns before they ask SQLite for its write lock; a connection knows its file.

SQLite lets a writer that finds the lock taken sleep for ever longer moments, so under load some
wait for seconds while others overtake them. Here each transaction first waits for its turn: in
the process for a lock that wakes the next at once, between processes for a lock on a file beside
the database. SQLite's own lock still decides; without the turn it would only be slower.

Connections are kept from one request to the next, since opening one reads the whole schema. One
whose file was put away meanwhile (a restored backup, a demo begun anew) is not used again.
"""

import fcntl
import os
import threading
import time
from collections import defaultdict
from contextlib import suppress
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

POLL_SECONDS = 0.002
DEFAULT_TIMEOUT = 20.0  # seconds

_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def make_private(path: str) -> None:
    """A new file that only its owner may read; SQLite gives its -wal and -shm the same rights."""
    with suppress(OSError):  # there already, or no room: SQLite says so in its own words
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes its turn at BEGIN, gives it up at COMMIT, ROLLBACK or when it is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: threading.Lock | None = None
        self._turn_file: int | None = None
        self._opened: tuple[int, int] | None = None

    def get_new_connection(self, conn_params: Any) -> Any:
        if not self.is_in_memory_db():
            make_private(str(self.settings_dict["NAME"]))
        made = super().get_new_connection(conn_params)
        self._opened = self._file_there()
        return made

    def is_usable(self) -> bool:
        """Asked once a request, before the first statement."""
        return bool(self._opened == self._file_there() and super().is_usable())

    def _file_there(self) -> tuple[int, int] | None:
        """What the file is to the system, whatever its name; None when there is none."""
        try:
            found = os.stat(str(self.settings_dict["NAME"]))
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _take_turn(self) -> None:
        if self._turn or self.is_in_memory_db():
            return
        path = os.path.abspath(str(self.settings_dict["NAME"]))
        until = time.monotonic() + float(
            self.settings_dict["OPTIONS"].get("timeout", DEFAULT_TIMEOUT)
        )
        turn = _turns[path]
        if not turn.acquire(timeout=max(until - time.monotonic(), 0)):
            raise OperationalError("database is locked")
        self._turn = turn
        try:
            self._lock_file(f"{path}-turn", until)
        except BaseException:
            self._end_turn()
            raise

    def _lock_file(self, path: str, until: float) -> None:
        try:
            self._turn_file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as refused:  # no room for even an empty file
            raise OperationalError(f"no turn to write: {refused}") from refused
        while True:
            try:
                return fcntl.flock(self._turn_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as taken:
                if time.monotonic() > until:
                    raise OperationalError("database is locked") from taken
                time.sleep(POLL_SECONDS)

    def _end_turn(self) -> None:
        file, self._turn_file = self._turn_file, None
        turn, self._turn = self._turn, None
        if file is not None:
            os.close(file)
        if turn is not None:
            turn.release()
