"""Applying rulings: the one way in which gold changes by hand."""

import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import AssignmentState
from annotations.corpus.models import Article
from annotations.marking.articles import FixedText, keep_text, kept_text
from annotations.marking.protocol import is_uuid
from annotations.marking.wire import Wire
from annotations.overtaken import TRIES
from annotations.study.models import Rule
from annotations.study.queries import check_second_factor
from annotations.text.refusal import Refusal

from ..again import Known, is_again, refuse_other
from ..ballots import Work, read_ballot
from ..deciding import HELD_MESSAGE, RESTS_MESSAGE, Outcome, Past, make_ruling
from ..linking import link_problem
from ..models import (
    Adjudication,
    AdjudicationState,
    Case,
    GoldLink,
    GoldSpan,
    Ruling,
    RulingKind,
    RulingStatus,
)
from ..protocol import Batch, Op
from ..queries import check_own_work, codebook_for_gold, read_rows
from ..seen import see_cases
from ..sitting import Sitting
from ..telling import decision_wire
from .adjudications import open_docket

CASE_COLUMNS = [field.name for field in Case._meta.concrete_fields if not field.primary_key]
GOLD_COLUMNS = [field.name for field in GoldSpan._meta.concrete_fields if not field.primary_key]
LINK_COLUMNS = [field.name for field in GoldLink._meta.concrete_fields if not field.primary_key]


class NotDecided(Refusal):
    """This decision was not stored."""


def apply_rulings(
    *,
    user: User,
    study_id: uuid.UUID,
    article_id: uuid.UUID,
    batch: Batch,
    meeting_id: uuid.UUID | None = None,
) -> Wire:
    """Apply a batch to the article's adjudication; the reply answers each ruling.

    Raises Http404 for strangers, PermissionDenied for members who do not curate and for curators
    whose own work on the article is open, SecondFactorNeeded for those without one where the study
    asks for it. When two requests bring the same new ids at the same
    moment, the slower one fails on a constraint, is done again, and finds what the quicker left.
    """
    for _ in range(TRIES - 1):
        with suppress(IntegrityError):
            return _apply_once(user, study_id, article_id, batch, meeting_id)
    return _apply_once(user, study_id, article_id, batch, meeting_id)


@transaction.atomic
def _apply_once(
    user: User,
    study_id: uuid.UUID,
    article_id: uuid.UUID,
    batch: Batch,
    meeting_id: uuid.UUID | None,
) -> Wire:
    claim = _claim(user, study_id, article_id, batch)
    if claim is None:
        docket = open_docket(user, study_id, article_id)
        assert docket.adjudication is not None
        if docket.adjudication.state == AdjudicationState.CLOSED:
            return _hold(user, docket.adjudication, batch)
        claim = _claim(user, study_id, article_id, batch)
    if claim is None:
        raise Http404("No such article.")
    if batch.adjudication not in (None, claim.adjudication_id):
        raise Http404("This was meant for another article.")
    check_own_work(user.pk, claim.standing_work)
    sitting = _sit(user, study_id, article_id, claim, meeting_id)
    return _apply(sitting, claim, batch)


# --- lock, permission and all that fits in one statement ------------------------------------------


@dataclass(frozen=True)
class Claim:
    """The locked adjudication. `rev` is its revision before this batch."""

    adjudication_id: uuid.UUID
    rev: int
    version_id: uuid.UUID
    version_number: int
    ledger: int
    assignments: Sequence[tuple[uuid.UUID, uuid.UUID, int, str]]
    regions: Sequence[tuple[int, int]]
    answered: Mapping[uuid.UUID, Wire]
    asked: Mapping[uuid.UUID, Known]

    @property
    def standing_work(self) -> list[tuple[uuid.UUID, str]]:
        return [(annotator, state) for _, annotator, _, state in self.assignments]

    @property
    def works(self) -> list[Work]:
        done = AssignmentState.SUBMITTED
        return [Work(pk, who, rev) for pk, who, rev, state in self.assignments if state == done]


