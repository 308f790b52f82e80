"""The history of a work in one digest, that of each operation made upon the one before: whoever
changes, removes or adds an operation leaves an assignment whose digest is another's.

It begins at the SHA-256 of the article's text. The assignment's row, which every save holds
already, keeps it, so nobody waits for it and the operations themselves have no column for it.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from annotations.assignment.models import Assignment
from annotations.study.checkup import RESTORE, Finding, rows_in
from annotations.study.models import AuditEntry
from annotations.study.sealing import joined, settled

from .applying import HISTORY
from .models import Operation

WORKS_AT_ONCE = 50
COLUMNS = [f"{name}_id" if name in ("study", "assignment", "user") else name for name in HISTORY]
AT, ASKED = COLUMNS.index("at"), COLUMNS.index("asked")
SUBMITTED = "assignment.submitted"


def chained(digest: str, rows: Iterable[Sequence[Any]]) -> str:
    """After `digest` come these operations, in the order of HISTORY. What was asked may hold any
    JSON; the rest is ours and the same wherever it is read."""
    for row in rows:
        digest = joined(
            digest,
            [
                *row[2:AT],
                row[AT].isoformat(),
                *row[AT + 1 : ASKED],
                settled(row[ASKED]),
                *row[ASKED + 1 :],
            ],
        )
    return digest


def chained_rows(work: Assignment, rows: Iterable[Operation]) -> str:
    values = ([getattr(row, name) for name in COLUMNS] for row in rows)
    return chained(work.digest or work.article.text_sha256, values)


# --- what the doctor asks -----------------------------------------------------------------------


def check_chains(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """The history of each work comes to its digest, and goes on from what was submitted."""
    works = rows_in(Assignment, study_id).order_by("pk")
    columns = ("pk", "study_id", "digest", "article__text_sha256")
    chunk = []
    for row in works.values_list(*columns).iterator(500):
        chunk.append(row)
        if len(chunk) == WORKS_AT_ONCE:
            yield from _check(chunk)
            chunk = []
    yield from _check(chunk)


def _check(works: Sequence[tuple[uuid.UUID, uuid.UUID, str, str]]) -> Iterator[Finding]:
    ids = [work[0] for work in works]
    passed = prefixes({pk: sha256 for pk, _, _, sha256 in works})
    told = AuditEntry.objects.filter(
        subject_type="assignment", subject_id__in=[str(pk) for pk in ids], action=SUBMITTED
    )
    handed_in = told.exclude(witness="").values_list("subject_id", "witness", "after__submission")
    by_work: dict[str, list[tuple[str, Any]]] = {str(pk): [] for pk in ids}
    for work, witness, number in handed_in:
        by_work[work].append((witness, number))
    for pk, study, digest, _ in works:
        where, known = f"assignment {pk}", passed.get(pk, [""])
        if digest != known[-1]:
            what = "It does not fit its digest: an operation was changed, added or taken away."
            yield Finding("marking.chain", study, where, what, RESTORE)
        for witness, number in by_work[str(pk)]:
            if witness not in known:
                what = f"Its history is not the one that submission {number} was made of."
                yield Finding("marking.chain", study, where, what, RESTORE)


def prefixes(works: dict[uuid.UUID, str], operations: Any = None) -> dict[uuid.UUID, list[str]]:
    """The digest after each operation, of works with the SHA-256 of their texts. Those without
    operations are left out."""
    found: dict[uuid.UUID, list[str]] = {}
    rows = (
        (operations or Operation.objects)
        .filter(assignment__in=works)
        .order_by("assignment_id", "pk")
    )
    for pk, group in groupby(rows.values_list(*COLUMNS).iterator(1000), key=lambda row: row[1]):
        digest, passed = works[pk], []
        for row in group:
            digest = chained(digest, [settled(row)])
            passed.append(digest)
        found[pk] = passed
    return found
