"""Cases as a curator sees them: what was voted, together with what has been decided."""

import uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from django.utils.crypto import salted_hmac

from annotations.marking.wire import Stretch, parse_stretch

from .ballots import Ballot, Vote, case_id, link_case_id
from .finding import FoundCase, FoundLink, Variant, contest_of
from .kinds import KINDS, Kind
from .models import Case, CaseState, GoldSpan

VOTES_SALT = "annotations.curation.votes"


@dataclass(frozen=True, slots=True)
class GoldMark:
    """What was decided to stand in a case."""

    id: uuid.UUID
    label_id: uuid.UUID | None
    fragments: tuple[Stretch, ...]
    answers: Mapping[str, str]

    @classmethod
    def of(cls, row: GoldSpan) -> "GoldMark":
        return cls(row.pk, row.label_id, tuple(parse_stretch(row.stretch)), row.answers)


@dataclass(slots=True)
class SeenCase:
    """One case. `found` is None when nobody votes for it any more, or nobody ever did.

    moot   there is nothing to decide: a link one of whose ends was decided to be nothing; a case
           that is open again, and for which nobody votes.
    waits  a link one of whose ends is still open.
    """

    id: uuid.UUID
    on: Literal["span", "link"]
    kind: Kind
    start: int
    end: int
    ballot: Ballot
    found: FoundCase | FoundLink | None = None
    row: Case | None = None
    source: "SeenCase | None" = None
    target: "SeenCase | None" = None

    @property
    def title(self) -> str:
        return KINDS[self.kind]

    @property
    def state(self) -> str:
        return self.row.state if self.row else CaseState.OPEN

    @property
    def ver(self) -> int:
        return self.row.ver if self.row else 0

    @property
    def choice(self) -> str:
        return self.row.choice if self.row else ""

    @property
    def variants(self) -> Sequence[Variant]:
        return self.found.variants if self.found else ()

    @property
    def missing(self) -> Sequence[str]:
        return self.found.missing if self.found else tuple(sorted(self.ballot.works))

    @property
    def n_annotators(self) -> int:
        return len(self.ballot.works)

    @property
    def gold(self) -> GoldMark | None:
        row = getattr(self.row, "gold_span", None) if self.row else None
        return GoldMark.of(row) if row is not None and row.deleted_at is None else None

    @property
    def has_link(self) -> bool:
        """Whether a gold link was decided here, and both of its ends stand."""
        row = getattr(self.row, "gold_link", None) if self.row else None
        return row is not None and row.deleted_at is None and not self.moot and not self.waits

    @property
    def ends(self) -> "Iterable[SeenCase]":
        return [end for end in (self.source, self.target) if end]

    @property
    def moot(self) -> bool:
        if self.found is None and self.state == CaseState.OPEN:
            return True
        return any(end.state == CaseState.DECIDED and end.gold is None for end in self.ends)

    @property
    def waits(self) -> bool:
        return not self.moot and any(end.gold is None for end in self.ends)

    @property
    def counts(self) -> bool:
        return not self.moot

    @property
    def is_open(self) -> bool:
        return self.state == CaseState.OPEN and not self.moot

    @property
    def votes_hash(self) -> str:
        if isinstance(self.found, FoundLink):
            return self.ballot.hash_of_links(self.found.members)
        return self.ballot.hash_of(self.found.members if self.found else {})

    @property
    def votes_seal(self) -> str:
        """The hash as it may leave the server: the plain one could be made by whoever knows the
        annotators' ids, and would tell whose alias is whose."""
        return salted_hmac(VOTES_SALT, f"{self.id} {self.votes_hash}").hexdigest()

    @property
    def votes(self) -> list[dict[str, Any]]:
        if isinstance(self.found, FoundLink) or (self.found is None and self.on == "link"):
            return self.ballot.told_links(self.found.members if self.found else {})
        return self.ballot.told(self.found.members if self.found else {})

    @property
    def votes_changed(self) -> bool:
        """Decided on other votes than there are now."""
        decided = self.row is not None and self.row.state != CaseState.OPEN
        return decided and self.row is not None and self.row.votes_hash != self.votes_hash

    @property
    def contest(self) -> float:
        groups = [variant.n_votes for variant in self.variants]
        told = contest_of(self.kind, groups, self.n_annotators) if groups else 0.0
        return told + (0.5 if told and self.flagged else 0.0)

    @property
    def members(self) -> list[Vote]:
        """The annotators' own spans here."""
        if not isinstance(self.found, FoundCase):
            return []
        return [self.ballot.votes[str(unit.key)] for unit in self.found.members.values()]

    @property
    def flagged(self) -> list[Vote]:
        return [vote for vote in self.members if vote.flag or vote.note]

    @property
    def labels(self) -> tuple[str, ...]:
        """Slugs of all labels voted for here, "extent" among them; of both ends, for a link."""
        if self.on == "link":
            return tuple(dict.fromkeys(slug for end in self.ends for slug in end.labels))
        return self.found.labels if isinstance(self.found, FoundCase) else ()

    @property
    def span_ids(self) -> list[str]:
        if isinstance(self.found, FoundLink):
            return list(self.found.link_ids)
        return list(self.found.span_ids) if self.found else []


