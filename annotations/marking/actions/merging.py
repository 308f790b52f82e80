"""Merging one label into another: marks get the other label, their history says so.

Each mark keeps the codebook version it was made under. Where an annotator has both labels on the
same words one mark stays, and the links of the other lead from or to that. Answers are kept where
the other label asks the same question. What was before stands in the history of each mark.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.study.actions import record
from annotations.study.actions.codebook import changing
from annotations.study.models import Attribute, AttributeKind, Label
from annotations.text.refusal import Refusal

from ..chain import chained_rows
from ..checking import Invalid
from ..codebook import Codebook, codebook_of
from ..desk import check_ends
from ..models import (
    AttributeValue,
    Link,
    Operation,
    OperationKind,
    OperationStatus,
    OperationTarget,
    Span,
)
from ..queries import read_spans
from ..wire import Wire, link_wire


class MergeRefused(Refusal):
    """These labels cannot be merged."""


@dataclass(frozen=True)
class Merging:
    """What merging `label` into `into` comes to; each sentence in `obstacles` forbids it."""

    label: Label
    into: Label
    n_marks: int = 0  # that get the other label
    n_same: int = 0  # of which the annotator has the other label on exactly the same words
    n_people: int = 0
    n_submitted: int = 0  # pieces of submitted work among those changed
    n_answers_dropped: int = 0
    obstacles: tuple[str, ...] = ()


def survey(label: Label, into: Label) -> Merging:
    """Count before anything is done."""
    refusal = _senseless(label, into)
    if refusal:
        return Merging(label, into, obstacles=(refusal,))
    marks = Span.objects.filter(label=label).live()
    work = Assignment.objects.filter(spans__in=marks.order_by()).distinct()
    dropped = AttributeValue.objects.filter(span__in=marks.order_by()).exclude(_kept(label, into))
    return Merging(
        label,
        into,
        n_marks=marks.count(),
        n_same=sum(1 for _ in _twins(label, into)),
        n_people=work.values("annotator").distinct().count(),
        n_submitted=work.filter(state="submitted").count(),
        n_answers_dropped=dropped.count(),
        obstacles=tuple(_obstacles(label, into)),
    )


@transaction.atomic
def merge_labels(*, label: Label, into: Label, actor: User, reason: str) -> Merging:
    """Give all marks of `label` the label `into` and archive `label`, in a new codebook version.

    All or nothing; saves wait until it is done. Costs some ten statements for each piece of work
    that holds such marks. Raises MergeRefused with what stands in the way.
    """
    # First the work, then the study: saves lock in this order too.
    touched = Q(spans__label=label, spans__deleted_at=None) | Q(state__in=OPEN_STATES)
    ids = Assignment.objects.filter(touched, study=label.study_id).order_by().values("pk")
    list(Assignment.objects.filter(pk__in=ids).select_for_update().order_by("pk").values("pk"))
    with changing(label.study, actor, reason):
        for each in (label, into):  # either may have been archived while this waited for its turn
            each.refresh_from_db(fields=["archived_at"])
        merging = survey(label, into)
        if merging.obstacles:
            raise MergeRefused(" ".join(merging.obstacles))
        act = uuid.uuid4()
        _move_all(label, into, actor, act)
        label.archived_at = timezone.now()
        label.save(update_fields=["archived_at"])
        record(
            study=label.study,
            actor=actor,
            action="label.merged",
            subject=label,
            after={
                "into": into.name,
                "marks": merging.n_marks,
                "of them under both labels": merging.n_same,
                "answers left out": merging.n_answers_dropped,
                "merge_id": str(act),
            },
        )
    return merging


# --- what stands in the way ---------------------------------------------------------------------


def _senseless(label: Label, into: Label) -> str:
    if label.pk == into.pk:
        return "A label cannot be merged into itself."
    if label.study_id != into.study_id:
        return "These labels are of two studies."
    archived = next((each for each in (label, into) if each.archived_at), None)
    return f"“{archived.name}” is archived. Restore it first." if archived else ""


def _obstacles(label: Label, into: Label) -> Iterator[str]:
    marks = Span.objects.filter(label=label).live()
    in_parts = 0 if into.fragments_allowed else marks.filter(stretch__contains=" ").count()
    if in_parts:
        n_marks = "1 mark has" if in_parts == 1 else f"{in_parts} marks have"
        yield f"{n_marks} several parts, which “{into.name}” does not allow."
    wrong = sum(1 for _ in _unlinkable(label, into))
    if wrong:
        n_links = "1 link" if wrong == 1 else f"{wrong} links"
        yield f"{n_links} of such marks could not lead from or to “{into.name}”."


def _unlinkable(label: Label, into: Label) -> Iterator[Link]:
    codebook = _codebook(label)
    for link in _links_of(label).select_related("source", "target"):
        ends = [
            into.pk if end.label_id == label.pk else end.label_id
            for end in (link.source, link.target)
        ]
        try:
            check_ends(codebook, *ends)
        except Invalid:
            yield link


def _codebook(label: Label) -> Codebook:
    version = label.study.codebook_versions.only("pk", "number").order_by("-number")[0]
    return codebook_of(label.study_id, version.pk, version.number)


def _links_of(label: Label) -> Any:
    ends = Q(source__label=label, source__deleted_at=None) | Q(
        target__label=label, target__deleted_at=None
    )
    return Link.objects.filter(ends, study=label.study_id).live().order_by("pk")


def _twins(label: Label, into: Label) -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    """(mark of `label`, mark of `into` by the same annotator on exactly the same words)."""
    columns = ("assignment", "stretch", "pk")
    others = Span.objects.filter(label=into).live().order_by()
    there = {(work, stretch): pk for work, stretch, pk in others.values_list(*columns)}
    marks = Span.objects.filter(label=label).live().order_by("pk")
    for work, stretch, pk in marks.values_list(*columns):
        if (work, stretch) in there:
            yield pk, there[work, stretch]


def _kept(label: Label, into: Label) -> Q:
    """Values that answer a question which the other label asks as well."""
    kept = Q(pk__in=[])
    for one, other in _shared(label, into):
        same = Q(attribute=one)
        if other.kind == AttributeKind.CHOICE:
            same &= Q(text__in=[choice["value"] for choice in other.choices])
        kept |= same
    return kept


def _shared(label: Label, into: Label) -> Iterator[tuple[Attribute, Attribute]]:
    asked = {attribute.name: attribute for attribute in into.attributes.all()}
    for attribute in label.attributes.all():
        other = asked.get(attribute.name)
        if other and other.kind == attribute.kind:
            yield attribute, other


# --- doing it -----------------------------------------------------------------------------------


@dataclass
class Hand:
    """One piece of work while its marks are changed: counts revisions, gathers the history."""

    work: Assignment
    actor: User
    now: datetime
    act: uuid.UUID  # under which its operations are found again
    history: list[Operation] = field(default_factory=list)

    def write(
        self, kind: OperationKind, on: OperationTarget, before: Wire, after: Wire | None, ver: int
    ) -> int:
        """A row of history; the revision it is."""
        self.work.rev += 1
        op_id, target = uuid.uuid4(), uuid.UUID(before[on.value]["id"])
        result = {"op_id": str(op_id), "status": "applied", "id": str(target), "ver": ver}
        self.history.append(
            Operation(
                study_id=self.work.study_id,
                assignment=self.work,
                user=self.actor,
                op_id=op_id,
                tab=self.act,
                at=self.now,
                kind=kind,
                target_type=on,
                target_id=target,
                status=OperationStatus.APPLIED,
                rev=self.work.rev,
                before=before,
                after=after,
                result=result,
            )
        )
        return self.work.rev

    def close(self) -> None:
        """Store the history, and with the work how far it goes."""
        Operation.objects.bulk_create(self.history, batch_size=200)
        digest = chained_rows(self.work, self.history)
        Assignment.objects.filter(pk=self.work.pk).update(rev=self.work.rev, digest=digest)


def _move_all(label: Label, into: Label, actor: User, act: uuid.UUID) -> None:
    twins, now = dict(_twins(label, into)), timezone.now()
    marks = Span.objects.filter(label=label).live()
    work = Assignment.objects.filter(pk__in=marks.order_by().values("assignment"))
    kept = set(
        AttributeValue.objects.filter(_kept(label, into), span__in=marks.order_by()).values_list(
            "span", "attribute__name"
        )
    )
    for each in work.select_related("article").order_by("article", "pk").iterator(100):
        hand, here = Hand(each, actor, now, act), marks.filter(assignment=each)
        wires = read_spans(here, each.article.text)
        rows = {str(row.pk): row for row in here}
        doubled = {wire["id"]: twins[uuid.UUID(wire["id"])] for wire in wires if _in(twins, wire)}
        _lead_links_to_twins(hand, doubled)
        for wire in wires:
            row = rows[wire["id"]]
            row.ver, row.changed_at = wire["ver"] + 1, now
            if wire["id"] in doubled:
                row.deleted_at, after = now, None
            else:
                row.label = into
                answers = {n: a for n, a in wire["attributes"].items() if (row.pk, n) in kept}
                after = {**wire, "label": str(into.pk), "attributes": answers, "ver": row.ver}
            kind = OperationKind.SET if after else OperationKind.DEL
            told = {"span": after} if after else None
            row.changed_rev = hand.write(kind, OperationTarget.SPAN, {"span": wire}, told, row.ver)
        Span.objects.bulk_update(
            rows.values(), ["label", "ver", "changed_rev", "changed_at", "deleted_at"], 200
        )
        moved = [row.pk for row in rows.values() if row.deleted_at is None]
        _move_answers(label, into, moved)
        hand.close()


def _in(twins: dict[uuid.UUID, uuid.UUID], wire: Wire) -> bool:
    return uuid.UUID(wire["id"]) in twins


def _move_answers(label: Label, into: Label, spans: Iterable[uuid.UUID]) -> None:
    values = AttributeValue.objects.filter(span__in=spans, attribute__label=label)
    values.exclude(_kept(label, into)).delete()
    for one, other in _shared(label, into):
        values.filter(attribute=one).update(attribute=other)


def _lead_links_to_twins(hand: Hand, doubled: dict[str, uuid.UUID]) -> None:
    """Links of a mark that goes now have the one that stays at their end, if they are new there."""
    if not doubled:
        return
    links = Link.objects.filter(assignment=hand.work).live().order_by("pk")
    taken = {(link.source_id, link.target_id) for link in links}
    for link in links:
        source, target = link.source_id, link.target_id
        ends = doubled.get(str(source), source), doubled.get(str(target), target)
        if ends == (source, target):
            continue
        before = {"link": link_wire(link)}
        link.ver, link.changed_at = link.ver + 1, hand.now
        if ends in taken or ends[0] == ends[1]:
            link.deleted_at, after, kind = hand.now, None, OperationKind.DEL
        else:
            taken.add(ends)
            link.source_id, link.target_id = ends
            after, kind = {"link": link_wire(link)}, OperationKind.SET
        link.changed_rev = hand.write(kind, OperationTarget.LINK, before, after, link.ver)
        link.save()
