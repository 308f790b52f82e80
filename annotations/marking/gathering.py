"""The rows that a batch touches, as marks on a desk."""

import json
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

from .articles import Cut, FixedText, keep_text
from .codebook import codebook_of
from .desk import Desk
from .models import Origin
from .protocol import Asked
from .state import EntityState, LinkState, SpanState
from .wire import Stretch, parse_stretch, value_of


class Lock(NamedTuple):
    """An assignment whose row this transaction holds, as it stands now."""

    assignment_id: uuid.UUID
    study_id: uuid.UUID
    article_id: uuid.UUID
    owner_id: uuid.UUID
    rev: int
    state: str
    digest: str = ""


class Gathered:
    """The rows of the one query, by what they are."""

    def __init__(self, rows: Iterable[tuple[str, uuid.UUID, dict[str, Any]]]) -> None:
        self.rows: dict[str, list[tuple[uuid.UUID, dict[str, Any]]]] = {}
        self.add(rows)

    def add(self, rows: Iterable[tuple[str, uuid.UUID, dict[str, Any]]]) -> None:
        for what, key, told in rows:
            self.rows.setdefault(what, []).append((key, told))

    def of(self, what: str) -> list[tuple[uuid.UUID, dict[str, Any]]]:
        return self.rows.get(what, [])

    @property
    def regions(self) -> tuple[Stretch, ...]:
        return tuple(sorted((row["start"], row["end"]) for _, row in self.of("region")))

    @property
    def cut(self) -> Cut:
        (_, row), *_ = [*self.of("text"), *self.of("cut")]
        return Cut(row["language"], row["segmenter"], self.regions)

    def keep_text(self, article_id: uuid.UUID) -> FixedText:
        ((_, row),) = self.of("text")
        sentences = tuple((start, end) for start, end in inner(row["sentences"]))
        return keep_text(article_id, FixedText(row["text"], sentences, self.cut))

    def desk(self, lock: Lock, fixed: FixedText, origins: tuple[Origin, ...]) -> Desk:
        ((version_id, version),) = self.of("version")
        desk = Desk(
            assignment_id=lock.assignment_id,
            study_id=lock.study_id,
            owner_id=lock.owner_id,
            rev=lock.rev,
            state=lock.state,
            digest=lock.digest,
            fixed=fixed,
            codebook=codebook_of(lock.study_id, version_id, version["number"]),
            regions=list(self.regions),
            origins=origins,
        )
        self._spans(desk)
        self._links(desk)
        self._entities(desk)
        for op_id, row in self.of("answered"):
            if uuid.UUID(row["assignment"]) == lock.assignment_id:
                desk.answered[op_id] = inner(row["result"])
                mark = (inner(row["after"]) or inner(row["asked"]) or {}).get(row["on"])
                target = uuid.UUID(row["target"])
                desk.asked[op_id] = Asked(row["kind"], row["on"], target, mark)
            else:
                desk.foreign_ops.add(op_id)
        return desk

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