def see_cases(ballot: Ballot, rows: Iterable[Case]) -> list[SeenCase]:
    """The cases of an article in reading order, each link behind its ends.

    A row takes up the case that holds most of its spans (the earliest decided one first), so that
    a decision stays with its case when votes change. Decided rows that no case answers to any
    more are shown without votes; so are spans that a curator added.
    """
    kept = list(rows)
    spans = [row for row in kept if row.source_id is None]
    taken = _matched(ballot.cases, spans)
    seen = [
        SeenCase(
            id=taken[n].pk if n in taken else case_id(ballot.article_id, found.span_ids),
            on="span",
            kind=found.kind,
            start=found.start,
            end=found.end,
            ballot=ballot,
            found=found,
            row=taken.get(n),
        )
        for n, found in enumerate(ballot.cases)
    ]
    of_found = list(seen)
    used = {row.pk for row in taken.values()}
    seen += [_without_votes(ballot, row) for row in spans if row.pk not in used]
    by_id = {case.id: case for case in seen}
    links = _see_links(ballot, of_found, by_id, [row for row in kept if row.source_id])
    return sorted([*seen, *links], key=reading_order)


def reading_order(case: SeenCase) -> tuple[int, int, int, str]:
    return case.start, -case.end, case.on == "link", str(case.id)


def _without_votes(ballot: Ballot, row: Case) -> SeenCase:
    kind: Any = row.kind
    return SeenCase(row.pk, "span", kind, row.start, row.end, ballot, None, row)


def _matched(cases: Sequence[FoundCase], rows: Sequence[Case]) -> dict[int, Case]:
    """Index of a found case -> the row that is the same case."""
    place = {span: n for n, found in enumerate(cases) for span in found.span_ids}
    shared: list[tuple[bool, int, str, int, Case]] = []
    for row in rows:
        counted: dict[int, int] = {}
        for span in row.span_ids:
            if span in place:
                counted[place[span]] = counted.get(place[span], 0) + 1
        is_open = row.state == CaseState.OPEN
        shared += [(is_open, -n, str(row.pk), at, row) for at, n in counted.items()]
    taken: dict[int, Case] = {}
    used: set[uuid.UUID] = set()
    for _, _, _, at, row in sorted(shared, key=lambda one: one[:4]):
        if at not in taken and row.pk not in used:
            taken[at] = row
            used.add(row.pk)
    return taken


def _see_links(
    ballot: Ballot,
    cases: Sequence[SeenCase],
    by_id: Mapping[uuid.UUID, SeenCase],
    rows: Sequence[Case],
) -> list[SeenCase]:
    stored = {(row.source_id, row.target_id): row for row in rows}
    seen = []
    for found in ballot.links:
        source, target = cases[found.source], cases[found.target]
        row = stored.pop((source.id, target.id), None)
        pk = row.pk if row else link_case_id(ballot.article_id, source.id, target.id)
        link = SeenCase(pk, "link", "link", source.start, source.end, ballot, found, row)
        link.source, link.target = source, target
        seen.append(link)
    for (source_id, target_id), row in stored.items():
        ends = by_id.get(source_id), by_id.get(target_id)  # type: ignore[arg-type]
        if ends[0] and ends[1]:
            link = SeenCase(row.pk, "link", "link", row.start, row.end, ballot, None, row, *ends)
            seen.append(link)
    return seen


