"""Long work: how it is queued, what becomes of it when a worker dies, what people are told.

Where jobs lie in the database (TASK_BACKEND), a job is queued in the transaction that it belongs
to, so that after a crash both are there or neither. A job that was cut off is put back and begins
anew (project/working.py); each changes what it changes in transactions that ask under a lock
whether it is still to be done, so that two runs of one job come to one.
"""

from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django_tasks.base import Task
from django_tasks_db.backend import DatabaseBackend

MOST_TRIES = 3
GIVEN_UP = (
    f"The job was cut off {MOST_TRIES} times in the middle and was given up; nothing half done was "
    "kept. Tell whoever runs the site, and try it again."
)
CUT_OFF = (OperationalError, InterfaceError)  # the database went away, or could not go on

GiveUp = Callable[..., object]
AnyTask = Task[Any, Any]
_given_up: dict[str, GiveUp] = {}


def start(job: AnyTask, *arguments: Any) -> None:
    """Queue a job within the transaction in hand; without a queue, do it right after it."""
    if not put(job, *arguments):
        transaction.on_commit(lambda: job.enqueue(*arguments))


def put(job: AnyTask, *arguments: Any) -> bool:
    """Queue a job within the transaction in hand; False, and nothing, where there is no queue."""
    if not is_queued(job):
        return False
    job.enqueue(*arguments)
    return True


def is_queued(job: AnyTask) -> bool:
    return isinstance(job.get_backend(), DatabaseBackend)


def comes_back(job: AnyTask, error: BaseException) -> bool:
    """Whether a worker will begin the job anew after this error: nobody is told of a failure."""
    return isinstance(error, CUT_OFF) and is_queued(job)


def when_given_up(job: AnyTask) -> Callable[[GiveUp], GiveUp]:
    """Registers what to do, with the job's arguments, when it was cut off too often."""

    def register(give_up: GiveUp) -> GiveUp:
        _given_up[job.module_path] = give_up
        return give_up

    return register


def give_up(path: str, arguments: list[Any]) -> None:
    if path in _given_up:
        _given_up[path](*arguments)
