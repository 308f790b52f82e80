"""One ruling on one case, in memory: what it comes to. Refusals are sentences for a curator."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from annotations.agreement import Unit
from annotations.marking.checking import (
    MAX_NOTE,
    Invalid,
    check_fragment,
    check_span,
    one_of,
    words_of,
)
from annotations.marking.protocol import is_uuid
from annotations.marking.wire import Stretch, Wire
from annotations.study.models import Rule

from .ballots import EXTENT, link_case_id
from .finding import FoundCase, FoundLink
from .linking import ENDS_FIRST, link_problem
from .models import Case, CaseState, Choice, Reason, RulingKind, RulingStatus
from .protocol import Op
from .resolving import Offer, Reading, intersection, majority, union
from .seen import SeenCase
from .sitting import (
    Mark,
    Sitting,
    added_case,
    clear,
    mark_of,
    put_back,
    state_of,
)
from .telling import decision_wire, grain_of, label_ids, reading_of, shown_answers

KEEP = "keep"
CHOICES = (
    Choice.VARIANT,
    Choice.MAJORITY,
    Choice.UNION,
    Choice.INTERSECTION,
    Choice.EDITED,
    Choice.NO_SPAN,
    Choice.LEFT,
)
GONE_MESSAGE = "There is no such case any more: its marks were changed or taken back."
CONFLICT_MESSAGE = "This case was decided elsewhere in the meantime. That decision was kept."
VOTES_MESSAGE = "The marks in this case have changed since you looked at it. Look again."
RESTS_MESSAGE = "This rested on a decision that could not be kept."
NO_PAST_MESSAGE = "There is nothing to put back here."
HELD_MESSAGE = "The adjudication of this article is closed. This decision is kept, not applied."


@dataclass(frozen=True)
class Outcome:
    """`before` and `after` are complete, so that either can be put back."""

    status: RulingStatus
    case: SeenCase | None = None
    message: str = ""
    before: Wire | None = None
    after: Wire | None = None

    def answer(self, op: Op, text: str) -> Wire:
        told: Wire = {
            "op_id": str(op.op_id),
            "status": self.status.value,
            "id": str(self.case.id if self.case else op.case_id),
            "ver": self.case.ver if self.case else None,
        }
        if self.message:
            told["message"] = self.message
        if self.case is not None:
            told["current"] = {"case": decision_wire(self.case, text)}
        return told


@dataclass(frozen=True)
class Past:
    """What a ruling that is to be put back left of its case, or found; None for an untouched case.

    overtaken  somebody else has ruled on the case since.
    """

    told: Wire | None
    overtaken: bool = False


class Conflict(Invalid):
    """Somebody else was quicker."""


class Same(Exception):
    """Nothing would change."""


def make_ruling(
    sitting: Sitting, op: Op, rules: Mapping[str, Rule], past: Past | None = None
) -> Outcome:
    """Apply one ruling. `rules`: the codebook's rules by name, of those that may be cited.
    `past`: for `back`; None when there is no such ruling."""
    case = sitting.find(op.case_id)
    if case is None and op.kind != RulingKind.ADD:
        return Outcome(RulingStatus.GONE, message=GONE_MESSAGE)
    before = state_of(case) if case else None
    try:
        if op.fault:
            raise Invalid(op.fault)
        if case is not None and op.ver != case.ver:
            raise Conflict(CONFLICT_MESSAGE)
        case = ACTS[op.kind](sitting, op, case, _cited(op.payload, rules, case), past)
    except Conflict as refusal:
        return Outcome(RulingStatus.CONFLICT, case, str(refusal))
    except Invalid as refusal:
        return Outcome(RulingStatus.INVALID, case, str(refusal))
    except Same:
        return Outcome(RulingStatus.SAME, case)
    sitting.rev += 1
    row = sitting.row_of(case)
    row.ver += 1
    row.changed_rev = sitting.rev
    row.op_id = op.op_id
    return Outcome(RulingStatus.APPLIED, case, before=before, after=state_of(case))


Rules = Mapping[str, Rule]


@dataclass(frozen=True, slots=True)
class Cited:
    """Why it was decided so."""

    reason: str
    rule: Rule | None
    note: str


def _cited(payload: Wire, rules: Rules, case: SeenCase | None) -> Cited:
    """A rule that the case cites already may stay, though it is archived meanwhile."""
    held = case.row.rule if case and case.row else None
    rules = {held.name: held, **rules} if held else rules
    reason = one_of(Reason.values, payload.get("reason", ""), "reason")
    note = words_of(payload.get("note", ""), MAX_NOTE, "note")
    return Cited(reason, _rule(rules, payload.get("rule", "")), note)


def _decide(
    sitting: Sitting, op: Op, case: SeenCase | None, cited: Cited, past: Past | None
) -> SeenCase:
    assert case is not None
    payload = op.payload
    if payload.get("choice") == KEEP:
        return _give_reason(case, cited)
    choice = Choice(one_of([each.value for each in CHOICES], payload.get("choice"), "choice"))
    if payload.get("votes") not in (None, case.votes_seal):
        raise Conflict(VOTES_MESSAGE)
    if case.on == "link":
        linked, cue = chosen_link(sitting, case, choice, payload)
        row = sitting.row_of(case)
        sitting.put_link(case, row, linked, cue)
    else:
        mark = chosen_mark(sitting, case, choice, payload)
        if mark is not None and (twin := sitting.twin(case, mark)):
            raise Invalid(f"Another case has become exactly this span already ({twin.title}).")
        row = sitting.row_of(case)
        sitting.put_gold(row, mark)
    row.state = CaseState.UNDECIDED if choice == Choice.LEFT else CaseState.DECIDED
    row.choice = choice
    row.variant = _variant(payload) if choice == Choice.VARIANT else None
    row.curator, row.merge_id, row.merged_by_rule = sitting.user, None, ""
    _cite(row, cited)
    row.codebook_version_id = sitting.codebook.version_id
    row.meeting_id = sitting.meeting_id
    row.decided_at = sitting.now
    sitting.put_votes(case, row)
    return case


def _cite(row: Case, cited: Cited) -> None:
    row.reason, row.rule, row.note = cited.reason, cited.rule, cited.note


def _give_reason(case: SeenCase, cited: Cited) -> SeenCase:
    row = case.row
    if row is None or row.state == CaseState.OPEN:
        raise Invalid("Decide this case first: a reason belongs to a decision.")
    if (row.reason, row.rule, row.note) == (cited.reason, cited.rule, cited.note):
        raise Same
    _cite(row, cited)
    return case


def _add(
    sitting: Sitting, op: Op, case: SeenCase | None, cited: Cited, past: Past | None
) -> SeenCase:
    if case is not None:
        raise Conflict(CONFLICT_MESSAGE)
    if "source" in op.payload:
        return _add_link(sitting, op, cited)
    mark = edited_mark(sitting, op.payload)
    start, end = mark.fragments[0][0], mark.fragments[-1][1]
    case = added_case(sitting, op.case_id, start, end)
    if twin := sitting.twin(case, mark):
        sitting.cases.remove(case)
        raise Invalid(f"This span is gold already ({twin.title}).")
    row = sitting.row_of(case)
    sitting.put_gold(row, mark)
    _added(sitting, case, cited)
    return case


def _added(sitting: Sitting, case: SeenCase, cited: Cited) -> None:
    row = sitting.row_of(case)
    row.state, row.choice, row.curator = CaseState.DECIDED, Choice.ADDED, sitting.user
    _cite(row, cited)
    row.codebook_version_id, row.decided_at = sitting.codebook.version_id, sitting.now
    row.meeting_id = sitting.meeting_id
    sitting.put_votes(case, row)


def _add_link(sitting: Sitting, op: Op, cited: Cited) -> SeenCase:
    source, target = (_end(sitting, op.payload.get(side)) for side in ("source", "target"))
    if source.id == target.id:
        raise Invalid("A link needs two different spans.")
    if op.case_id != link_case_id(sitting.article_id, source.id, target.id):
        pair = next((c for c in sitting.cases if (c.source, c.target) == (source, target)), None)
        if pair is not None:
            raise Invalid("There is a case for this link already. Decide that one.")
    cue = _cue(sitting, op.payload.get("cue"))
    case = SeenCase(op.case_id, "link", "link", source.start, source.end, sitting.ballot)
    case.source, case.target = source, target
    _check_ends(sitting, case)
    sitting.cases.append(case)
    sitting.put_link(case, sitting.row_of(case), True, cue)
    _added(sitting, case, cited)
    return case


def _end(sitting: Sitting, value: Any) -> SeenCase:
    case = sitting.find(uuid.UUID(value)) if is_uuid(value) else None
    if case is None or case.gold is None:
        raise Invalid("A link joins two spans of the gold: decide both first.")
    return case


def _reopen(
    sitting: Sitting, op: Op, case: SeenCase | None, cited: Cited, past: Past | None
) -> SeenCase:
    assert case is not None
    if case.row is None or case.row.state == CaseState.OPEN:
        raise Same
    row = sitting.row_of(case)
    _write_back(sitting, case, None)
    clear(row)
    return case


def _back(
    sitting: Sitting, op: Op, case: SeenCase | None, cited: Cited, past: Past | None
) -> SeenCase:
    assert case is not None
    if past is None:
        raise Invalid(NO_PAST_MESSAGE)
    if past.overtaken:
        raise Conflict(CONFLICT_MESSAGE)
    mark = mark_of((past.told or {}).get("gold"))
    if mark is not None and sitting.twin(case, mark):
        raise Invalid("Another case has become exactly this span meanwhile.")
    _write_back(sitting, case, past.told)
    put_back(sitting.row_of(case), past.told)
    return case


def _write_back(sitting: Sitting, case: SeenCase, past: Wire | None) -> None:
    row = sitting.row_of(case)
    if case.on == "link":
        link = (past or {}).get("link")
        cue = tuple(link["cue"]) if link and link["cue"] else None
        sitting.put_link(case, row, link is not None, cue)
    else:
        sitting.put_gold(row, mark_of((past or {}).get("gold")))


Act = Callable[[Sitting, Op, SeenCase | None, Cited, Past | None], SeenCase]
ACTS: dict[RulingKind, Act] = {
    RulingKind.DECIDE: _decide,
    RulingKind.ADD: _add,
    RulingKind.REOPEN: _reopen,
    RulingKind.BACK: _back,
}


# --- what is chosen -------------------------------------------------------------------------------


def chosen_mark(sitting: Sitting, case: SeenCase, choice: Choice, payload: Wire) -> Mark | None:
    """The span that would stand; None for none, and for a case left undecided."""
    if choice in (Choice.NO_SPAN, Choice.LEFT):
        return None
    if choice == Choice.EDITED:
        return edited_mark(sitting, payload)
    if not isinstance(case.found, FoundCase):
        raise Invalid("Nobody has marked this any more. Edit it, or decide that there is no span.")
    if choice == Choice.VARIANT:
        return resolved(sitting, case, _taken(case, payload))
    offer = OFFERS[choice](sitting, case)
    if offer is None:
        raise Invalid(NO_OFFER[choice])
    return resolved(sitting, case, offer)


def resolved(sitting: Sitting, case: SeenCase, offer: Offer) -> Mark | None:
    """An offer with its label's id and the answers as they were written."""
    if not isinstance(offer, Reading):
        return None
    label_id = label_ids(sitting.codebook).get(offer.label)
    if label_id is None and offer.label != EXTENT:
        raise Invalid("This label is not in the study's codebook.")
    return Mark(label_id, offer.fragments, shown_answers(case, offer.answers))


