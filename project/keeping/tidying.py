"""What has served its time and is removed every day. Nothing of anybody's work is among it."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from annotations.accounts.models import Session
from annotations.api.actions import purge_answers

QUEUE_KEEPS = timedelta(days=14)  # what ran in the background, for whoever looks why it failed


def remove_sessions() -> int:
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def remove_counts() -> int:
    """Counts of wrong passwords and the like whose time is over."""
    name = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    now = timezone.now().replace(microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {name} WHERE expires < %s",
            [connection.ops.adapt_datetimefield_value(now)],
        )
        return int(cursor.rowcount)


def remove_finished_work() -> int:
    done = DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - QUEUE_KEEPS)
    return done.delete()[0]


TIDYING: dict[str, Callable[[], int]] = {
    "sessions that have ended": remove_sessions,
    "counts whose time is over": remove_counts,
    "answers to programs, older than three days": purge_answers,
    f"finished work of the queue, older than {QUEUE_KEEPS.days} days": remove_finished_work,
}


def tidy() -> dict[str, int]:
    """How many rows of what were removed."""
    return {what: remove() for what, remove in TIDYING.items()}
