"""The worker of `manage.py db_worker`: what a worker that died had in hand is begun anew.

Each worker holds a lifeline and, every few seconds, looks for jobs whose worker has none any
more; those go back into the queue, with the same arguments. A job that was cut off three times is
given up, so that one that fells every worker does not stop the others' work.
"""

import logging
import threading
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db import transaction as transactions
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from annotations.study import queued
from project.lifeline import Lifeline, is_alive

SECONDS_BETWEEN = 5.0  # how often somebody looks for what a dead worker left
CUT_OFF = {f"{error.__module__}.{error.__qualname__}" for error in queued.CUT_OFF} | {
    "builtins.SystemExit",
    "builtins.KeyboardInterrupt",
}
logger = logging.getLogger("sourcemark.jobs")


class Watch(threading.Thread):
    """Keeps the lifeline, and puts back what others left; on a connection of its own."""

    def __init__(self, worker: str, seconds_between: float) -> None:
        super().__init__(name="watch", daemon=True)
        self.worker, self.seconds_between = worker, seconds_between
        self.held, self.ended = threading.Event(), threading.Event()

    def run(self) -> None:
        lifeline = Lifeline(self.worker)
        while not self.ended.is_set():
            try:
                lifeline.hold()
                self.held.set()
                put_back_orphans(self.worker)
            except (OperationalError, InterfaceError) as error:
                logger.warning("the database is not there: %s", error)
                connection.close()
            self.ended.wait(self.seconds_between)
        lifeline.let_go()

    def stop(self) -> None:
        self.ended.set()
        self.join(timeout=5)


class PatientWorker(Worker):
    """Begins when its lifeline is held; jobs that the database cut off go back."""

    def run(self) -> None:
        watch = Watch(self.worker_id, SECONDS_BETWEEN)
        watch.start()
        watch.held.wait()
        try:
            super().run()
        finally:
            watch.stop()

    def run_task(self, db_task_result: "DBTaskResult[Any, Any]") -> None:
        try:
            super().run_task(db_task_result)
        except queued.CUT_OFF:  # it could not even be said that it failed
            connection.close()
            db_task_result.refresh_from_db()
            put_back(db_task_result)
            return
        failed = db_task_result.status == TaskResultStatus.FAILED
        if failed and db_task_result.exception_class_path in CUT_OFF:
            put_back(db_task_result)


def put_back_orphans(worker: str) -> int:
    """Jobs that say "running" by a worker that is not alive; how many there were."""
    running = DBTaskResult.objects.running().order_by("started_at")
    if not running.exists():
        return 0
    n_found = 0
    with transactions.atomic():
        for job in running.select_for_update(skip_locked=True):
            who = job.worker_ids[-1] if job.worker_ids else ""
            if who != worker and not is_alive(who):
                n_found += 1
                put_back(job)
    return n_found


def put_back(job: "DBTaskResult[Any, Any]") -> None:
    """Ready again; or failed for good, and whoever waits for it is told."""
    tries = len(job.worker_ids)
    if tries < queued.MOST_TRIES:
        job.status = TaskResultStatus.READY
        job.started_at = job.finished_at = None
        job.exception_class_path = job.traceback = ""
        job.save()
        logger.warning("%s was cut off and is begun anew (try %d)", job.task_path, tries + 1)
        return
    job.status = TaskResultStatus.FAILED
    job.exception_class_path = job.exception_class_path or "project.working.CutOff"
    job.save()
    queued.give_up(job.task_path, list(job.args_kwargs["args"]))
    logger.error("%s was cut off %d times and is given up", job.task_path, tries)
