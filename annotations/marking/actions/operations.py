"""Applying operations: the one way in which marks change."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment, AssignmentState
from annotations.overtaken import TRIES
from annotations.prepared import prepared
from annotations.study.policy import Act
from annotations.study.pouring import pour
from annotations.study.queries import check_second_factor
from annotations.text.cleaning import sha256
from annotations.text.refusal import Refusal

from ..applying import HISTORY, Applied, Hand, apply_batch, hold_batch
from ..chain import chained
from ..checking import BY_BROWSER
from ..desk import Desk
from ..gathering import Lock
from ..models import Operation, OperationStatus, Origin
from ..protocol import Batch, Op
from ..queries import fetch_work, read_changes
from ..storing import Writer
from ..touching import read_desk
from ..wire import Wire


class Refused(Refusal):
    """Not all of these marks can be stored, so none was."""

    def __init__(self, answers: list[Wire]) -> None:
        self.answers = answers
        super().__init__()


def apply_operations(
    *, user: User, study_id: uuid.UUID, article_id: uuid.UUID, batch: Batch
) -> Wire:
    """Apply a batch to the person's own work on the article; the reply answers each operation.

    Raises Http404 for strangers and where nothing is assigned to them, PermissionDenied for
    members who do not annotate, SecondFactorNeeded for those without one who also curate where the
    study asks for it. When two requests bring the same new ids at the same moment, the
    slower one fails on a constraint, is done again, and then finds what the quicker one left.
    """
    for _ in range(TRIES - 1):
        with suppress(IntegrityError):
            return _apply_once(user, study_id, article_id, batch)
    return _apply_once(user, study_id, article_id, batch)


@transaction.atomic
def _apply_once(user: User, study_id: uuid.UUID, article_id: uuid.UUID, batch: Batch) -> Wire:
    hand = Hand(user.pk, batch.tab, timezone.now())
    while not (lock := _claim(user, study_id, article_id, batch, hand.now)):
        work = fetch_work(user, study_id, article_id, Act.MARK, light=True)
        if batch.assignment not in (None, work.assignment.pk):
            raise Http404("This was meant for somebody else's work.")
        locked = Assignment.objects.select_for_update().get(pk=work.assignment.pk)
        if locked.state not in OPEN_STATES:
            return _hold(lock_of(locked), batch, hand)
    return _apply(read_desk(lock, batch.ops), batch, hand)


# One statement is lock, permission, count and state. The state stands in its own WHERE, not in
# a join, so that PostgreSQL looks at it again after it has waited for a submission.
CLAIM = """
UPDATE annotations_assignment SET
    rev = rev + %s,
    state = CASE WHEN state = 'waiting' THEN 'in_progress' ELSE state END,
    started_at = COALESCE(started_at, %s)
WHERE study_id = %s AND article_id = %s AND annotator_id = %s
    AND state IN ('waiting', 'in_progress', 'returned')
    AND EXISTS (SELECT 1 FROM annotations_membership m WHERE m.study_id = %s AND m.user_id = %s
        AND m.role = 'annotator' AND m.ended_at IS NULL)
    AND EXISTS (SELECT 1 FROM annotations_study s WHERE s.id = %s AND s.deleted_at IS NULL)
    AND EXISTS (SELECT 1 FROM annotations_article a WHERE a.id = %s AND a.deleted_at IS NULL)
"""

# What stands behind the last condition; the column says whether the study asks the annotator for
# a second factor, as it does when they also curate or manage.
CLAIMED = """
RETURNING id, rev, state, digest, EXISTS (SELECT 1 FROM annotations_study s
    JOIN annotations_membership m ON m.study_id = s.id
    WHERE s.id = annotations_assignment.study_id AND s.second_factor
    AND m.user_id = annotations_assignment.annotator_id
    AND m.role IN ('curator', 'manager') AND m.ended_at IS NULL)
