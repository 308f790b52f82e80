"""Reading marks. Whatever is read here belongs to one assignment, whose owner is known."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from annotations.accounts.models import User
from annotations.assignment.models import OPEN_STATES, Assignment
from annotations.corpus.models import Article, Region
from annotations.study.models import CodebookVersion
from annotations.study.policy import Act, Standing
from annotations.study.queries import fetch_standing

from .models import (
    AttributeValue,
    Entity,
    Link,
    Operation,
    OperationKind,
    OperationStatus,
    OperationTarget,
    Span,
)
from .state import SpanState
from .wire import Stretch, Wire, entity_wire, link_wire, parse_stretch, value_of

SHOWN_ENTITIES = 500


@dataclass(frozen=True)
class Work:
    """One annotator's own work on one article."""

    standing: Standing
    assignment: Assignment
    article: Article
    version_id: uuid.UUID  # of the codebook under which new spans are made
    version_number: int

    @property
    def is_open(self) -> bool:
        return self.assignment.state in OPEN_STATES


def fetch_work(
    user: User,
    study_id: uuid.UUID,
    article_id: uuid.UUID,
    act: Act = Act.READ_OWN_MARKS,
    *,
    light: bool = False,
) -> Work:
    """The person's own assignment on the article; `light` leaves its text to be fetched later.

    Raises Http404 for strangers and where nothing is assigned to them, PermissionDenied for
    members who are no annotators.
    """
    standing = fetch_standing(user, study_id, act)
    versions = CodebookVersion.objects.filter(study=OuterRef("study")).order_by("-number")
    found = (
        Assignment.objects.filter(
            study=standing.study, annotator=user, article=article_id, article__deleted_at=None
        )
        .select_related("article", "article__outlet", "round")
        .annotate(
            version_id=Subquery(versions.values("pk")[:1]),
            version_number=Subquery(versions.values("number")[:1]),
        )
    )
    if light:
        found = found.defer("article__text", "article__blocks", "article__sentences")
    assignment = found.first()
    if assignment is None:
        raise Http404("No such article.")
    return Work(
        standing,
        assignment,
        assignment.article,
        assignment.version_id,  # type: ignore[attr-defined]
        assignment.version_number,  # type: ignore[attr-defined]
    )


def live_spans(assignment_id: uuid.UUID) -> QuerySet[Span]:
    return Span.objects.filter(assignment=assignment_id).live()


def read_spans(spans: QuerySet[Span], text: str) -> list[Wire]:
    """Spans in reading order. Two queries, however many there are."""
    return [wire for _, wire in _span_wires(spans, text)]


def read_works(ids: list[uuid.UUID], text: str) -> dict[uuid.UUID, tuple[list[Wire], list[Wire]]]:
    """The live spans and links of several works on one article. Three queries, however many."""
    found: dict[uuid.UUID, tuple[list[Wire], list[Wire]]] = {each: ([], []) for each in ids}
    for work, wire in _span_wires(Span.objects.filter(assignment__in=ids).live(), text):
        found[work][0].append(wire)
    for link in Link.objects.filter(assignment__in=ids).live():
        found[link.assignment_id][1].append(link_wire(link))
    return found


def _span_wires(spans: QuerySet[Span], text: str) -> Iterator[tuple[uuid.UUID, Wire]]:
    """Each with the assignment that it is of."""
    values: defaultdict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    answers = AttributeValue.objects.filter(span__in=spans.order_by().values("pk"))
    for span_id, name, words, entity_id in answers.order_by("pk").values_list(
        "span_id", "attribute__name", "text", "entity_id"
    ):
        values[span_id][name] = value_of(words, entity_id)
    rows: Iterable[tuple[Any, ...]] = spans.values_list(
        "assignment_id", "pk", "kind", "label_id", "stretch", "note", "flag", "state", "origin",
        "ver", "codebook_version__number",
    )  # fmt: skip
    for row in rows:
        yield row[0], _state_of(row, values[row[1]]).wire(text)


def _state_of(row: tuple[Any, ...], attributes: dict[str, str]) -> SpanState:
    _, pk, kind, label_id, stretch, note, flag, state, origin, ver, number = row
    fragments = tuple(parse_stretch(stretch))
    return SpanState(
        pk, kind, label_id, fragments, attributes, note, flag, state, origin, ver, number
    )


def read_links(assignment_id: uuid.UUID) -> list[Wire]:
    return [link_wire(link) for link in Link.objects.filter(assignment=assignment_id).live()]


