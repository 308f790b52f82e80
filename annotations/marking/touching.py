"""Everything that a batch can touch, in one statement, read after the lock is held.

The statement is a UNION ALL of (what, id, JSON) rows, written by hand: to have the ORM compose
it costs more than the rest of a save. Only rows of this assignment are shown to anybody; rows
of others under an id that the batch names come along as "not yours".
"""

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connection

from .articles import FixedText, keep_text, kept_text
from .checking import BY_BROWSER
from .codebook import codebook_of
from .desk import Desk
from .entity_acts import fold
from .models import OperationKind, OperationTarget, Origin
from .protocol import Op, is_uuid
from .state import EntityState, LinkState, SpanState
from .wire import parse_stretch, value_of

MOST_STRETCHES = 100  # in one WHERE: SQLite's expressions are at most 1,000 deep
BUILD_OBJECT = {"sqlite": "json_object", "postgresql": "jsonb_build_object"}


class Part(NamedTuple):
    """One branch of the statement: `build(…)` makes a JSON object on either database."""

    sql: str
    params: list[Any]


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


class Lock(NamedTuple):
    """An assignment whose row this transaction holds, as it stands now."""

    assignment_id: uuid.UUID
    study_id: uuid.UUID
    article_id: uuid.UUID
    owner_id: uuid.UUID
    rev: int
    state: str


def read_desk(
    lock: Lock,
    ops: Iterable[Op],
    *,
    actor_id: uuid.UUID | None = None,
    origins: tuple[Origin, ...] = BY_BROWSER,
) -> Desk:
    """The desk for these operations. One statement, and one more for a codebook not seen yet.

    `actor_id` is who does it when that is not the owner of the marks.
    """
    touched = Touched(ops)
    known = kept_text(lock.article_id)
    parts = [
        version_part(lock),
        region_part(lock),
        answered_part(actor_id or lock.owner_id, touched),
        *span_parts(lock, touched),
        *link_parts(touched),
        *entity_parts(lock, touched),
        *([] if known else [text_part(lock)]),
    ]
    return Gathered(fetch(parts)).desk(lock, known, origins)


def fetch(parts: list[Part]) -> Iterator[tuple[str, uuid.UUID, Any]]:
    build = BUILD_OBJECT[connection.vendor]
    sql = " UNION ALL ".join(part.sql for part in parts).replace("build(", f"{build}(")
    with connection.cursor() as cursor:
        cursor.execute(sql, [param for part in parts for param in part.params])
        for what, key, told in cursor.fetchall():
            yield what, key if isinstance(key, uuid.UUID) else uuid.UUID(key), inner(told)


# --- the parts ------------------------------------------------------------------------------


def version_part(lock: Lock) -> Part:
    return Part(
        "SELECT * FROM (SELECT 'version', id, build('number', number)"
        " FROM annotations_codebookversion WHERE study_id = %s ORDER BY number DESC LIMIT 1) v",
        [lock.study_id.hex],
    )


def region_part(lock: Lock) -> Part:
    return Part(
        """SELECT 'region', id, build('start', start, 'end', "end")"""
        " FROM annotations_region WHERE article_id = %s AND removed_at IS NULL",
        [lock.article_id.hex],
    )


def text_part(lock: Lock) -> Part:
    return Part(
        "SELECT 'text', id, build('text', text, 'sentences', sentences, 'language', language)"
        " FROM annotations_article WHERE id = %s",
        [lock.article_id.hex],
    )


def answered_part(actor_id: uuid.UUID, touched: Touched) -> Part:
    return Part(
        "SELECT 'answered', op_id, build('result', result, 'assignment', assignment_id)"
        f" FROM annotations_operation WHERE user_id = %s AND op_id IN ({marks(touched.op_ids)})",
        [actor_id.hex, *hexes(touched.op_ids)],
    )


SPAN = (
    "SELECT '{what}', s.id, build('kind', s.kind, 'stretch', s.stretch, 'note', s.note,"
    " 'flag', s.flag, 'state', s.state, 'origin', s.origin, 'ver', s.ver,"
    " 'removed', s.deleted_at IS NOT NULL, 'label', s.label_id, 'assignment', s.assignment_id,"
    " 'codebook', v.number)"
    " FROM annotations_span s JOIN annotations_codebookversion v ON v.id = s.codebook_version_id"
    " WHERE "
)
VALUE = (
    "SELECT 'value', v.span_id, build('name', a.name, 'text', v.text, 'entity', v.entity_id)"
    " FROM annotations_attributevalue v JOIN annotations_attribute a ON a.id = v.attribute_id"
    " WHERE v.span_id IN ({ids})"
)


def span_parts(lock: Lock, touched: Touched) -> Iterator[Part]:
    ids = hexes(touched.span_ids)
    if ids:
        yield Part(SPAN.format(what="span") + f"s.id IN ({marks(ids)})", ids)
        yield Part(VALUE.format(ids=marks(ids)), ids)
    near = SPAN.format(what="near") + "s.assignment_id = %s AND s.deleted_at IS NULL AND "
    if touched.stretches:
        places = few(touched.stretches)
        overlapping = " OR ".join(['(s.start < %s AND s."end" > %s)'] * len(places))
        bounds = [bound for start, end in places for bound in (end, start)]
        yield Part(f"{near}({overlapping})", [lock.assignment_id.hex, *bounds])
    if touched.restored_spans:
        restored = hexes(touched.restored_spans)
        same = f"SELECT stretch FROM annotations_span WHERE id IN ({marks(restored)})"
        yield Part(f"{near}s.stretch IN ({same})", [lock.assignment_id.hex, *restored])


