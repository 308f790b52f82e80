"""Kept counts of assignments grow by a row for each change; looks put them together."""

from contextlib import suppress

from django.db import DatabaseError, connection, transaction

from annotations.notices import INTO, KEYS
from annotations.study.models import Study

from ..queries.counts import Counts

MANY = 1_000  # changes; to read them takes under a millisecond
PUT_TOGETHER = f"""
WITH gone AS (
    DELETE FROM annotations_workcount WHERE id IN (
        SELECT id FROM annotations_workcount WHERE study_id = %s FOR UPDATE SKIP LOCKED
    ) RETURNING {KEYS}, n
)
{INTO} SELECT {KEYS}, sum(n), false FROM gone GROUP BY {KEYS} HAVING sum(n) <> 0
"""


def put_together(study: Study, counts: Counts) -> None:
    """One row instead of many, where many were counted. The sums stay what they are, at all times,
    for everybody; what somebody else puts together just now is left to them.

    Changes are written by PostgreSQL alone: SQLite's triggers keep the sums themselves. Where
    nothing can be written now, the disk is full or a copy only read, they wait: who looks is shown
    the same sums.
    """
    if counts.n_changes > MANY:
        with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PUT_TOGETHER, [study.pk])