def read_entities(assignment: Assignment, search: str = "") -> list[Wire]:
    """Names that the annotator may use: their own and the study's, those of this article first.

    Never those of another annotator: whom somebody else found in an article is their work.
    """
    used = AttributeValue.objects.filter(
        entity=OuterRef("pk"), span__assignment=assignment, span__deleted_at=None
    )
    found = (
        Entity.objects.filter(study=assignment.study_id)
        .filter(Q(owner=assignment.annotator_id) | Q(owner=None))
        .annotate(here=Exists(used))
        .filter(Q(deleted_at=None) | Q(here=True))
        .order_by("-here", "folded_name", "id")
    )
    if search:
        found = found.filter(folded_name__contains=search)
    return [{**entity_wire(row), "article": row.here} for row in found[:SHOWN_ENTITIES]]


def read_regions(article: Article) -> list[tuple[int, int, str]]:
    """What is not article text: (start, end, kind)."""
    rows = Region.objects.filter(article=article, removed_at=None)
    return [(region.start, region.end, region.kind) for region in rows]


def stretches(pairs: list[list[int]]) -> list[Stretch]:
    return [(start, end) for start, end in pairs]


def read_held(assignment: Assignment) -> list[Wire]:
    """Operations that came when the work was closed, as they were sent, in their order: after the
    last submission, or after it was handed over and before it was given back.

    An operation is settled when a later one on the same mark was not held. One that brings a
    mark back is sent with an id alone; it is given what the mark was when it was removed.
    """
    mine = Operation.objects.filter(assignment=assignment)
    later = mine.filter(target_id=OuterRef("target_id"), pk__gt=OuterRef("pk"))
    held = mine.filter(status=OperationStatus.HELD)
    if assignment.submitted_at:
        held = held.filter(at__gte=assignment.submitted_at)
    rows = held.exclude(Exists(later.exclude(status=OperationStatus.HELD))).order_by("pk")
    removed = mine.filter(target_id=OuterRef("target_id"), status=OperationStatus.APPLIED)
    removed = removed.filter(kind=OperationKind.DEL).order_by("-pk")
    told = rows.annotate(was=Subquery(removed.values("before")[:1]))
    sent = told.values_list("asked", "kind", "was")
    return [with_state(asked, kind, was) for asked, kind, was in sent if asked]


def with_state(asked: Wire, kind: str, was: Wire | None) -> Wire:
    on = asked["on"]
    if kind != OperationKind.RESTORE or not was or on not in was:
        return asked
    return {**asked, on: {**was[on], **asked[on]}}


def codebook_news(user: User, study_id: uuid.UUID) -> CodebookVersion | None:
    """The newest version of the codebook, where it was made after the person's last change of a
    mark in the study. One query."""
    changes = Operation.objects.filter(study=study_id, user=user, rev__isnull=False)
    last = changes.order_by("-pk").values("at")[:1]
    versions = CodebookVersion.objects.filter(study=study_id, created_at__gt=Subquery(last))
    return versions.defer("content").order_by("-number").first()


def read_changes(assignment_id: uuid.UUID, text: str, since: int) -> Wire:
    """What has changed in this assignment after revision `since`: four queries."""
    spans = Span.objects.filter(assignment=assignment_id, changed_rev__gt=since)
    links = Link.objects.filter(assignment=assignment_id, changed_rev__gt=since)
    told = read_spans(spans.live(), text)
    gone = spans.exclude(deleted_at=None).order_by().values_list("pk")
    gone = gone.union(links.exclude(deleted_at=None).order_by().values_list("pk"), all=True)
    entities = changed_entities(assignment_id, since, spans)
    return {
        "spans": told,
        "links": [link_wire(link) for link in links.live()],
        "entities": [entity_wire(row) for row in entities if row.deleted_at is None],
        "gone": sorted(str(pk) for (pk,) in gone)
        + [str(row.pk) for row in entities if row.deleted_at is not None],
    }


def changed_entities(assignment_id: uuid.UUID, since: int, spans: QuerySet[Span]) -> list[Entity]:
    """Names that were changed on this article's page, and those that changed spans answer with."""
    changed = Operation.objects.filter(
        assignment=assignment_id, rev__gt=since, target_type=OperationTarget.ENTITY
    )
    named = AttributeValue.objects.filter(span__in=spans.order_by(), entity__isnull=False)
    return list(
        Entity.objects.filter(
            Q(pk__in=changed.order_by().values("target_id"))
            | Q(pk__in=named.order_by().values("entity"))
        )
    )
