"""Each look at somebody's submitted marks is written down, once a person and submission."""

from django.db import transaction

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.study.actions import record
from annotations.study.models import AuditEntry

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
