"""Submitting: from then on the work is a snapshot, read-only until it is returned."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState, Submission
from annotations.assignment.queries import next_assignment
from annotations.corpus.models import Article
from annotations.study.actions import record
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..codebook import codebook_of
from ..finishing import content_sha256, submission_content
from ..queries import fetch_work
from ..wire import Wire


class AlreadyClosed(Refusal):
    """This article is not open for you any more: it is submitted or was handed over."""


class Unfinished(Refusal):
    """Some marks have open questions. Answer them, or submit as it is."""

    def __init__(self, missing: list[Wire]) -> None:
        self.missing = missing
        super().__init__()


class ChangedMeanwhile(Refusal):
    """Marks were changed elsewhere since this page was loaded. Look at them before you submit."""


@transaction.atomic
def submit_assignment(
    *,
    user: User,
    study_id: uuid.UUID,
    article_id: uuid.UUID,
    confirmed: bool = False,
    rev: int | None = None,
) -> Submission:
    """Close the person's own work on the article and keep exactly what has been saved of it.

    With open questions it raises Unfinished unless `confirmed`; with a `rev` that is not the
    last one, ChangedMeanwhile. Submitting twice gives the first submission again.
    """
    work = fetch_work(user, study_id, article_id, Act.SUBMIT)
    assignment = Assignment.objects.select_for_update().get(pk=work.assignment.pk)
    if assignment.state == AssignmentState.SUBMITTED:
        return assignment.submissions.latest("number")
    if assignment.state not in OPEN_STATES:
        raise AlreadyClosed
    if rev is not None and rev != assignment.rev:
        raise ChangedMeanwhile
    codebook = codebook_of(study_id, work.version_id, work.version_number)
    content = submission_content(assignment, work.article, codebook)
    if content["left_open"] and not confirmed:
        raise Unfinished(content["left_open"])
    return _close(user, assignment, content)


@dataclass(frozen=True)
class HandedIn:
    """What was submitted, and what is next in the person's queue (None: nothing)."""

    submission: Submission
    article: Article
    following: Assignment | None


@transaction.atomic
def hand_in(*, user: User, study_id: uuid.UUID, article_id: uuid.UUID, **asked: Any) -> HandedIn:
    """`submit_assignment` with what is to be said of it, so that both are there or neither."""
    done = submit_assignment(user=user, study_id=study_id, article_id=article_id, **asked)
    work = fetch_work(user, study_id, article_id, light=True)
    return HandedIn(done, work.article, next_assignment(user, work.standing.study))


@transaction.atomic
def submit_imported(*, assignment: Assignment, actor: User) -> Submission:
    """Close work that was brought in whole, as an act of whoever brought it in.

    Open questions stay open: they are kept in the submission's content. Raises AlreadyClosed.
    """
    held = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if held.state not in OPEN_STATES:
        raise AlreadyClosed
    version = held.study.codebook_versions.order_by("-number").defer("content")[0]
    codebook = codebook_of(held.study_id, version.pk, version.number)
    return _close(actor, held, submission_content(held, assignment.article, codebook))


def _close(user: User, assignment: Assignment, content: Wire) -> Submission:
    now = timezone.now()
    submission = Submission.objects.create(
        study_id=assignment.study_id,
        assignment=assignment,
        number=assignment.submissions.count() + 1,
        rev=assignment.rev,
        submitted_at=now,
        content=content,
        content_sha256=content_sha256(content),
    )
    before = {"state": assignment.state}
    assignment.state = AssignmentState.SUBMITTED
    assignment.submitted_at = now
    assignment.started_at = assignment.started_at or now
    assignment.save(update_fields=["state", "submitted_at", "started_at"])
    record(
        study=assignment.study,
        actor=user,
        action="assignment.submitted",
        subject=assignment,
        before=before,
        after={
            "state": assignment.state,
            "submission": submission.number,
            "rev": submission.rev,
            "sha256": submission.content_sha256,
        },
    )
    return submission