def _majority(sitting: Sitting, case: SeenCase) -> Offer:
    return majority(case.variants, case.n_annotators)


def _union(sitting: Sitting, case: SeenCase) -> Offer:
    return union(case.variants, grain_of(sitting.codebook, sitting.text))


def _intersection(sitting: Sitting, case: SeenCase) -> Offer:
    return intersection(case.variants, grain_of(sitting.codebook, sitting.text))


OFFERS: dict[Choice, Callable[[Sitting, SeenCase], Offer]] = {
    Choice.MAJORITY: _majority,
    Choice.UNION: _union,
    Choice.INTERSECTION: _intersection,
}
NO_OFFER = {
    Choice.MAJORITY: "There is no strict majority here. Take a variant, or edit one.",
    Choice.UNION: "There is nothing to unite here.",
    Choice.INTERSECTION: "These spans have no character in common.",
}


def _variant(payload: Wire) -> int:
    n = payload.get("variant")
    if type(n) is not int:
        raise Invalid("Say which variant, by its number.")
    return n


def _taken(case: SeenCase, payload: Wire) -> Reading:
    n = _variant(payload)
    if not 1 <= n <= len(case.variants):
        raise Invalid(f"This case has no variant {n}.")
    return reading_of(case.variants[n - 1])


def edited_mark(sitting: Sitting, payload: Wire) -> Mark:
    """A span that a curator made, checked as an annotator's would be."""
    span = payload.get("span")
    if not isinstance(span, dict):
        raise Invalid("There is no span to keep.")
    told = {**span, "origin": "hand", "note": "", "flag": "", "state": "marked"}
    checked = check_span(sitting.ground, uuid.uuid4(), told, None)
    return Mark(checked.label_id, checked.fragments, checked.attributes)