"""


def _claim(
    user: User, study_id: uuid.UUID, article_id: uuid.UUID, batch: Batch, now: datetime
) -> Lock | None:
    """Lock the person's open work on the article by counting its revision on; None if there is
    none. Written by hand, for every save begins with it."""
    who, study, article = user.pk.hex, study_id.hex, article_id.hex
    began = connection.ops.adapt_datetimefield_value(now)
    params = [len(batch.ops), began, study, article, who, study, who, study, article]
    meant = "AND id = %s " if batch.assignment else ""
    if batch.assignment:
        params.append(batch.assignment.hex)
    with prepared() as cursor:
        cursor.execute(f"{CLAIM} {meant} {CLAIMED}", params)
        row = cursor.fetchone()
    if row is None:
        return None
    pk, rev, state, digest, guarded = row
    check_second_factor(user, guarded=bool(guarded))
    assignment_id = pk if isinstance(pk, uuid.UUID) else uuid.UUID(pk)
    return Lock(assignment_id, study_id, article_id, user.pk, rev, state, digest)


def lock_of(assignment: Assignment) -> Lock:
    return Lock(
        assignment.pk,
        assignment.study_id,
        assignment.article_id,
        assignment.annotator_id,
        assignment.rev,
        assignment.state,
        assignment.digest,
    )


def _apply(desk: Desk, batch: Batch, hand: Hand) -> Wire:
    """`desk.rev` is the claimed revision, as if every operation were applied."""
    claimed_rev = desk.rev
    rev_before = desk.rev = claimed_rev - len(batch.ops)
    done = _write(desk, batch, hand)
    if desk.rev != claimed_rev:
        _count_back(desk, hand)
    return _reply(desk, batch, done, rev_before)


def _count_back(desk: Desk, hand: Hand) -> None:
    """Not everything was applied. Work in which nothing ever was is still waiting."""
    mine = Assignment.objects.filter(pk=desk.assignment_id)
    mine.update(rev=desk.rev)
    begun = mine.filter(state=AssignmentState.IN_PROGRESS, started_at=hand.now)
    if desk.rev == 0 and begun.update(state=AssignmentState.WAITING, started_at=None):
        desk.state = AssignmentState.WAITING


def _write(desk: Desk, batch: Batch, hand: Hand) -> Applied:
    writer = Writer(
        study_id=desk.study_id,
        assignment_id=desk.assignment_id,
        owner_id=desk.owner_id,
        text=desk.text,
        codebook=desk.codebook,
        now=hand.now,
    )
    done = apply_batch(desk, writer, batch, hand)
    writer.close()
    _keep(desk, done)
    return done


def _hold(lock: Lock, batch: Batch, hand: Hand) -> Wire:
    desk = read_desk(lock, batch.ops)
    done = hold_batch(desk, batch, hand)
    _keep(desk, done)
    return _reply(desk, batch, done, desk.rev)


TIE = "UPDATE annotations_assignment SET digest = %s WHERE id = %s"


def _keep(desk: Desk, done: Applied) -> None:
    """The history of a batch, and the digest of all there is now."""
    if not done.history:
        return
    desk.digest = chained(desk.digest or sha256(desk.text), done.history)
    pour(Operation, HISTORY, done.history, (TIE, [desk.digest, desk.assignment_id.hex]))


def _reply(desk: Desk, batch: Batch, done: Applied, rev_before: int) -> Wire:
    reply: Wire = {
        "rev": desk.rev,
        "state": desk.state,
        "codebook": desk.codebook.number,
        "results": done.answers,
    }
    if batch.base_rev < rev_before:
        reply["changes"] = read_changes(desk.assignment_id, desk.text, batch.base_rev)
    return reply


TAKE = """
UPDATE annotations_assignment SET rev = rev + %s
WHERE id = %s AND state IN ('waiting', 'in_progress', 'returned') RETURNING rev, state, digest
"""


def _take(assignment: Assignment, n_ops: int) -> tuple[bool, Lock]:
    """Lock the work by counting its revision on, if it is open; and how it stands then."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [n_ops, assignment.pk.hex])
        row = cursor.fetchone()
    lock = lock_of(assignment if row else Assignment.objects.get(pk=assignment.pk))
    return (True, lock._replace(rev=row[0], state=row[1], digest=row[2])) if row else (False, lock)


@transaction.atomic
def store_marks(
    *,
    actor: User,
    assignment: Assignment,
    ops: Sequence[Op],
    origin: Origin = Origin.IMPORT,
    tab: uuid.UUID | None = None,
) -> list[Wire]:
    """Store marks from a file, all or none, as `actor` but on the annotator's own work.

    Any number of operations. Raises Refused, with the answers, when one of them is neither
    applied nor there already; and when the work is no longer open.
    """
    hand = Hand(actor.pk, tab, timezone.now())
    is_open, lock = _take(assignment, len(ops))
    desk = read_desk(lock, ops, actor_id=actor.pk, origins=(*BY_BROWSER, origin))
    batch = Batch(desk.rev, None, tuple(ops))
    if not is_open:
        raise Refused(hold_batch(desk, batch, hand).answers)
    answers: list[Wire] = _apply(desk, batch, hand)["results"]
    taken = {OperationStatus.APPLIED.value, OperationStatus.SAME.value}
    if any(answer["status"] not in taken for answer in answers):
        raise Refused(answers)
    return answers
