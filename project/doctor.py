"""Every room's checks of its rows, asked one after the other on one moment of the database."""

import uuid
from collections.abc import Iterator

from django.db import connection, transaction

from annotations.assignment.checkup import CHECKS as ASSIGNMENT
from annotations.corpus.checkup import CHECKS as CORPUS
from annotations.curation.checkup import CHECKS as CURATION
from annotations.exchange.checkup import CHECKS as EXCHANGE
from annotations.exchange.queries.snapshot import snapshot
from annotations.marking.checkup import CHECKS as MARKING
from annotations.reports.checkup import CHECKS as REPORTS
from annotations.reports.checkup import THOROUGH, check_gamma, check_kept_tables
from annotations.study.checkup import CHECKS as STUDY
from annotations.study.checkup import RESTORE, Check, Finding, check_since


def check_files(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """SQLite's own checks of its file; PostgreSQL checks pages as it reads them."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(20)")
        told = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        loose = cursor.fetchmany(100)
    for what in told:
        yield Finding("database.file", None, "database", f"{what}.", RESTORE)
    for table, rowid, target, _ in loose:
        what = f"What it names in {target} is not there."
        yield Finding("database.references", None, f"{table} row {rowid}", what, RESTORE)


CHECKS: tuple[Check, ...] = (
    check_files,
    *STUDY,
    *CORPUS,
    *ASSIGNMENT,
    *MARKING,
    *CURATION,
    *REPORTS,
    *EXCHANGE,
)


def examine(
    study_id: uuid.UUID | None = None, *, thorough: bool = False, since: str = ""
) -> Iterator[Finding]:
    """All that is not as it must be, in the database or in one study, as it is found.

    A check that cannot be finished is a finding too. Saves that come meanwhile are not looked at.
    `thorough`: what is kept of figures is made anew without bounds, which may take hours.
    `since`: the digest of an entry of the audit that must still be there.
    """
    bounded = {check_gamma, check_kept_tables}
    checks = (*(each for each in CHECKS if each not in bounded), *THOROUGH) if thorough else CHECKS
    with snapshot():
        if since:
            yield from check_since(since, study_id)
        for check in checks:
            yield from _ask(check, study_id)


def _ask(check: Check, study_id: uuid.UUID | None) -> Iterator[Finding]:
    """On PostgreSQL in a savepoint: after an error the transaction could not go on."""
    try:
        if connection.in_atomic_block:
            with transaction.atomic():
                yield from check(study_id)
        else:
            yield from check(study_id)
    except Exception as error:  # whatever broken rows make of it: the other checks go on
        room = check.__module__.split(".")[1]
        what = f"It could not be finished: {type(error).__name__}: {error}".rstrip(".") + "."
        remedy = "Look at the other findings first; then tell those who look after Sourcemark."
        yield Finding(f"{room}.{check.__name__}", study_id, "check", what, remedy)