def chosen_link(
    sitting: Sitting, case: SeenCase, choice: Choice, payload: Wire
) -> tuple[bool, Stretch | None]:
    """Whether there is to be a link, and its cue words."""
    if choice in (Choice.NO_SPAN, Choice.LEFT):
        if any(end.row is None for end in case.ends):
            raise Invalid(ENDS_FIRST)
        return False, None
    _check_ends(sitting, case)
    if choice == Choice.EDITED:
        return True, _cue(sitting, payload.get("cue"))
    if not isinstance(case.found, FoundLink):
        raise Invalid("Nobody has drawn this link any more.")
    if choice == Choice.VARIANT:
        n = _variant(payload)
        if not 1 <= n <= len(case.variants):
            raise Invalid(f"This case has no variant {n}.")
        return True, _cue_of(case.variants[n - 1].unit)
    if choice == Choice.MAJORITY:
        return _majority_link(case)
    raise Invalid("Links have no union and no intersection.")


def _majority_link(case: SeenCase) -> tuple[bool, Stretch | None]:
    n, drawn = case.n_annotators, sum(variant.n_votes for variant in case.variants)
    if 2 * (n - drawn) > n:
        return False, None
    if 2 * case.variants[0].n_votes > n:
        return True, _cue_of(case.variants[0].unit)
    raise Invalid(NO_OFFER[Choice.MAJORITY])


def _cue_of(unit: Unit | None) -> Stretch | None:
    return unit.fragments[0] if unit else None


def _cue(sitting: Sitting, value: Any) -> Stretch | None:
    return None if value is None else check_fragment(sitting.text, value)


def _check_ends(sitting: Sitting, case: SeenCase) -> None:
    if problem := link_problem(sitting.codebook, case):
        raise Invalid(problem)


def _rule(rules: Rules, name: Any) -> Rule | None:
    if name in ("", None):
        return None
    if not isinstance(name, str) or name not in rules:
        raise Invalid("There is no such rule in the codebook.")
    return rules[name]
