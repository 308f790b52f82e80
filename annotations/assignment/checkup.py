"""The doctor's checks of assignments and submissions."""

import uuid
from collections.abc import Iterator

from django.db import connection
from django.db.models import Exists, F, OuterRef

from annotations.notices import KEYS
from annotations.study.checkup import AT_ONCE, RESTORE, TELL, Check, Finding, rows_in, sums_told

from .models import Assignment, AssignmentState, Submission


def check_submitted(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Work that was submitted or given back has a submission, and none is of a revision that is
    still to come."""
    handed_in = Submission.objects.filter(assignment=OuterRef("pk"))
    been = (AssignmentState.SUBMITTED, AssignmentState.RETURNED)
    bare = rows_in(Assignment, study_id).filter(state__in=been).exclude(Exists(handed_in))
    for pk, study, state in bare.values_list("pk", "study_id", "state").iterator(AT_ONCE):
        what = f"It is {state}, but there is no submission."
        yield Finding("assignment.submitted", study, f"assignment {pk}", what, RESTORE)
    ahead = rows_in(Submission, study_id).filter(rev__gt=F("assignment__rev"))
    for pk, study in ahead.values_list("pk", "study_id").iterator(AT_ONCE):
        what = "It is of a revision that its assignment has not reached."
        yield Finding("assignment.submitted", study, f"submission {pk}", what, RESTORE)


def check_sums(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Each submission has the SHA-256 that the audit told when it was made."""
    for told in sums_told(study_id, "assignment.submitted", "submission"):
        works = {uuid.UUID(subject) for subject, _ in told}
        found = Submission.objects.filter(assignment__in=works).order_by()
        columns = ("pk", "study_id", "assignment_id", "number", "content_sha256")
        for pk, study, work, number, sha256 in found.values_list(*columns):
            if told.pop((str(work), number), sha256) != sha256:
                what = "Its SHA-256 is not the one that the audit tells: it was changed."
                yield Finding("assignment.sums", study, f"submission {pk}", what, RESTORE)
        for work, number in told:
            what = f"The audit tells of submission {number}, and it is not there."
            yield Finding("assignment.sums", study_id, f"assignment {work}", what, RESTORE)


def check_handing_over(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Work is handed over on the same article, to somebody else."""
    wrong = rows_in(Assignment, study_id).filter(handed_to__isnull=False)
    wrong = wrong.exclude(handed_to__article=F("article"))
    for pk, study in wrong.values_list("pk", "study_id").iterator(AT_ONCE):
        what = "It was handed over to work on another article."
        yield Finding("assignment.handed_over", study, f"assignment {pk}", what, TELL)


# One statement: it sees all tables as they were at one moment.
MISCOUNTED = f"""
SELECT study_id, annotator_id, sum(n) FROM (
    SELECT {KEYS}, n FROM annotations_workcount
    UNION ALL SELECT {KEYS}, -1 FROM annotations_assignment
) AS counted GROUP BY {KEYS} HAVING sum(n) <> 0 ORDER BY 1, 2
"""


def check_counts(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Kept counts of assignments are what counting them anew gives."""
    with connection.cursor() as cursor:
        cursor.execute(MISCOUNTED)
        found = cursor.fetchall()
    remedy = "Run `manage.py migrate`, which counts anew, and find out what changed them."
    for here, whose, n in found:
        study, person = uuid.UUID(str(here)), uuid.UUID(str(whose))
        if study_id in (None, study):
            what = f"Kept counts say {n:+} assignments of person {person} in one state."
            yield Finding("assignment.counts", study, "counts", what, remedy)


CHECKS: tuple[Check, ...] = (check_submitted, check_sums, check_handing_over, check_counts)
