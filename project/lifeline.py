"""Whether a worker lives: a lock that its death, of whatever kind, lets go.

On PostgreSQL an advisory lock of a connection that nothing else uses; it goes with the connection,
from whichever host. On SQLite, where all workers are on one machine, a lock on a file beside the
database.
"""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from django.db import DatabaseError, connection

SPACE = "sourcemark worker"


def _key(worker: str) -> int:
    digest = hashlib.sha256(f"{SPACE} {worker}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


class Lifeline:
    """Held by one thread, on its own connection. `hold` again and again is the same as once."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._session: int | None = None
        self._file: int | None = None

    def hold(self) -> None:
        """Take the lock, or take it anew if the connection was lost meanwhile."""
        if connection.vendor == "sqlite":
            self._hold_file()
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (session,) = cursor.fetchone()
            if session != self._session:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_key(self.worker)])
                self._session = session

    def _hold_file(self) -> None:
        if self._file is None:
            self._file = os.open(_path(self.worker), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def let_go(self) -> None:
        """At a farewell; a connection of a pool lives on."""
        if self._session is not None:
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_key(self.worker)])
            self._session = None
        if self._file is not None:
            _path(self.worker).unlink(missing_ok=True)
            os.close(self._file)
            self._file = None
        connection.close()


def is_alive(worker: str) -> bool:
    """Whether somebody holds this worker's lock. Within a transaction, which holds the answer."""
    if connection.vendor == "sqlite":
        return _is_file_held(worker)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_key(worker)])
        (is_free,) = cursor.fetchone()
    return not is_free


def _is_file_held(worker: str) -> bool:
    try:
        file = os.open(_path(worker), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        with suppress(FileNotFoundError):
            _path(worker).unlink()
        return False
    finally:
        os.close(file)


def _path(worker: str) -> Path:
    name = hashlib.sha256(worker.encode()).hexdigest()[:16]
    return Path(f"{connection.settings_dict['NAME']}-worker-{name}")
