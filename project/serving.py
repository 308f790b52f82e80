"""gunicorn's settings: `gunicorn --config python:project.serving project.wsgi`.

One process of threads: SQLite then has one writer at a time in one place, and PostgreSQL's pool
is shared. More processes or hosts: set WEB_PROCESSES, on PostgreSQL only.
"""

import logging
import os
import sys
from typing import Any

from project.logs import JsonFormatter

if (os.environ.get("DEBUG") or "").strip().lower() in {"1", "true", "yes", "on"}:
    sys.exit("DEBUG=1 is for `manage.py runserver` only: no server starts with it. Unset DEBUG.")

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "project.threads.PatientThreads"
workers = int(os.environ.get("WEB_PROCESSES") or 1)
threads = int(os.environ.get("WEB_THREADS") or 8)
backlog = 2_048  # connections that wait to be taken
keepalive = 75  # seconds: a short one races the rhythm of saves
graceful_timeout = 20  # seconds
control_socket_disable = True
loglevel = "warning"
logger_class = "project.threads.OurLog"


# Seconds that a thread may go on while another waits to. In the usual 0.005 a save, which waits
# after each of its statements, is overtaken again and again while it has the database's turn.
SWITCH = 0.0005


def post_fork(server: Any, worker: Any) -> None:
    sys.setswitchinterval(SWITCH)


def when_ready(server: Any) -> None:
    addresses = ", ".join(f"http://{address}/" for address in server.cfg.bind)
    told = f"Sourcemark is ready at {addresses} (Ctrl-C stops it)"
    if os.environ.get("LOG_FORMAT") == "json":
        event = {"levelname": "INFO", "name": "sourcemark.serving", "msg": told}
        told = JsonFormatter().format(logging.makeLogRecord(event))
    print(told, flush=True)
