"""Giving out articles one by one, and taking back what nobody has begun."""

from django.db import transaction

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.actions import record
from annotations.study.models import Round, Study
from annotations.text.refusal import Refusal

from ..models import Assignment, AssignmentState
from .plans import RoundClosed
from .turns import (
    end_of_queue,
    is_untouched,
    lock,
    lock_all,
    refuse_others,
    take_turn,
    touched_among,
)


class AssignedAlready(Refusal):
    """This article is assigned to that person already."""


class Begun(Refusal):
    """Work that was begun stays. Hand it over to somebody else instead."""


@transaction.atomic
def assign_article(
    *, study: Study, actor: User, article: Article, annotator: User, round: Round
) -> Assignment:
    """Put an article at the end of somebody's queue."""
    if round.closed_at is not None:
        raise RoundClosed
    take_turn(study)
    new = Assignment(
        study=study, round=round, article=article, annotator=annotator, created_by=actor
    )
    return queue_up(new)


def queue_up(new: Assignment) -> Assignment:
    """Store it at the end of its annotator's queue. Raises Refusal; the turn must be taken."""
    article, annotator = new.article, new.annotator
    refuse_others(new.study, annotator)
    refuse_second(article, annotator)
    new.position = end_of_queue(new.study, annotator)
    new.save(force_insert=True)
    record(
        study=new.study,
        actor=new.created_by,
        action="assignment.made",
        subject=new,
        after={"article": str(article), "annotator": str(annotator), "round": str(new.round)},
    )
    return new


def refuse_second(article: Article, annotator: User) -> None:
    found = Assignment.objects.filter(article=article, annotator=annotator).first()
    if found is None:
        return
    if found.state == AssignmentState.WITHDRAWN:
        raise AssignedAlready(
            f"{annotator} had “{article}” before and handed it over. Choose somebody else."
        )
    raise AssignedAlready(f"{annotator} has “{article}” already.")


@transaction.atomic
def remove_assignment(*, assignment: Assignment, actor: User) -> None:
    """Take back what nobody has begun. Doing it twice is refused like any vanished row."""
    take_turn(assignment.study)
    held = lock(assignment)
    if held.state != AssignmentState.WAITING or not is_untouched(held):
        raise Begun
    _remove(held, actor)


@transaction.atomic
def remove_waiting(*, study: Study, actor: User, person: User) -> int:
    """Take back all that waits untouched in somebody's queue; how many that were."""
    take_turn(study)
    waiting = Assignment.objects.filter(
        study=study, annotator=person, state=AssignmentState.WAITING
    )
    held = list(lock_all(waiting))
    touched = touched_among(waiting)
    untouched = [assignment for assignment in held if assignment.pk not in touched]
    for assignment in untouched:
        _remove(assignment, actor)
    return len(untouched)


def _remove(assignment: Assignment, actor: User) -> None:
    record(
        study=assignment.study,
        actor=actor,
        action="assignment.removed",
        subject=assignment,
        before={
            "article": str(assignment.article),
            "annotator": str(assignment.annotator),
            "round": str(assignment.round),
            "article_id": str(assignment.article_id),
            "annotator_id": str(assignment.annotator_id),
            "round_id": str(assignment.round_id),
        },
    )
    Assignment.objects.filter(handed_to=assignment).update(handed_to=None)
    assignment.delete()