def few(stretches: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches, or with many of them what lies between the first and the last."""
    if len(stretches) <= MOST_STRETCHES:
        return sorted(stretches)
    return [(min(start for start, _ in stretches), max(end for _, end in stretches))]


# A link fell with a span when the operation that last changed it removed a span.
LINK = (
    "SELECT 'link', l.id, build('assignment', l.assignment_id, 'source', l.source_id,"
    " 'target', l.target_id, 'start', l.cue_start, 'end', l.cue_end, 'ver', l.ver,"
    " 'removed', l.deleted_at IS NOT NULL,"
    " 'fell', l.deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM annotations_operation o"
    " WHERE o.assignment_id = l.assignment_id AND o.rev = l.changed_rev"
    " AND o.target_type = 'span' AND o.kind = 'del'),"
    " 'source_live', s.deleted_at IS NULL, 'target_live', t.deleted_at IS NULL,"
    " 'source_label', s.label_id, 'target_label', t.label_id)"
    " FROM annotations_link l JOIN annotations_span s ON s.id = l.source_id"
    " JOIN annotations_span t ON t.id = l.target_id WHERE "
)


def link_parts(touched: Touched) -> Iterator[Part]:
    """Each link once: by its own id, else by its source, else by its target."""
    ids, ends = hexes(touched.ids[OperationTarget.LINK]), hexes(touched.span_ids)
    named, params = ["l.id IN ({})"] * bool(ids), [*ids]
    if ends:
        named += ["l.source_id IN ({})", "l.target_id IN ({})"]
        params += [*ends, *ends]
    wanted = [sql.format(marks(ids if sql.startswith("l.id") else ends)) for sql in named]
    if touched.restored_links:
        restored = hexes(touched.restored_links)
        sources = f"SELECT source_id FROM annotations_link WHERE id IN ({marks(restored)})"
        wanted.append(f"l.source_id IN ({sources})")
        params += restored
    if wanted:
        yield Part(LINK + " OR ".join(wanted), params)


ENTITY = (
    "SELECT 'entity', e.id, build('name', e.name, 'folded_name', e.folded_name, 'ver', e.ver,"
    " 'study', e.study_id, 'owner', e.owner_id, 'removed', e.deleted_at IS NOT NULL,"
    " 'same_as', e.same_as_id, 'in_use', EXISTS (SELECT 1 FROM annotations_attributevalue v"
    " JOIN annotations_span s ON s.id = v.span_id"
    " WHERE v.entity_id = e.id AND s.deleted_at IS NULL))"
    " FROM annotations_entity e WHERE "
)


def entity_parts(lock: Lock, touched: Touched) -> Iterator[Part]:
    ids, names = hexes(touched.entity_ids), sorted(touched.names)
    if ids:
        aliased = f"SELECT same_as_id FROM annotations_entity WHERE id IN ({marks(ids)})"
        named = f"e.id IN ({marks(ids)}) OR e.id IN ({aliased} AND owner_id = %s)"
        yield Part(ENTITY + named, [*ids, *ids, lock.owner_id.hex])
    if names:
        mine = "e.study_id = %s AND (e.owner_id = %s OR e.owner_id IS NULL)"
        called = f"{mine} AND e.folded_name IN ({marks(names)})"
        yield Part(ENTITY + called, [lock.study_id.hex, lock.owner_id.hex, *names])


def marks(values: Iterable[Any]) -> str:
    """As many parameters as values."""
    return ", ".join("%s" for _ in values)


def hexes(ids: Iterable[uuid.UUID]) -> list[str]:
    """Ids as both databases take them."""
    return [each.hex for each in ids]


# --- rows into marks ------------------------------------------------------------------------


class Gathered:
    """The rows of the one query, by what they are."""

    def __init__(self, rows: Iterable[tuple[str, uuid.UUID, dict[str, Any]]]) -> None:
        self.rows: dict[str, list[tuple[uuid.UUID, dict[str, Any]]]] = {}
        for what, key, told in rows:
            self.rows.setdefault(what, []).append((key, told))

    def of(self, what: str) -> list[tuple[uuid.UUID, dict[str, Any]]]:
        return self.rows.get(what, [])

    def desk(self, lock: Lock, known: FixedText | None, origins: tuple[Origin, ...]) -> Desk:
        ((version_id, version),) = self.of("version")
        desk = Desk(
            assignment_id=lock.assignment_id,
            study_id=lock.study_id,
            owner_id=lock.owner_id,
            rev=lock.rev,
            state=lock.state,
            fixed=known or self._text(lock.article_id),
            codebook=codebook_of(lock.study_id, version_id, version["number"]),
            regions=sorted((row["start"], row["end"]) for _, row in self.of("region")),
            origins=origins,
        )
        self._spans(desk)
        self._links(desk)
        self._entities(desk)
        for op_id, row in self.of("answered"):
            if uuid.UUID(row["assignment"]) == lock.assignment_id:
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
                removed=bool(row["removed"]),
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
                removed=bool(row["removed"]),
                own=uuid.UUID(row["assignment"]) == desk.assignment_id,
                fell_with_span=bool(row["fell"]),
                source_live=bool(row["source_live"]),
                target_live=bool(row["target_live"]),
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
                removed=bool(row["removed"]),
                same_as=optional_uuid(row["same_as"]),
                in_use=bool(row["in_use"]),
            )


def optional_uuid(value: str | None) -> uuid.UUID | None:
    return uuid.UUID(value) if value else None


def inner(value: Any) -> Any:
    """A JSON column inside a JSON object: SQLite gives its text, PostgreSQL its value."""
    return json.loads(value) if isinstance(value, str) else value
