"""A calibration round: alone, reveal, talk, revise. Each step is the manager's, and on record."""

import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.actions import return_all, take_back_unchanged
from annotations.assignment.models import Assignment, AssignmentState, Submission
from annotations.study.actions import record
from annotations.study.actions.studies import set_comparison
from annotations.study.models import Round
from annotations.text.refusal import Refusal

from ..models import Calibration, Revision
from ..queries.calibration import versions_of

REVISE = (
    "Calibration: look at your marks again after the discussion, change what you now see "
    "otherwise, and submit again. What you submitted first is kept beside it."
)


class ComparisonOpen(Refusal):
    """The comparison of this round is open already: nobody there marks alone any more."""


class AlreadyCalibrated(Refusal):
    """This round is calibrated already."""


class NothingToReveal(Refusal):
    """Nobody can be compared yet: no article of the round has two submissions."""


class NotRevealed(Refusal):
    """Reveal first: until then everybody works alone."""


class Ended(Refusal):
    """This calibration has ended."""


@transaction.atomic
def begin_calibration(*, round: Round, actor: User, note: str = "") -> Calibration:
    """From now on the round is calibrated; its comparison must still be closed."""
    if round.comparison_opened_at is not None:
        raise ComparisonOpen
    try:
        with transaction.atomic():
            made = Calibration.objects.create(
                study=round.study, round=round, created_by=actor, note=note
            )
    except IntegrityError as error:
        raise AlreadyCalibrated from error
    record(study=round.study, actor=actor, action="calibration.begun", subject=made)
    return made


def _lock(calibration: Calibration) -> Calibration:
    rows = Calibration.objects.select_for_update(of=("self",)).select_related("round__study")
    return rows.get(pk=calibration.pk)


@transaction.atomic
def reveal(*, calibration: Calibration, actor: User) -> Calibration:
    """Keep what everybody submitted alone, and open the comparison of the round.

    Work that is not submitted is left out: its annotator still sees nothing. Doing it twice
    changes nothing.
    """
    held = _lock(calibration)
    if held.revealed_at is not None:
        return held
    first = _first_versions(held)
    if not _two_on_one(first):
        raise NothingToReveal
    Revision.objects.bulk_create(
        Revision(study=held.study, calibration=held, assignment=one.assignment, before=one)
        for one in first
    )
    held.revealed_at, held.revealed_by = timezone.now(), actor
    held.save(update_fields=["revealed_at", "revealed_by"])
    set_comparison(round=held.round, actor=actor, opened=True)
    record(
        study=held.study,
        actor=actor,
        action="calibration.revealed",
        subject=held,
        after={"submissions": len(first)},
    )
    return held


def _first_versions(calibration: Calibration) -> list[Submission]:
    """The last submission of all submitted work of the round."""
    rows = Submission.objects.filter(
        assignment__round=calibration.round_id,
        assignment__state=AssignmentState.SUBMITTED,
        assignment__article__deleted_at=None,
    )
    latest: dict[uuid.UUID, Submission] = {}
    light = rows.select_related("assignment").defer("content")
    for row in light.order_by("assignment", "number"):
        latest[row.assignment_id] = row
    return list(latest.values())


def _two_on_one(submissions: list[Submission]) -> bool:
    articles = [one.assignment.article_id for one in submissions]
    return len(set(articles)) < len(articles)


@transaction.atomic
def let_revise(*, calibration: Calibration, actor: User) -> int:
    """Give everybody's work back for revision; how many. What is open already stays so."""
    held = _lock(calibration)
    if held.revealed_at is None:
        raise NotRevealed
    if held.ended_at is not None:
        raise Ended
    first_only = [one.assignment_id for one in versions_of(held) if one.after_id is None]
    rows = Assignment.objects.filter(pk__in=first_only)
    return return_all(assignments=rows, actor=actor, reason=REVISE)


@transaction.atomic
def end_calibration(
    *, calibration: Calibration, actor: User, take_first: bool = False
) -> Calibration:
    """Keep the second versions. Who has not submitted one counts as unchanged; with `take_first`
    their first version counts as submitted again, where they have changed nothing since."""
    held = _lock(calibration)
    if held.revealed_at is None:
        raise NotRevealed
    if held.ended_at is not None:
        return held
    revised = [one for one in versions_of(held) if one.after_id is not None]
    taken = 0
    if take_first:
        work = Assignment.objects.filter(revisions__calibration=held)
        taken = take_back_unchanged(assignments=work, actor=actor)
    Revision.objects.bulk_update(revised, ["after"])
    held.ended_at = timezone.now()
    held.save(update_fields=["ended_at"])
    record(
        study=held.study,
        actor=actor,
        action="calibration.ended",
        subject=held,
        after={"revised": len(revised)} | ({"taken_again": taken} if taken else {}),
    )
    return held
