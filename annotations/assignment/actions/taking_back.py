"""How giving out work is undone: only what nobody has begun since goes back."""

import uuid
from datetime import datetime

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.actions import record
from annotations.study.actions.undoing import ChangedSince, subject_of, undoes
from annotations.study.models import AuditEntry
from annotations.study.policy import Act

from ..models import OPEN_STATES, Assignment, AssignmentState
from .single import Begun, queue_up, refuse_second, remove_assignment
from .turns import (
    end_of_queue,
    is_untouched,
    lock,
    lock_all,
    take_turn,
    touched_among,
)

MOVED = "assignment.handed_back"


def work_of(entry: AuditEntry) -> Assignment:
    found: Assignment = subject_of(entry, Assignment.objects.filter(study=entry.study))
    return lock(found)


@undoes(Act.ASSIGN, "assignment.made")
def assignment_made(entry: AuditEntry, actor: User) -> None:
    held = subject_of(entry, Assignment.objects.filter(study=entry.study).select_related("study"))
    remove_assignment(assignment=held, actor=actor)


@undoes(Act.ASSIGN, "assignment.planned")
def plan_applied(entry: AuditEntry, actor: User) -> None:
    """All of the plan, or nothing when any of it was begun."""
    take_turn(entry.study)
    if "first_at" not in entry.after:
        raise ChangedSince
    made = Assignment.objects.filter(
        study=entry.study,
        round=uuid.UUID(entry.subject_id),
        created_by=entry.actor,
        created_at__gte=datetime.fromisoformat(entry.after["first_at"]),
        created_at__lte=entry.at,
    )
    held = list(lock_all(made))
    if len(held) != entry.after["n_assignments"]:
        raise ChangedSince
    if touched_among(made) or any(each.state != AssignmentState.WAITING for each in held):
        raise Begun("Work of this plan was begun, so it stays. Take back single articles instead.")
    after = {"n_assignments": len(held), "round": entry.subject_name}
    made.delete()
    record(
        study=entry.study, actor=actor, action="assignment.plan_undone", subject=entry, after=after
    )


@undoes(Act.ASSIGN, "assignment.removed")
def assignment_removed(entry: AuditEntry, actor: User) -> None:
    """The same assignment again, at the end of the queue."""
    study, told = entry.study, entry.before
    if "article_id" not in told:
        raise ChangedSince
    take_turn(study)
    article = Article.objects.kept().filter(study=study, pk=told["article_id"]).first()
    round = study.rounds.filter(pk=told["round_id"], closed_at=None).first()
    annotator = User.objects.filter(pk=told["annotator_id"]).first()
    if article is None or round is None or annotator is None:
        raise ChangedSince
    again = Assignment(
        id=uuid.UUID(entry.subject_id),
        study=study,
        round=round,
        article=article,
        annotator=annotator,
        created_by=actor,
    )
    queue_up(again)


@undoes(Act.ASSIGN, "assignment.handed_over")
def handed_over(entry: AuditEntry, actor: User) -> None:
    """Back to whom it was taken from, as long as the other person has not begun."""
    take_turn(entry.study)
    held, before, after = work_of(entry), entry.before, entry.after
    former = User.objects.filter(pk=before.get("annotator_id")).first()
    if former is None:
        raise ChangedSince
    if after["assignment"] == str(held.pk):
        if str(held.annotator_id) != after.get("annotator_id") or held.state not in OPEN_STATES:
            raise ChangedSince
        refuse_begun(held)
        refuse_second(held.article, former)
        held.annotator, held.position = former, end_of_queue(entry.study, former)
        held.save(update_fields=["annotator", "position"])
    else:
        made = held.handed_to
        if made is None or str(made.pk) != after["assignment"]:
            raise ChangedSince
        refuse_begun(lock(made))
        held.state, held.handed_to = AssignmentState(before["state"]), None
        held.save(update_fields=["state", "handed_to"])
        made.delete()
    told = {"article": str(held.article), "annotator": str(held.annotator)}
    record(study=entry.study, actor=actor, action=MOVED, subject=held, before=after, after=told)


def refuse_begun(held: Assignment) -> None:
    if held.state != AssignmentState.WAITING or not is_untouched(held):
        raise Begun(f"{held.annotator} has begun with “{held.article}”, so it stays.")


@undoes(Act.RETURN_SUBMISSION, "submission.returned")
def submission_returned(entry: AuditEntry, actor: User) -> None:
    """Submitted again as it was, if its annotator has changed nothing since."""
    held = work_of(entry)
    if held.state != AssignmentState.RETURNED or held.rev != entry.after.get("rev"):
        raise ChangedSince
    held.state = AssignmentState.SUBMITTED
    held.returned_at, held.returned_by, held.return_reason = None, None, ""
    held.save(update_fields=["state", "returned_at", "returned_by", "return_reason"])
    told = {"state": str(held.state), "rev": held.rev}
    record(
        study=entry.study,
        actor=actor,
        action="submission.put_back",
        subject=held,
        before=entry.after,
        after=told,
    )
