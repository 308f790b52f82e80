"""Everything that a batch can touch, in one statement, read after the lock is held.

The statement is a UNION ALL of (what, id, JSON) rows, written by hand: to have the ORM compose
it costs more than the rest of a save. Only rows of this assignment are shown to anybody; rows
of others under an id that the batch names come along as "not yours".
"""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connection

from annotations.prepared import prepared

from .articles import kept_text
from .checking import BY_BROWSER
from .desk import Desk
from .gathering import Gathered, Lock, inner
from .models import OperationTarget, Origin
from .protocol import Op
from .touched import Touched

MOST_STRETCHES = 100  # in one WHERE: SQLite's expressions are at most 1,000 deep
BUILD_OBJECT = {"sqlite": "json_object", "postgresql": "jsonb_build_object"}


class Part(NamedTuple):
    """One branch of the statement: `build(…)` makes a JSON object on either database."""

    sql: str
    params: list[Any]


def read_desk(
    lock: Lock,
    ops: Iterable[Op],
    *,
    actor_id: uuid.UUID | None = None,
    origins: tuple[Origin, ...] = BY_BROWSER,
) -> Desk:
    """The desk for these operations. One statement; one more for a codebook not seen yet, and one
    for a text whose sentences were cut anew since it was kept.

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
        cut_part(lock) if known else text_part(lock),
    ]
    gathered = Gathered(fetch(parts, often=len(touched.ops) == 1))
    if known and known.cut != gathered.cut:
        gathered.add(fetch([text_part(lock)]))
        known = None
    return gathered.desk(lock, known or gathered.keep_text(lock.article_id), origins)


def fetch(parts: list[Part], *, often: bool = False) -> Iterator[tuple[str, uuid.UUID, Any]]:
    """`often`: with few parameters, and the same statement each time."""
    build = BUILD_OBJECT[connection.vendor]
    sql = " UNION ALL ".join(part.sql for part in parts).replace("build(", f"{build}(")
    with prepared() if often else connection.cursor() as cursor:
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
        "SELECT 'text', id, build('text', text, 'sentences', sentences, 'language', language,"
        " 'segmenter', segmenter) FROM annotations_article WHERE id = %s",
        [lock.article_id.hex],
    )


def cut_part(lock: Lock) -> Part:
    return Part(
        "SELECT 'cut', id, build('language', language, 'segmenter', segmenter)"
        " FROM annotations_article WHERE id = %s",
        [lock.article_id.hex],
    )


def answered_part(actor_id: uuid.UUID, touched: Touched) -> Part:
    return Part(
        "SELECT 'answered', op_id, build('result', result, 'assignment', assignment_id,"
        " 'kind', kind, 'on', target_type, 'target', target_id, 'after', after, 'asked', asked)"
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
