"""History told again from its beginning: it must come to the marks and submissions as stored."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from annotations.assignment.models import Assignment, Submission
from annotations.study.checkup import RESTORE, TELL, Finding, rows_in

from .finishing import content_sha256
from .models import AttributeValue, Link, Operation, OperationKind, OperationStatus, Span
from .wire import Wire, format_stretch, link_wire, value_of

WORKS_AT_ONCE = 50
SAID = ("kind", "label", "stretch", "attributes", "note", "flag", "state", "origin", "ver")
STEPS = ("target_type", "kind", "target_id", "rev", "before", "after")
Step = tuple[str, str, uuid.UUID, int, Wire | None, Wire | None]


@dataclass
class Retold:
    """The live marks, as the history up to some revision leaves them."""

    spans: dict[str, Wire] = field(default_factory=dict)
    links: dict[str, Wire] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        on, kind, target_id, _, before, after = step
        if on not in ("span", "link"):
            return
        marks = self.spans if on == "span" else self.links
        if kind == OperationKind.DEL:
            marks.pop(str(target_id), None)
            for link in (before or {}).get("links", ()):
                self.links.pop(link["id"], None)
            return
        told = after or {}
        marks[str(target_id)] = told.get(on) or {}
        for link in told.get("links", ()):
            self.links[link["id"]] = link


def check_histories(study_id: uuid.UUID | None) -> Iterator[Finding]:
    """Some work at a time: no revision is missing, and history comes to what is stored."""
    found = rows_in(Assignment, study_id).order_by("pk").values_list("pk", "study_id", "rev")
    chunk = []
    for one in found.iterator(500):
        chunk.append(one)
        if len(chunk) == WORKS_AT_ONCE:
            yield from _check(chunk)
            chunk = []
    yield from _check(chunk)


def _check(works: Sequence[tuple[uuid.UUID, uuid.UUID, int]]) -> Iterator[Finding]:
    ids = [pk for pk, _, _ in works]
    steps = read_steps(ids)
    handed_in: dict[uuid.UUID, list[Submission]] = defaultdict(list)
    for row in Submission.objects.filter(assignment__in=ids).order_by("number"):
        handed_in[row.assignment_id].append(row)
    spans, links = _stored_spans(ids), _stored_links(ids)
    for pk, study, rev in works:
        for what, remedy in _faults(rev, steps[pk], handed_in[pk], spans[pk], links[pk]):
            yield Finding("marking.history", study, f"assignment {pk}", what, remedy)


def _faults(
    rev: int,
    steps: list[Step],
    handed_in: list[Submission],
    spans: dict[str, Wire],
    links: dict[str, Wire],
) -> Iterator[tuple[str, str]]:
    revs = [step[3] for step in steps]
    if revs != list(range(1, rev + 1)):
        yield f"Its revision is {rev}, its history has {_told(revs)}.", RESTORE
        return
    if [row.number for row in handed_in] != list(range(1, len(handed_in) + 1)):
        yield "A submission is missing.", RESTORE
    retold, waiting = Retold(), list(handed_in)
    for at in range(rev + 1):
        if at:
            retold.take(steps[at - 1])
        while waiting and waiting[0].rev == at:
            yield from _submission_faults(waiting.pop(0), retold)
    for row in waiting:
        yield f"Submission {row.number} is of revision {row.rev}, which never was.", RESTORE
    yield from _mark_faults("span", {pk: said(s) for pk, s in retold.spans.items()}, spans)
    yield from _mark_faults("link", retold.links, links)


def _told(revs: list[int]) -> str:
    return f"{len(revs)} changes, {revs[0]} to {revs[-1]}" if revs else "none"


def _submission_faults(row: Submission, retold: Retold) -> Iterator[tuple[str, str]]:
    name = f"Submission {row.number}"
    if content_sha256(row.content) != row.content_sha256:
        yield f"{name} does not fit its SHA-256: it was changed.", RESTORE
    for on, marks in (("spans", retold.spans), ("links", retold.links)):
        if {one["id"]: one for one in row.content[on]} != marks:
            yield f"{name} holds other {on} than were saved by revision {row.rev}.", TELL


def _mark_faults(
    on: str, retold: dict[str, Wire], stored: dict[str, Wire]
) -> Iterator[tuple[str, str]]:
    for pk in sorted(retold.keys() - stored.keys()):
        yield f"By its history {on} {pk} lives, but it is not stored as living.", RESTORE
    for pk in sorted(stored.keys() - retold.keys()):
        yield f"The living {on} {pk} is in no history.", TELL
    for pk in sorted(stored.keys() & retold.keys()):
        if stored[pk] != retold[pk]:
            differ = [name for name in stored[pk] if stored[pk][name] != retold[pk].get(name)]
            yield f"{on.title()} {pk} and its history differ in {', '.join(differ)}.", TELL


def said(span: Wire) -> Wire:
    """A span of history in the terms in which stored ones are compared."""
    parts = [(part["start"], part["end"]) for part in span.get("fragments", ())]
    return {name: span.get(name) for name in SAID} | {"stretch": format_stretch(parts)}


# --- reading ------------------------------------------------------------------------------------


def read_steps(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Step]]:
    """assignment -> what was applied, in the order of its revisions."""
    found: dict[uuid.UUID, list[Step]] = defaultdict(list)
    applied = Operation.objects.filter(assignment__in=ids, status=OperationStatus.APPLIED)
    applied = applied.exclude(rev=None).order_by("assignment", "rev")
    for work, *step in applied.values_list("assignment_id", *STEPS).iterator(1000):
        found[work].append(tuple(step))
    return found


def _stored_spans(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, Wire]]:
    rows = Span.objects.filter(assignment__in=ids).live().order_by()
    answers: dict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    values = AttributeValue.objects.filter(span__in=rows.values("pk")).order_by()
    for span, name, text, entity in values.annotate(name=F("attribute__name")).values_list(
        "span_id", "name", "text", "entity_id"
    ):
        answers[span][name] = value_of(text, entity)
    found: dict[uuid.UUID, dict[str, Wire]] = defaultdict(dict)
    for row in rows:
        told: dict[str, Any] = {name: row.__dict__[name] for name in SAID if name in row.__dict__}
        told |= {"label": str(row.label_id) if row.label_id else None}
        found[row.assignment_id][str(row.pk)] = told | {"attributes": answers[row.pk]}
    return found


def _stored_links(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, Wire]]:
    found: dict[uuid.UUID, dict[str, Wire]] = defaultdict(dict)
    for row in Link.objects.filter(assignment__in=ids).live().order_by():
        found[row.assignment_id][str(row.pk)] = link_wire(row)
    return found
