"""An article's cases in memory while rulings are made on them, and what is to be written after."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from annotations.accounts.models import User
from annotations.marking.checking import Ground
from annotations.marking.codebook import Codebook
from annotations.marking.wire import Stretch, Wire, format_stretch

from .ballots import Ballot
from .models import Case, CaseKind, CaseState, Choice, GoldLink, GoldSpan
from .seen import SeenCase

CASE_FIELDS = (
    "state",
    "choice",
    "variant",
    "curator_id",
    "merge_id",
    "merged_by_rule",
    "reason",
    "rule_id",
    "note",
    "codebook_version_id",
    "meeting_id",
    "decided_at",
    "votes",
    "votes_hash",
    "span_ids",
    "kind",
    "start",
    "end",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to stand in a case."""

    label_id: uuid.UUID | None
    fragments: tuple[Stretch, ...]
    answers: dict[str, str] = field(default_factory=dict)


@dataclass
class Sitting:
    """One article's adjudication. `rev` is its last revision; it counts on with each ruling."""

    study_id: uuid.UUID
    article_id: uuid.UUID
    adjudication_id: uuid.UUID
    user: User
    rev: int
    state: str
    codebook: Codebook
    text: str
    regions: Sequence[Stretch]
    ballot: Ballot
    cases: list[SeenCase]
    now: datetime
    meeting_id: uuid.UUID | None = None
    touched: dict[uuid.UUID, Case] = field(default_factory=dict)
    gold: dict[uuid.UUID, GoldSpan] = field(default_factory=dict)
    links: dict[uuid.UUID, GoldLink] = field(default_factory=dict)

    @property
    def ground(self) -> Ground:
        return Ground(self.text, self.codebook, self.regions, {})

    def find(self, case_id: uuid.UUID) -> SeenCase | None:
        return next((case for case in self.cases if case.id == case_id), None)

    def twin(self, case: SeenCase, mark: Mark) -> SeenCase | None:
        """Another case that has become exactly this span."""
        for other in self.cases:
            gold = other.gold if other.id != case.id else None
            if gold and (gold.label_id, gold.fragments) == (mark.label_id, mark.fragments):
                return other
        return None

    def row_of(self, case: SeenCase) -> Case:
        """The row of a case, made when nobody has touched it before."""
        if case.row is None:
            case.row = Case(
                id=case.id,
                study_id=self.study_id,
                adjudication_id=self.adjudication_id,
                kind=case.kind,
                start=case.start,
                end=case.end,
                source=case.source.row if case.source else None,
                target=case.target.row if case.target else None,
                ver=0,
            )
            # Nobody can have written gold for it: the adjudication is locked.
            case.row._state.fields_cache |= {"gold_span": None, "gold_link": None}
        self.touched[case.id] = case.row
        return case.row

    # --- writing into memory ------------------------------------------------------------------

    def put_votes(self, case: SeenCase, row: Case) -> None:
        """The decision rests on the votes as they are now."""
        row.votes, row.votes_hash, row.span_ids = case.votes, case.votes_hash, case.span_ids
        if case.found:
            row.kind, row.start, row.end = case.kind, case.start, case.end

    def put_gold(self, row: Case, mark: Mark | None) -> None:
        known = getattr(row, "gold_span", None)
        if mark is None:
            if known is not None and known.deleted_at is None:
                known.deleted_at = known.changed_at = self.now
                self.gold[known.pk] = known
            return
        gold = known or GoldSpan(id=gold_id(row.pk), case=row, created_at=self.now)
        gold.study_id, gold.adjudication_id = self.study_id, self.adjudication_id
        gold.kind = "label" if mark.label_id else "extent"
        gold.label_id = mark.label_id
        gold.codebook_version_id = self.codebook.version_id
        gold.start, gold.end = mark.fragments[0][0], mark.fragments[-1][1]
        gold.stretch = format_stretch(mark.fragments)
        gold.text_length = len(self.text)
        gold.answers = mark.answers
        gold.changed_at, gold.deleted_at = self.now, None
        self.gold[gold.pk] = gold

    def put_link(self, case: SeenCase, row: Case, linked: bool, cue: Stretch | None) -> None:
        known = getattr(row, "gold_link", None)
        if not linked:
            if known is not None and known.deleted_at is None:
                known.deleted_at = known.changed_at = self.now
                self.links[known.pk] = known
            return
        link = known or GoldLink(id=gold_id(row.pk), case=row, created_at=self.now)
        link.study_id, link.adjudication_id = self.study_id, self.adjudication_id
        if case.source and case.target:
            link.source_id, link.target_id = gold_id(case.source.id), gold_id(case.target.id)
        link.cue_start, link.cue_end = cue or (None, None)
        link.cue_quote = self.text[cue[0] : cue[1]] if cue else ""
        link.changed_at, link.deleted_at = self.now, None
        self.links[link.pk] = link


def gold_id(case_id: uuid.UUID) -> uuid.UUID:
    """A case's gold keeps its id, however often it is decided anew."""
    return uuid.uuid5(case_id, "gold")


# --- a case as history keeps it -------------------------------------------------------------------


def state_of(case: SeenCase, *, votes: bool = True) -> Wire | None:
    """All of the decision, so that it can be put back; None for a case nobody has touched."""
    row = case.row
    if row is None or row.ver == 0:
        return None
    told: Wire = {
        name: plain(getattr(row, name)) for name in CASE_FIELDS if votes or name != "votes"
    }
    told |= {"id": str(row.pk), "ver": row.ver, "gold": None, "link": None}
    gold = case.gold
    if gold:
        told["gold"] = {
            "id": str(gold.id),
            "label": plain(gold.label_id),
            "fragments": [list(part) for part in gold.fragments],
            "answers": dict(gold.answers),
        }
    link = getattr(row, "gold_link", None)
    if link is not None and link.deleted_at is None:
        cue = [link.cue_start, link.cue_end] if link.cue_start is not None else None
        told["link"] = {"id": str(link.pk), "cue": cue}
    return told


def plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def mark_of(told: Wire | None) -> Mark | None:
    """The gold that history keeps."""
    if not told:
        return None
    label = uuid.UUID(told["label"]) if told["label"] else None
    fragments = tuple((start, end) for start, end in told["fragments"])
    return Mark(label, fragments, dict(told["answers"]))


def put_back(row: Case, told: Wire | None) -> None:
    """The row's decision as history keeps it; None: as nobody had touched it."""
    if told is None:
        clear(row)
        return
    for name in CASE_FIELDS:
        if name in told:
            setattr(row, name, _unplain(name, told[name]))


def _unplain(name: str, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if name.endswith("_id"):
        return uuid.UUID(value)
    return datetime.fromisoformat(value) if name == "decided_at" else value


def clear(row: Case) -> None:
    """No decision any more; what was cited goes with it, the votes it rested on too."""
    row.state, row.choice, row.variant = CaseState.OPEN, Choice.NONE, None
    row.curator_id = row.merge_id = row.rule_id = row.meeting_id = None
    row.codebook_version_id = row.decided_at = None
    row.merged_by_rule = row.reason = row.note = row.votes_hash = ""
    row.votes = []


def added_case(sitting: Sitting, case_id: uuid.UUID, start: int, end: int) -> SeenCase:
    """A new case that nobody votes for."""
    kind = CaseKind.ADDED.value
    case = SeenCase(case_id, "span", kind, start, end, sitting.ballot)  # type: ignore[arg-type]
    sitting.cases.append(case)
    return case
