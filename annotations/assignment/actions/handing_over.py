"""Handing unfinished work to somebody else, who starts empty. The old work stays as it is."""

from dataclasses import dataclass

from django.db import transaction

from annotations.accounts.models import User
from annotations.study.actions import record
from annotations.study.models import Study
from annotations.text.refusal import Refusal

from ..models import OPEN_STATES, Assignment, AssignmentState
from .single import refuse_second
from .turns import (
    end_of_queue,
    is_untouched,
    lock,
    lock_all,
    refuse_others,
    take_turn,
    touched_among,
)


class NotUnfinished(Refusal):
    """Only unfinished work can be handed over. What was submitted stays with its annotator."""


class SamePerson(Refusal):
    """Choose somebody else to hand the work to."""


@dataclass(frozen=True)
class HandedOver:
    """The new assignments, and those that stayed because the other person has the article."""

    made: list[Assignment]
    stayed: list[Assignment]


@transaction.atomic
def hand_over(*, assignment: Assignment, actor: User, to: User) -> Assignment:
    """Hand one piece of unfinished work to somebody else; their new assignment."""
    take_turn(assignment.study)
    _refuse_recipient(assignment.study, assignment.annotator, to)
    held = lock(assignment)
    if held.state not in OPEN_STATES:
        raise NotUnfinished
    refuse_second(held.article, to)
    change = _move if is_untouched(held) else _replace
    return change(held, actor, to, end_of_queue(held.study, to))


@transaction.atomic
def hand_over_all(*, study: Study, actor: User, person: User, to: User) -> HandedOver:
    """Hand all of somebody's unfinished work to somebody else.

    Articles that the other person has, or had, stay where they are and are named.
    """
    take_turn(study)
    _refuse_recipient(study, person, to)
    unfinished = Assignment.objects.filter(
        study=study, annotator=person, state__in=OPEN_STATES, article__deleted_at=None
    )
    held, touched = list(lock_all(unfinished)), touched_among(unfinished)
    theirs = Assignment.objects.filter(annotator=to, study=study)
    taken = set(theirs.values_list("article", flat=True))
    position = end_of_queue(study, to)
    done = HandedOver([], [])
    for each in held:
        if each.article_id in taken:
            done.stayed.append(each)
        elif each.pk in touched:
            done.made.append(_replace(each, actor, to, position + len(done.made)))
        else:
            done.made.append(_move(each, actor, to, position + len(done.made)))
    return done


def _refuse_recipient(study: Study, person: User, to: User) -> None:
    if person.pk == to.pk:
        raise SamePerson
    refuse_others(study, to)


def _move(held: Assignment, actor: User, to: User, position: int) -> Assignment:
    """Untouched work changes hands as it is."""
    before = _named(held)
    held.annotator, held.position = to, position
    held.save(update_fields=["annotator", "position"])
    _record(held, actor, before, held)
    return held


def _replace(held: Assignment, actor: User, to: User, position: int) -> Assignment:
    """A new assignment takes the place of one that was begun, which stays readable."""
    before = _named(held)
    made = Assignment.objects.create(
        study=held.study,
        round=held.round,
        article=held.article,
        annotator=to,
        position=position,
        created_by=actor,
    )
    held.state, held.handed_to = AssignmentState.WITHDRAWN, made
    held.save(update_fields=["state", "handed_to"])
    _record(held, actor, before, made)
    return made


def _named(assignment: Assignment) -> dict[str, str]:
    return {
        "article": str(assignment.article),
        "annotator": str(assignment.annotator),
        "annotator_id": str(assignment.annotator_id),
        "state": str(assignment.state),
        "assignment": str(assignment.pk),
    }


def _record(held: Assignment, actor: User, before: dict[str, str], made: Assignment) -> None:
    record(
        study=held.study,
        actor=actor,
        action="assignment.handed_over",
        subject=held,
        before=before,
        after=_named(made),
    )
