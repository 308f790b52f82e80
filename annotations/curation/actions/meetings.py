"""Planning and ending meetings. What a meeting decides goes through the same rulings as always."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.study.actions import record
from annotations.text.refusal import Refusal

from ..models import Meeting, MeetingSeat
from ..queries import Docket

FEWEST, MOST = 2, 6


class WrongNumber(Refusal):
    """A meeting is of two to six annotators."""


class NotSubmitted(Refusal):
    """Only annotators who have submitted the article can be laid side by side."""


@transaction.atomic
def plan_meeting(
    *, docket: Docket, seats: Sequence[str], title: str = "", planned_for: datetime | None = None
) -> Meeting:
    """A meeting on an article; `seats`: ids of annotators who submitted it, in their order."""
    chosen = list(dict.fromkeys(seats))
    if not FEWEST <= len(chosen) <= MOST:
        raise WrongNumber
    if not set(chosen) <= {str(work.annotator_id) for work in docket.works}:
        raise NotSubmitted
    user = docket.standing.user
    meeting = Meeting.objects.create(
        study=docket.study,
        article=docket.article,
        title=title,
        planned_for=planned_for,
        created_by=user,
    )
    MeetingSeat.objects.bulk_create(
        MeetingSeat(study=docket.study, meeting=meeting, user_id=uuid.UUID(who), position=position)
        for position, who in enumerate(chosen)
    )
    record(study=docket.study, actor=user, action="meeting.planned", subject=meeting)
    return meeting


@transaction.atomic
def keep_notes(*, meeting: Meeting, actor: User, notes: str) -> None:
    """What was said beside the decisions. The audit keeps what it was before."""
    held = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if held.notes == notes:
        return
    before, held.notes = held.notes, notes
    held.save(update_fields=["notes"])
    record(
        study=meeting.study,
        actor=actor,
        action="meeting.noted",
        subject=held,
        before={"notes": before},
        after={"notes": notes},
    )


@transaction.atomic
def set_ended(*, meeting: Meeting, actor: User, ended: bool) -> None:
    held = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if (held.ended_at is not None) == ended:
        return
    held.ended_at = timezone.now() if ended else None
    held.save(update_fields=["ended_at"])
    action = "meeting.ended" if ended else "meeting.reopened"
    record(study=meeting.study, actor=actor, action=action, subject=held)
