"""gunicorn's threads, which note how long a request waited for one of them; and its log lines."""

import os
import time
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from project import waiting
from project.logs import formatter


class PatientThreads(ThreadWorker):  # type: ignore[misc]
    def enqueue_req(self, conn: Any) -> None:
        conn.asked_at = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        # Before the first byte is awaited: a browser may open a connection long before it asks.
        waiting.mine.waited = time.monotonic() - conn.asked_at
        return super().handle(conn)


class OurLog(Logger):  # type: ignore[misc]
    """What gunicorn says looks like what the site says, by LOG_FORMAT."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter(os.environ.get("LOG_FORMAT") or "line"))
