"""Each look at somebody's marks is written down: once a person and submission; before that, when
a manager has to look earlier, with the reason.
"""

from django.db import transaction

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.study.actions import record
from annotations.study.models import AuditEntry

from ..reading import READ_EARLY

ACTION = "marks.read"


@transaction.atomic
def note_reading(*, assignment: Assignment, actor: User) -> None:
    """Append the look to the audit, unless this submission was read by the same person before."""
    submission = assignment.submissions.order_by("-number").values_list("number", flat=True)
    number = submission.first() or 0
    before = AuditEntry.objects.filter(
        study=assignment.study_id,
        actor=actor,
        action=ACTION,
        subject_id=str(assignment.pk),
        after__submission=number,
    )
    if not before.exists():
        record(
            study=assignment.study,
            actor=actor,
            action=ACTION,
            subject=assignment,
            after={"submission": number},
        )


def note_early_reading(*, assignment: Assignment, actor: User, reason: str) -> None:
    """From now on, and for a while, this manager may read the open work."""
    record(
        study=assignment.study,
        actor=actor,
        action=READ_EARLY,
        subject=assignment,
        after={"reason": reason, "revision": assignment.rev},
    )
