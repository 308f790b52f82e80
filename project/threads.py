"""gunicorn's threads, which note how long a request waited for one of them."""

import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from project import overload


class PatientThreads(ThreadWorker):  # type: ignore[misc]
    def enqueue_req(self, conn: Any) -> None:
        conn.asked_at = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        # Before the first byte is awaited: a browser may open a connection long before it asks.
        overload.mine.waited = time.monotonic() - conn.asked_at
        return super().handle(conn)
