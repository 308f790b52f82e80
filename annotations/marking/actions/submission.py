"""Submitting: from then on the work is a snapshot, read-only until it is returned."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState, Submission
from annotations.assignment.queries import next_assignment
from annotations.corpus.models import Article
from annotations.study.actions import Acted, record_each
from annotations.study.policy import Act
from annotations.text.refusal import Refusal

from ..codebook import codebook_of
from ..finishing import content_sha256, submission_content, submission_contents
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
    return _close(user, {assignment: content})[0]


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
def submit_imported(*, assignments: Sequence[Assignment], actor: User) -> list[Submission]:
    """Close works on one article that were brought in whole, as an act of whoever brought them in.

    Open questions stay open: they are kept in the submissions' content. Raises AlreadyClosed.
    Takes some ten queries, however many works.
    """
    if not assignments:
        return []
    study, article = assignments[0].study, assignments[0].article
    rows = Assignment.objects.select_for_update().filter(pk__in=[each.pk for each in assignments])
    there = {row.pk: row for row in rows.order_by("pk")}
    held = [there[each.pk] for each in assignments]
    if any(each.state not in OPEN_STATES for each in held):
        raise AlreadyClosed
    for row, given in zip(held, assignments, strict=True):  # what was read already
        row.study, row.article, row.annotator = study, article, given.annotator
    versions = study.codebook_versions.order_by("-number")
    version_id, number = versions.values_list("pk", "number")[0]
    contents = submission_contents(held, article, codebook_of(study.pk, version_id, number))
    return _close(actor, {each: contents[each.pk] for each in held})


def _close(user: User, works: Mapping[Assignment, Wire]) -> list[Submission]:
    """Works of one study with the content of each."""
    now = timezone.now()
    before = Submission.objects.filter(assignment__in=works).order_by().values("assignment")
    counted = dict(before.annotate(n=Count("pk")).values_list("assignment", "n"))
    made = [
        Submission(
            study_id=each.study_id,
            assignment=each,
            number=counted.get(each.pk, 0) + 1,
            rev=each.rev,
            submitted_at=now,
            content=content,
            content_sha256=content_sha256(content),
        )
        for each, content in works.items()
    ]
    Submission.objects.bulk_create(made)
    acts = [_acted(each) for each in made]
    Assignment.objects.filter(pk__in=[each.pk for each in works]).update(
        state=AssignmentState.SUBMITTED,
        submitted_at=now,
        started_at=Coalesce("started_at", Value(now)),
    )
    for each in works:
        each.state, each.submitted_at = AssignmentState.SUBMITTED, now
        each.started_at = each.started_at or now
    study = next(iter(works)).study
    record_each(study=study, actor=user, action="assignment.submitted", acts=acts)
    return made


def _acted(submission: Submission) -> Acted:
    return Acted(
        submission.assignment,
        {"state": submission.assignment.state},
        {
            "state": AssignmentState.SUBMITTED,
            "submission": submission.number,
            "rev": submission.rev,
            "sha256": submission.content_sha256,
        },
        witness=submission.assignment.digest,
    )
