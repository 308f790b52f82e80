"""gunicorn's threads, which note how long a request waited for one of them, and are not held by
who sends nothing; and its log lines."""

import errno
import os
import socket
import time
from typing import Any

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.gthread import (  # type: ignore[import-untyped]
    _DEFER,
    ThreadWorker,
)

from project import waiting
from project.logs import formatter

AT_ONCE = 0.02  # seconds in which a thread awaits the first byte of a connection
GRACE = 5.0  # seconds that a request may take to be sent,
SLOWEST = 1_000  # and one more for so many bytes that have come
LINGER = 0.5  # seconds in which the other side may close first


class PatientSocket(socket.socket):
    """Who sends a request is awaited for a while, and the longer the more has come already."""

    began = received = 0.0

    def ask(self) -> None:
        """A new request is awaited."""
        self.began, self.received = time.monotonic(), 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self.gettimeout() is not None:  # gunicorn has a limit of its own there
            return super().recv(size, flags)
        left = self.began + GRACE + self.received / SLOWEST - time.monotonic()
        self.settimeout(max(left, 0.001))
        try:
            found = super().recv(size, flags)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "The request came too slowly.") from error
        finally:
            self.settimeout(None)
        self.received += len(found)
        return found

    def setblocking(self, flag: bool) -> None:
        if self.fileno() >= 0:  # else it was closed in its thread
            super().setblocking(flag)


class PatientThreads(ThreadWorker):  # type: ignore[misc]
    def enqueue_req(self, conn: Any) -> None:
        if not conn.initialized and not isinstance(conn.sock, PatientSocket):
            conn.sock = PatientSocket(fileno=conn.sock.detach())
        conn.asked_at = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        # Before the first byte is awaited: a browser may open a connection long before it asks.
        waiting.mine.waited = time.monotonic() - conn.asked_at
        if not conn.initialized and not conn.data_ready and not conn.wait_for_data(AT_ONCE):
            return _DEFER  # gunicorn itself would hold the thread for seconds
        if isinstance(conn.sock, PatientSocket):
            conn.sock.ask()
        kept = super().handle(conn)
        if kept is False:  # here: the one thread that takes connections would wait for the other
            util.close_graceful(conn.sock, timeout=LINGER)
        return kept


class OurLog(Logger):  # type: ignore[misc]
    """What gunicorn says looks like what the site says, by LOG_FORMAT."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter(os.environ.get("LOG_FORMAT") or "line"))
