"""Everything that a batch can touch, in one query, read after the lock is held.

The query is a UNION ALL of (what, id, JSON) rows. Only rows of this assignment are shown to
anybody; rows of others under an id that the batch names come along as "not yours".
"""

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import JSONObject

from annotations.assignment.models import Assignment
from annotations.corpus.models import Article, Region
from annotations.study.models import CodebookVersion

from .articles import FixedText, keep_text, kept_text
from .checking import BY_BROWSER
from .codebook import codebook_of
from .desk import Desk
from .entity_acts import fold
from .models import (
    AttributeValue,
    Entity,
    Link,
    Operation,
    OperationKind,
    OperationTarget,
    Origin,
    Span,
)
from .protocol import Op, is_uuid
from .state import EntityState, LinkState, SpanState
from .wire import parse_stretch, value_of

MOST_STRETCHES = 100  # in one WHERE: SQLite's expressions are at most 1,000 deep
Rows = QuerySet[Any, Any]


def yes(condition: Any) -> Case:
    """A condition as 1 or 0, the same on both databases."""
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def branch(rows: Rows, what: Any, key: str, **fields: Any) -> Rows:
    return rows.order_by().values_list(what, key, JSONObject(**fields))


class Touched:
    """What the operations name: ids by kind, stretches, names."""

    def __init__(self, ops: Iterable[Op]) -> None:
        self.ops = list(ops)
        self.op_ids = [op.op_id for op in self.ops]
        self.ids = {on: self._ids(on) for on in OperationTarget}
        self.span_ids = self.ids[OperationTarget.SPAN] | set(self._link_ends())
        self.entity_ids = self.ids[OperationTarget.ENTITY] | set(self._answers())
        self.stretches = set(self._stretches())
        self.names = {fold(name) for name in self._names()}
        self.restored_spans = self._restored(OperationTarget.SPAN)
        self.restored_links = self._restored(OperationTarget.LINK)

    def _ids(self, on: OperationTarget) -> set[uuid.UUID]:
        return {op.target_id for op in self.ops if op.on == on}

    def _restored(self, on: OperationTarget) -> set[uuid.UUID]:
        kind = OperationKind.RESTORE
        return {op.target_id for op in self.ops if op.on == on and op.kind == kind}

    def _link_ends(self) -> Iterator[uuid.UUID]:
        for op in self.ops:
            if op.on == OperationTarget.LINK:
                ends = (op.payload.get(end) for end in ("source", "target"))
                yield from (uuid.UUID(end) for end in ends if is_uuid(end))

    def _answers(self) -> Iterator[uuid.UUID]:
        for op in self.ops:
            answers = op.payload.get("attributes")
            if op.on == OperationTarget.SPAN and isinstance(answers, dict):
                yield from (uuid.UUID(each) for each in answers.values() if is_uuid(each))

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Hulls of what the spans are to cover, as far as they can be read."""
        for op in self.ops:
            parts = op.payload.get("fragments")
            if op.on != OperationTarget.SPAN or not isinstance(parts, list):
                continue
            parts = [part for part in parts if isinstance(part, dict)]
            places = [part.get(side) for part in parts for side in ("start", "end")]
            numbers = [place for place in places if type(place) is int and 0 <= place < 2**31]
            if numbers:
                yield min(numbers), max(numbers)

    def _names(self) -> Iterator[str]:
        for op in self.ops:
            name = op.payload.get("name")
            if op.on == OperationTarget.ENTITY and isinstance(name, str) and not op.fault:
                yield name


def read_desk(
    *,
    owner_id: uuid.UUID,
    study_id: uuid.UUID,
    article_id: uuid.UUID,
    ops: Iterable[Op],
    actor_id: uuid.UUID | None = None,
    origins: tuple[Origin, ...] = BY_BROWSER,
) -> Desk:
    """The desk for these operations. One query, and one more for a codebook not seen yet.

    `actor_id` is who does it when that is not the owner of the marks.
    """
    touched = Touched(ops)
    mine = Assignment.objects.filter(study=study_id, article=article_id, annotator=owner_id)
    known = kept_text(article_id)
    branches = [
        assignment_branch(mine),
        *answered_branches(actor_id or owner_id, touched),
        *span_branches(mine, touched),
        *link_branches(mine, touched),
        *entity_branches(owner_id, study_id, touched),
        *region_branches(article_id, touched),
        *([] if known else [text_branch(article_id)]),
    ]
    found = list(branches[0].union(*branches[1:], all=True))
    return Gathered(found).desk(article_id, study_id, owner_id, known, origins)


# --- the branches -------------------------------------------------------------------------


def assignment_branch(mine: Rows) -> Rows:
    latest = CodebookVersion.objects.filter(study=OuterRef("study")).order_by("-number")
    return branch(
        mine,
        Value("assignment"),
        "pk",
        rev="rev",
        state="state",
        version=Subquery(latest.values("pk")[:1]),
        number=Subquery(latest.values("number")[:1]),
    )


def answered_branches(actor_id: uuid.UUID, touched: Touched) -> Iterator[Rows]:
    rows = Operation.objects.filter(user=actor_id, op_id__in=touched.op_ids)
    yield branch(rows, Value("answered"), "op_id", result="result", assignment="assignment_id")


def span_branches(mine: Rows, touched: Touched) -> Iterator[Rows]:
    fields = {
        name: F(name)
        for name in ("kind", "stretch", "note", "flag", "state", "origin", "ver", "deleted_at")
    }
    fields |= {
        "label": F("label_id"),
        "assignment": F("assignment_id"),
        "codebook": F("codebook_version__number"),
    }
    if touched.span_ids:
        named = Span.objects.filter(pk__in=touched.span_ids)
        yield branch(named, Value("span"), "pk", **fields)
        values = AttributeValue.objects.filter(span__in=touched.span_ids)
        yield branch(
            values,
            Value("value"),
            "span_id",
            name="attribute__name",
            text="text",
            entity="entity_id",
        )
    near = Span.objects.filter(assignment=Subquery(mine.values("pk")[:1]), deleted_at=None)
    if touched.stretches:
        yield branch(near.filter(around(touched.stretches)), Value("near"), "pk", **fields)
    if touched.restored_spans:
        restored = Span.objects.filter(pk__in=touched.restored_spans).values("stretch")
        yield branch(near.filter(stretch__in=restored), Value("near"), "pk", **fields)


def around(stretches: set[tuple[int, int]]) -> Q:
    """Spans that overlap one of the stretches, or with many stretches, what lies between them."""
    if len(stretches) > MOST_STRETCHES:
        stretches = {(min(start for start, _ in stretches), max(end for _, end in stretches))}
    near = Q()
    for start, end in sorted(stretches):
        near |= Q(start__lt=end, end__gt=start)
    return near


def link_branches(mine: Rows, touched: Touched) -> Iterator[Rows]:
    ids, ends = touched.ids[OperationTarget.LINK], touched.span_ids
    if not ids and not ends:
        return
    named = Q(pk__in=ids) | Q(source__in=ends) | Q(target__in=ends)
    if touched.restored_links:
        restored = Link.objects.filter(pk__in=touched.restored_links)
        named |= Q(source__in=restored.values("source"))
    fell: Value | Case = Value(0)
    if touched.restored_spans:
        fell = yes(
            Exists(
                Operation.objects.filter(
                    assignment=OuterRef("assignment"),
                    rev=OuterRef("changed_rev"),
                    target_type=OperationTarget.SPAN,
                    kind=OperationKind.DEL,
                )
            )
        )
    yield branch(
        Link.objects.filter(named),
        Value("link"),
        "pk",
        assignment="assignment_id",
        source="source_id",
        target="target_id",
        start="cue_start",
        end="cue_end",
        ver="ver",
        deleted_at="deleted_at",
        fell=fell,
        source_gone="source__deleted_at",
        target_gone="target__deleted_at",
        source_label="source__label_id",
        target_label="target__label_id",
    )


def entity_branches(owner_id: uuid.UUID, study_id: uuid.UUID, touched: Touched) -> Iterator[Rows]:
    if not touched.entity_ids and not touched.names:
        return
    aliased = Entity.objects.filter(pk__in=touched.entity_ids, owner=owner_id).values("same_as")
    named = Q(pk__in=touched.entity_ids) | Q(pk__in=aliased)
    if touched.names:
        named |= Q(study=study_id, folded_name__in=touched.names) & (
            Q(owner=owner_id) | Q(owner=None)
        )
    in_use = AttributeValue.objects.filter(entity=OuterRef("pk"), span__deleted_at=None)
    yield branch(
        Entity.objects.filter(named),
        Value("entity"),
        "pk",
        name="name",
        folded_name="folded_name",
        ver="ver",
        study="study_id",
        owner="owner_id",
        deleted_at="deleted_at",
        same_as="same_as_id",
        in_use=yes(Exists(in_use)),
    )


def region_branches(article_id: uuid.UUID, touched: Touched) -> Iterator[Rows]:
    rows = Region.objects.filter(article=article_id, removed_at=None)
    yield branch(rows, Value("region"), "pk", start="start", end="end")


def text_branch(article_id: uuid.UUID) -> Rows:
    rows = Article.objects.filter(pk=article_id)
    return branch(
        rows, Value("text"), "pk", text="text", sentences="sentences", language="language"
    )


# --- rows into marks ------------------------------------------------------------------------


class Gathered:
    """The rows of the one query, by what they are."""

    def __init__(self, rows: Iterable[tuple[str, uuid.UUID, dict[str, Any]]]) -> None:
        self.rows: dict[str, list[tuple[uuid.UUID, dict[str, Any]]]] = {}
        for what, key, told in rows:
            self.rows.setdefault(what, []).append((key, told))

    def of(self, what: str) -> list[tuple[uuid.UUID, dict[str, Any]]]:
        return self.rows.get(what, [])

    def desk(
        self,
        article_id: uuid.UUID,
        study_id: uuid.UUID,
        owner_id: uuid.UUID,
        known: FixedText | None,
        origins: tuple[Origin, ...],
    ) -> Desk:
        ((assignment_id, told),) = self.of("assignment")
        desk = Desk(
            assignment_id=assignment_id,
            study_id=study_id,
            owner_id=owner_id,
            rev=told["rev"],
            state=told["state"],
            fixed=known or self._text(article_id),
            codebook=codebook_of(study_id, uuid.UUID(told["version"]), told["number"]),
            regions=sorted((row["start"], row["end"]) for _, row in self.of("region")),
            origins=origins,
        )
        self._spans(desk)
        self._links(desk)
        self._entities(desk)
        for op_id, row in self.of("answered"):
            if uuid.UUID(row["assignment"]) == assignment_id:
                desk.answered[op_id] = inner(row["result"])
            else:
                desk.foreign_ops.add(op_id)
        return desk

    def _text(self, article_id: uuid.UUID) -> FixedText:
        ((_, row),) = self.of("text")
        return keep_text(article_id, row["text"], inner(row["sentences"]), row["language"])

    def _spans(self, desk: Desk) -> None:
        values: dict[uuid.UUID, dict[str, str]] = {}
        for span_id, row in self.of("value"):
            answers = values.setdefault(span_id, {})
            answers[row["name"]] = value_of(row["text"], optional_uuid(row["entity"]))
        for span_id, row in [*self.of("near"), *self.of("span")]:
            span = SpanState(
                id=span_id,
                kind=row["kind"],
                label_id=optional_uuid(row["label"]),
                fragments=tuple(parse_stretch(row["stretch"])),
                attributes=values.get(span_id, {}),
                note=row["note"],
                flag=row["flag"],
                state=row["state"],
                origin=row["origin"],
                ver=row["ver"],
                codebook=row["codebook"],
                removed=row["deleted_at"] is not None,
                own=uuid.UUID(row["assignment"]) == desk.assignment_id,
            )
            desk.put(span)

    def _links(self, desk: Desk) -> None:
        for link_id, row in self.of("link"):
            desk.links[link_id] = LinkState(
                id=link_id,
                source=uuid.UUID(row["source"]),
                target=uuid.UUID(row["target"]),
                cue=None if row["start"] is None else (row["start"], row["end"]),
                ver=row["ver"],
                removed=row["deleted_at"] is not None,
                own=uuid.UUID(row["assignment"]) == desk.assignment_id,
                fell_with_span=bool(row["fell"]),
                source_live=row["source_gone"] is None,
                target_live=row["target_gone"] is None,
                source_label=optional_uuid(row["source_label"]),
                target_label=optional_uuid(row["target_label"]),
            )

    def _entities(self, desk: Desk) -> None:
        for entity_id, row in self.of("entity"):
            here = uuid.UUID(row["study"]) == desk.study_id
            owner = optional_uuid(row["owner"])
            desk.entities[entity_id] = EntityState(
                id=entity_id,
                name=row["name"],
                folded_name=row["folded_name"],
                ver=row["ver"],
                own=here and owner == desk.owner_id,
                shared=here and owner is None,
                removed=row["deleted_at"] is not None,
                same_as=optional_uuid(row["same_as"]),
                in_use=bool(row["in_use"]),
            )


def optional_uuid(value: str | None) -> uuid.UUID | None:
    return uuid.UUID(value) if value else None


def inner(value: Any) -> Any:
    """A JSON column inside a JSON object: SQLite gives its text, PostgreSQL its value."""
    return json.loads(value) if isinstance(value, str) else value
