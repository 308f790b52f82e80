"""`manage.py db_worker`: does the long work that lies in the database's queue."""

import logging
import threading
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Command as Theirs

logger = logging.getLogger("sourcemark.jobs")


class Command(Theirs):
    help = (
        "Do the reports, imports, exports and merges that are queued, until it is told to stop.\n"
        "Any number may run, on any host; each job is done once. What a killed worker had in hand "
        "is begun anew by another within seconds."
    )

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(reload=False)

    def handle(self, *, verbosity: int, **options: Any) -> None:
        from project.working import PatientWorker

        self.configure_logging(verbosity)
        worker = PatientWorker(
            queue_names=options["queue_name"].split(","),
            interval=options["interval"],
            batch=options["batch"],
            backend_name=options["backend_name"],
            startup_delay=options["startup_delay"],
            max_tasks=options["max_tasks"],
            worker_id=options["worker_id"] or get_random_string(32),
            excluded_queue_names=options["exclude_queues"].split(",")
            if options["exclude_queues"]
            else [],
        )
        worker.configure_signals()
        threading.excepthook = told_by_thread
        try:
            worker.run()
        except (OperationalError, InterfaceError) as error:
            logger.error(
                "the database went away and this worker ends, to be started anew: %s", error
            )
            raise SystemExit(1) from None
        except Exception as error:
            logger.exception("this worker ends, to be started anew")
            raise SystemExit(1) from error


def told_by_thread(ended: threading.ExceptHookArgs) -> None:
    """As a line of the log, not as Python would print it."""
    if ended.exc_value is not None:
        trace = (ended.exc_type, ended.exc_value, ended.exc_traceback)
        logger.error("a thread of this worker ended", exc_info=trace)