# One statement is lock, permission, revision and reading, as in marking (decision 0060).
CLAIM = """
UPDATE annotations_adjudication SET rev = rev + %(n)s
WHERE study_id = %(study)s AND article_id = %(article)s AND state = 'open'
    AND (EXISTS (SELECT 1 FROM annotations_membership m
        WHERE m.study_id = %(study)s AND m.user_id = %(user)s
        AND m.role IN ('curator', 'manager') AND m.ended_at IS NULL)
    OR %(admin)s = 1 AND NOT EXISTS (SELECT 1 FROM annotations_membership m
        WHERE m.study_id = %(study)s AND m.user_id = %(user)s AND m.ended_at IS NULL))
    AND EXISTS (SELECT 1 FROM annotations_study s WHERE s.id = %(study)s AND s.deleted_at IS NULL)
    AND EXISTS (SELECT 1 FROM annotations_article a
        WHERE a.id = %(article)s AND a.deleted_at IS NULL)
RETURNING id, rev,
    (SELECT s.second_factor FROM annotations_study s WHERE s.id = %(study)s),
    (SELECT {list}({row}(v.id, v.number)) FROM annotations_codebookversion v
        WHERE v.study_id = %(study)s AND v.number =
            (SELECT MAX(number) FROM annotations_codebookversion WHERE study_id = %(study)s)),
    (SELECT {list}({row}(w.id, w.annotator_id, w.rev, w.state)) FROM annotations_assignment w
        WHERE w.article_id = %(article)s),
    (SELECT SUM(e.ver) FROM annotations_entity e WHERE e.id IN
        (SELECT x.entity_id FROM annotations_attributevalue x
            JOIN annotations_span p ON p.id = x.span_id
            JOIN annotations_assignment q ON q.id = p.assignment_id
            WHERE q.article_id = %(article)s)),
    (SELECT {list}({row}(r.start, r."end")) FROM annotations_region r
        WHERE r.article_id = %(article)s AND r.removed_at IS NULL),
    (SELECT {list}({row}(o.op_id, o.adjudication_id, o.result, o.kind, o.case_id, o.asked, o.after))
        FROM annotations_ruling o WHERE o.user_id = %(user)s AND o.op_id IN ({op_ids}))
"""
MAKE = {
    "sqlite": {"list": "json_group_array", "row": "json_array"},
    "postgresql": {"list": "json_agg", "row": "json_build_array"},
}