def is_unanimous(case: SeenCase) -> bool:
    """Everybody has the same here: span and answers, or the link with its cue words."""
    return any(variant.n_votes == case.n_annotators for variant in case.variants)


def is_free(case: SeenCase, ruled: Set[uuid.UUID]) -> bool:
    """Whether a rule may decide here: untouched, or touched last by a rule (`ruled`). What a person
    touched last is the curator's: decided, given a reason, left undecided on purpose, or taken
    back."""
    return case.row is None or case.row.ver == 0 or case.row.pk in ruled


def contested_first(cases: Iterable[SeenCase]) -> list[SeenCase]:
    """Open ones before decided ones, the most contested and most telling first."""
    return sorted(cases, key=lambda case: (not case.is_open, -case.contest, case.start, -case.end))


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases: empty means any. `state` is open, decided, changed (votes changed since)."""

    kind: str = ""
    label: str = ""  # a slug, or "extent"
    annotator: str = ""  # the id of one who has something here
    flagged: bool = False
    state: str = ""
    reason: str = ""
    of_round: frozenset[str] | None = None  # annotators whose work here is of the round

    def takes(self, case: SeenCase) -> bool:
        return (
            self.kind in ("", case.kind)
            and (not self.label or self.label in case.labels)
            and (not self.annotator or self._is_of(case))
            and (not self.flagged or bool(case.flagged))
            and self._takes_state(case)
            and (self.of_round is None or self._has_some(self.of_round, case))
            and (not self.reason or bool(case.row and case.row.reason == self.reason))
        )

    def _has_some(self, people: frozenset[str], case: SeenCase) -> bool:
        return any(who in people for variant in case.variants for who in variant.annotators)

    def _is_of(self, case: SeenCase) -> bool:
        return any(self.annotator in variant.annotators for variant in case.variants)

    def _takes_state(self, case: SeenCase) -> bool:
        if self.state == "changed":
            return case.votes_changed
        if self.state == "open":
            return case.is_open
        return self.state != "decided" or case.state != CaseState.OPEN


# What a queue can be narrowed to, of one case: kind, labels, annotators, flagged, open, changed.
Look: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...], bool, bool, bool]


@dataclass(slots=True)
class Counts:
    """How far an article is: all cases that count, decided ones, those whose votes changed."""

    n_all: int = 0
    n_decided: int = 0
    n_changed: int = 0
    n_undecided: int = 0  # of the decided ones
    contest: float = 0.0
    kinds: dict[str, list[int]] = field(default_factory=dict)  # kind -> [all, decided]
    labels: dict[str, list[int]] = field(default_factory=dict)  # slug -> [all, decided]
    flagged: list[int] = field(default_factory=lambda: [0, 0])
    looks: set[Look] = field(default_factory=set)

    def add(self, case: SeenCase) -> None:
        if not case.counts:
            return
        decided = int(case.state != CaseState.OPEN)
        self.n_all += 1
        self.n_decided += decided
        self.n_changed += case.votes_changed
        self.n_undecided += case.state == CaseState.UNDECIDED
        self.contest += 0.0 if decided else case.contest
        people = {who for variant in case.variants for who in variant.annotators}
        for table, names in ((self.kinds, [case.kind]), (self.labels, case.labels)):
            for name in names:
                _count_in(table.setdefault(name, [0, 0]), decided)
        if case.flagged:
            _count_in(self.flagged, decided)
        marks = (tuple(sorted(case.labels)), tuple(sorted(people)), bool(case.flagged))
        self.looks.add((case.kind, *marks, not decided, case.votes_changed))

    def as_json(self) -> dict[str, Any]:
        return {
            "kinds": self.kinds,
            "labels": self.labels,
            "flagged": self.flagged,
            "undecided": self.n_undecided,
            "looks": sorted(self.looks),
        }


def _count_in(both: list[int], decided: int) -> None:
    both[0] += 1
    both[1] += decided


def count_cases(cases: Iterable[SeenCase]) -> Counts:
    counts = Counts()
    for case in cases:
        counts.add(case)
    return counts
