"""Undoing the merging of two labels: each mark that is still as the merging left it gets back what
it was. Marks that somebody changed since stay as they are and are counted in the audit."""

import uuid
from collections.abc import Iterable

from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.study.actions import record
from annotations.study.actions.codebook import LABEL_FIELDS, changing, refuse_clashes, values_of
from annotations.study.actions.undoing import ChangedSince, subject_of, undoes
from annotations.study.models import AttributeKind, AuditEntry, Label
from annotations.study.policy import Act

from ..models import AttributeValue, Link, Operation, OperationKind, OperationTarget, Span
from ..queries import read_spans
from ..wire import Wire, link_wire
from .merging import Hand


@undoes(Act.EDIT_CODEBOOK, "label.merged")
def unmerge(entry: AuditEntry, actor: User) -> None:
    """Raises ChangedSince when the label is in use again, or the merging is an older program's."""
    if "merge_id" not in entry.after:
        raise ChangedSince
    done = Operation.objects.filter(study=entry.study, tab=entry.after["merge_id"])
    # First the work, then the study: as merging does.
    work = Assignment.objects.filter(pk__in=done.order_by().values("assignment"))
    locked = list(work.select_related("article").select_for_update(of=("self",)).order_by("pk"))
    label: Label = subject_of(entry, entry.study.labels)
    if label.archived_at is None:
        raise ChangedSince
    reason = f"Undone: “{label.name}” merged into “{entry.after['into']}”"[:300]
    with changing(entry.study, actor, reason):
        refuse_clashes(entry.study, values_of(label, LABEL_FIELDS), label)
        label.archived_at = None
        label.save(update_fields=["archived_at"])
        n_stay = sum(_give_back(each, actor, done.filter(assignment=each)) for each in locked)
        record(
            study=entry.study,
            actor=actor,
            action="label.unmerged",
            subject=label,
            after={"marks that were changed since and stay": n_stay},
        )


def _give_back(work: Assignment, actor: User, done: Iterable[Operation]) -> int:
    """One piece of work; how many of its marks stay."""
    hand = Hand(work, actor, timezone.now(), uuid.uuid4())
    stay = 0
    for past in sorted(done, key=lambda each: each.rev or 0, reverse=True):
        give = _give_span if past.target_type == OperationTarget.SPAN else _give_link
        stay += not give(hand, past)
    hand.close()
    return stay


def _give_span(hand: Hand, past: Operation) -> bool:
    rows = Span.objects.filter(pk=past.target_id)
    span = rows.get()
    if span.ver != past.result["ver"]:
        return False
    was: Wire = (past.before or {})["span"]
    now = read_spans(rows, hand.work.article.text)[0]
    removed = past.kind == OperationKind.DEL
    span.ver, span.changed_at, span.deleted_at = span.ver + 1, hand.now, None
    if not removed:
        span.label_id = uuid.UUID(was["label"])
        AttributeValue.objects.filter(span=span).delete()
    kind = OperationKind.RESTORE if removed else OperationKind.SET
    before, after = {"span": now}, {"span": {**was, "ver": span.ver}}
    span.changed_rev = hand.write(kind, OperationTarget.SPAN, before, after, span.ver)
    span.save(update_fields=["label", "ver", "changed_at", "changed_rev", "deleted_at"])
    if not removed:
        AttributeValue.objects.bulk_create(_answers(span, was["attributes"]))
    return True


def _answers(span: Span, attributes: dict[str, str]) -> Iterable[AttributeValue]:
    asked = {each.name: each for each in span.study.attributes.filter(label=span.label_id)}
    for name, answer in attributes.items():
        if name in asked:
            is_entity = asked[name].kind == AttributeKind.ENTITY
            yield AttributeValue(
                study_id=span.study_id,
                span=span,
                attribute=asked[name],
                text="" if is_entity else answer,
                entity_id=uuid.UUID(answer) if is_entity else None,
            )


def _give_link(hand: Hand, past: Operation) -> bool:
    """A link that went because there was one like it already comes back with its mark."""
    link = Link.objects.get(pk=past.target_id)
    was, removed = (past.before or {})["link"], past.kind == OperationKind.DEL
    ends = Span.objects.filter(pk__in=[was["source"], was["target"]]).live()
    if link.ver != past.result["ver"] or ends.count() < 2:
        return False
    before = {"link": link_wire(link)}
    link.ver, link.changed_at, link.deleted_at = link.ver + 1, hand.now, None
    link.source_id, link.target_id = uuid.UUID(was["source"]), uuid.UUID(was["target"])
    kind = OperationKind.RESTORE if removed else OperationKind.SET
    after = {"link": link_wire(link)}
    link.changed_rev = hand.write(kind, OperationTarget.LINK, before, after, link.ver)
    link.save()
    return True