def _claim(user: User, study_id: uuid.UUID, article_id: uuid.UUID, batch: Batch) -> Claim | None:
    """Lock the open adjudication by counting its revision on; None if there is none for them."""
    params: dict[str, Any] = {
        "n": len(batch.ops),
        "study": study_id.hex,
        "article": article_id.hex,
        "user": user.pk.hex,
        "admin": int(user.is_superuser),
    }
    ids = {f"op{n}": op.op_id.hex for n, op in enumerate(batch.ops)}
    op_ids = ", ".join(f"%({name})s" for name in ids)
    statement = CLAIM.format(op_ids=op_ids, **MAKE[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(statement, params | ids)
        row = cursor.fetchone()
    if row is None:
        return None
    pk, rev, guarded, *told = row
    check_second_factor(user, guarded=bool(guarded))
    ledger = told.pop(2) or 0
    versions, assignments, regions, answered = (_list(value) for value in told)
    ((version, number),) = versions
    return Claim(
        adjudication_id=_uuid(pk),
        rev=rev - len(batch.ops),
        version_id=_uuid(version),
        version_number=number,
        ledger=int(ledger),
        assignments=[(_uuid(a), _uuid(b), at, state) for a, b, at, state in assignments],
        regions=[(start, end) for start, end in regions],
        answered=_answers(answered, _uuid(pk)),
        asked={
            _uuid(op_id): (kind, _uuid(case), _object(asked), _object(after), _object(result))
            for op_id, _, result, kind, case, asked, after in answered
        },
    )


def _answers(rows: Sequence[Any], adjudication_id: uuid.UUID) -> dict[uuid.UUID, Wire]:
    """op -> the answer that was given; an id used on another article is refused."""
    found = {}
    for op_id, adjudication, result, *_ in rows:
        answer = _object(result)
        if _uuid(adjudication) != adjudication_id:
            message = "The id of this operation is in use. Make the decision again."
            answer = {"op_id": str(_uuid(op_id)), "status": "invalid", "message": message}
        found[_uuid(op_id)] = answer
    return found


def _object(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _list(value: Any) -> list[Any]:
    found = json.loads(value) if isinstance(value, str) else value
    return found or []


def _uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def _sit(
    user: User,
    study_id: uuid.UUID,
    article_id: uuid.UUID,
    claim: Claim,
    meeting_id: uuid.UUID | None,
) -> Sitting:
    text = fixed_text(article_id)
    ballot = read_ballot(article_id, len(text), claim.works, claim.ledger)
    rows = read_rows(claim.adjudication_id)
    return Sitting(
        study_id=study_id,
        article_id=article_id,
        adjudication_id=claim.adjudication_id,
        user=user,
        rev=claim.rev,
        state=AdjudicationState.OPEN,
        codebook=codebook_for_gold(study_id, claim.version_id, claim.version_number),
        text=text,
        regions=claim.regions,
        ballot=ballot,
        cases=see_cases(ballot, rows),
        now=timezone.now(),
        meeting_id=meeting_id,
    )


def fixed_text(article_id: uuid.UUID) -> str:
    known = kept_text(article_id)
    if known is None:
        text = Article.objects.values_list("text", flat=True).get(pk=article_id)
        known = keep_text(article_id, FixedText(text))
    return known.text


# --- applying -------------------------------------------------------------------------------------


def _apply(sitting: Sitting, claim: Claim, batch: Batch) -> Wire:
    rules = _read_rules(sitting.study_id, batch.ops)
    answered, asked = dict(claim.answered), dict(claim.asked)
    history: list[Ruling] = []
    answers: list[Wire] = []
    refused: set[uuid.UUID] = set()  # cases; what comes later on them rests on what was refused
    for op in batch.ops:
        if op.op_id not in answered:
            outcome = (
                Outcome(RulingStatus.CONFLICT, sitting.find(op.case_id), RESTS_MESSAGE)
                if op.case_id in refused
                else make_ruling(sitting, op, rules, _read_past(sitting, op, history))
            )
            answered[op.op_id] = outcome.answer(op, sitting.text)
            answered[op.op_id]["current"] = _current(sitting, outcome)
            history.append(_history_row(sitting, op, outcome, batch, answered[op.op_id]))
            asked[op.op_id] = _asked(history[-1])
        elif not is_again(op, asked[op.op_id]):
            refused.add(op.case_id)
            answers.append(refuse_other(op))
            continue
        if answered[op.op_id]["status"] not in (RulingStatus.APPLIED, RulingStatus.SAME):
            refused.add(op.case_id)
        answers.append(answered[op.op_id])
    write_all([sitting])
    Ruling.objects.bulk_create(history)
    if sitting.rev != claim.rev + len(batch.ops):
        Adjudication.objects.filter(pk=sitting.adjudication_id).update(rev=sitting.rev)
    reply: Wire = {"rev": sitting.rev, "state": sitting.state, "results": answers}
    if batch.base_rev < claim.rev:
        reply["changes"] = changes_of(sitting, batch.base_rev)
    return reply


def _current(sitting: Sitting, outcome: Outcome) -> Wire | None:
    """The case as it stands now, and the links that stand or fall with it."""
    if outcome.case is None:
        return None
    links = [case for case in sitting.cases if outcome.case in case.ends]
    return {
        "case": decision_wire(outcome.case, sitting.text),
        "links": [
            decision_wire(link, sitting.text) | {"problem": link_problem(sitting.codebook, link)}
            for link in links
        ],
    }


def changes_of(sitting: Sitting, since: int) -> Wire:
    """Decisions made after a revision."""
    changed = [case for case in sitting.cases if case.row and case.row.changed_rev > since]
    return {"cases": [decision_wire(case, sitting.text) for case in changed]}


def write_all(sittings: Sequence[Sitting]) -> None:
    """Store what the sittings have changed: one statement for each kind of row and 500 of them."""
    how: dict[str, Any] = {"update_conflicts": True, "unique_fields": ["id"], "batch_size": 500}
    cases = [row for one in sittings for row in one.touched.values()]
    Case.objects.bulk_create(cases, update_fields=CASE_COLUMNS, **how)
    spans = [row for one in sittings for row in one.gold.values()]
    known = [row.pk for row in spans if not row._state.adding]
    if known and len(spans) > 1:  # one may take the place that another gives up
        GoldSpan.objects.filter(pk__in=known).update(deleted_at=timezone.now())
    GoldSpan.objects.bulk_create(spans, update_fields=GOLD_COLUMNS, **how)
    links = [row for one in sittings for row in one.links.values()]
    GoldLink.objects.bulk_create(links, update_fields=LINK_COLUMNS, **how)


def _read_rules(study_id: uuid.UUID, ops: Sequence[Op]) -> dict[str, Rule]:
    """The rules that the batch cites, by name."""
    named = {op.payload.get("rule") for op in ops}
    names = [name for name in named if isinstance(name, str) and name]
    if not names:
        return {}
    rows = Rule.objects.filter(study=study_id, name__in=names, archived_at=None)
    return {row.name: row for row in rows}


def _read_past(sitting: Sitting, op: Op, history: Sequence[Ruling]) -> Past | None:
    """What the ruling that is to be put back found (side before) or left (side after)."""
    if op.kind != RulingKind.BACK or not is_uuid(op.payload.get("op")):
        return None
    case = sitting.find(op.case_id)
    wanted = uuid.UUID(op.payload["op"])
    last = case.row.op_id if case and case.row else None
    kept = Ruling.objects.filter(
        adjudication=sitting.adjudication_id,
        op_id__in=[wanted, *([last] if last else [])],
        case_id=op.case_id,
        status=RulingStatus.APPLIED,
    )
    made = [row for row in history if row.status == RulingStatus.APPLIED]
    found = {row.op_id: row for row in (*kept, *made)}
    if wanted not in found:
        return None
    told = found[wanted].after if op.payload.get("side") == "after" else found[wanted].before
    return Past(told, overtaken=last in found and found[last].user_id != sitting.user.pk)


def _history_row(sitting: Sitting, op: Op, outcome: Outcome, batch: Batch, answer: Wire) -> Ruling:
    is_applied = outcome.status == RulingStatus.APPLIED
    return Ruling(
        study_id=sitting.study_id,
        adjudication_id=sitting.adjudication_id,
        user=sitting.user,
        op_id=op.op_id,
        tab=batch.tab,
        at=sitting.now,
        kind=op.kind,
        case_id=outcome.case.id if outcome.case else op.case_id,
        status=outcome.status,
        rev=sitting.rev if is_applied else None,
        before=outcome.before,
        after=outcome.after,
        asked=None if is_applied else op.asked,
        result=answer,
    )


def _asked(row: Ruling) -> Known:
    return row.kind, row.case_id, row.asked, row.after, row.result


def _hold(user: User, adjudication: Adjudication, batch: Batch) -> Wire:
    """Keep what cannot be applied, since the adjudication is closed."""
    known = Ruling.objects.filter(user=user, op_id__in=[op.op_id for op in batch.ops])
    answered = {row.op_id: row.result for row in known}
    asked = {row.op_id: _asked(row) for row in known}
    now = timezone.now()
    for op in batch.ops:
        if op.op_id in answered:
            continue
        answer = {"op_id": str(op.op_id), "status": "held", "id": str(op.case_id), "ver": None}
        answer["message"] = HELD_MESSAGE
        answered[op.op_id] = answer
        made = Ruling.objects.create(
            study_id=adjudication.study_id,
            adjudication=adjudication,
            user=user,
            op_id=op.op_id,
            tab=batch.tab,
            at=now,
            kind=op.kind,
            case_id=op.case_id,
            status=RulingStatus.HELD,
            asked=op.asked,
            result=answer,
        )
        asked[op.op_id] = _asked(made)
    results = [
        answered[op.op_id] if is_again(op, asked[op.op_id]) else refuse_other(op)
        for op in batch.ops
    ]
    return {"rev": adjudication.rev, "state": adjudication.state, "results": results}


# --- one decision, from a form or a meeting -------------------------------------------------------


def decide(
    *,
    user: User,
    study_id: uuid.UUID,
    article_id: uuid.UUID,
    case_id: uuid.UUID,
    ver: int,
    decision: Wire,
    kind: RulingKind = RulingKind.DECIDE,
    meeting_id: uuid.UUID | None = None,
) -> Wire:
    """One ruling, outside of the page's queue. `decision` as in the protocol. Raises NotDecided
    with the sentence that says why."""
    payload = {"id": str(case_id), **decision}
    op_id = uuid.uuid4()
    asked = {"op_id": str(op_id), "kind": kind.value, "on": "case", "ver": ver, "case": payload}
    batch = Batch(2**31 - 1, None, (Op(op_id, kind, case_id, ver, payload, asked),))
    reply = apply_rulings(
        user=user, study_id=study_id, article_id=article_id, batch=batch, meeting_id=meeting_id
    )
    (answer,) = reply["results"]
    if answer["status"] not in ("applied", "same"):
        raise NotDecided(answer.get("message", str(NotDecided.__doc__)))
    return dict(answer)


@transaction.atomic
def hold_case(
    *, user: User, study_id: uuid.UUID, article_id: uuid.UUID, case_id: uuid.UUID
) -> Case:
    """The row of a case, made when it has none, so that a thread can hang on it. Http404."""
    docket = open_docket(user, study_id, article_id)
    assert docket.adjudication is not None
    Adjudication.objects.select_for_update().get(pk=docket.adjudication.pk)
    cases = see_cases(docket.ballot, read_rows(docket.adjudication))
    case = next((one for one in cases if one.id == case_id), None)
    if case is None:
        raise Http404("No such case.")
    for each in (*case.ends, case):
        if each.row is None:
            each.row = Case.objects.create(
                id=each.id,
                study=docket.study,
                adjudication=docket.adjudication,
                kind=each.kind,
                start=each.start,
                end=each.end,
                span_ids=each.span_ids,
                source=each.source.row if each.source else None,
                target=each.target.row if each.target else None,
                ver=0,
            )
    assert case.row is not None
    return case.row
