"""Marks in memory: what a batch of operations finds and leaves, apart from rows and requests."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from .wire import Stretch, Wire, format_stretch, fragment_wire

Hull: TypeAlias = tuple[int, int]


@dataclass
class SpanState:
    """A span as it stands. `attributes` by name: words, or the id of an entity."""

    id: uuid.UUID
    kind: str
    label_id: uuid.UUID | None
    fragments: tuple[Stretch, ...]
    attributes: dict[str, str] = field(default_factory=dict)
    note: str = ""
    flag: str = ""
    state: str = "marked"
    origin: str = "hand"
    ver: int = 1
    codebook: int = 1
    removed: bool = False
    own: bool = True  # False: another assignment's, of which nothing may be told

    @property
    def hull(self) -> Hull:
        return self.fragments[0][0], self.fragments[-1][1]

    @property
    def stretch(self) -> str:
        return format_stretch(self.fragments)

    @property
    def live(self) -> bool:
        return self.own and not self.removed

    @property
    def content(self) -> tuple[object, ...]:
        """What it says, whatever its version and whoever made it."""
        words = (self.note, self.flag, self.state)
        return self.kind, self.label_id, self.fragments, self.attributes, *words

    def wire(self, text: str) -> Wire:
        return {
            "id": str(self.id),
            "kind": self.kind,
            "label": str(self.label_id) if self.label_id else None,
            "fragments": [fragment_wire(text, *part) for part in self.fragments],
            "attributes": dict(sorted(self.attributes.items())),
            "note": self.note,
            "flag": self.flag,
            "state": self.state,
            "origin": self.origin,
            "ver": self.ver,
            "codebook": self.codebook,
        }


@dataclass
class LinkState:
    """A link as it stands. `fell_with_span`: its removal was part of a span's."""

    id: uuid.UUID
    source: uuid.UUID
    target: uuid.UUID
    cue: Stretch | None = None
    ver: int = 1
    removed: bool = False
    own: bool = True
    fell_with_span: bool = False
    # Its ends as they were when the batch began.
    source_live: bool = True
    target_live: bool = True
    source_label: uuid.UUID | None = None
    target_label: uuid.UUID | None = None

    @property
    def live(self) -> bool:
        return self.own and not self.removed

    @property
    def ends(self) -> tuple[uuid.UUID, uuid.UUID]:
        return self.source, self.target

    def wire(self, text: str) -> Wire:
        return {
            "id": str(self.id),
            "source": str(self.source),
            "target": str(self.target),
            "cue": fragment_wire(text, *self.cue) if self.cue else None,
            "ver": self.ver,
        }


@dataclass
class EntityState:
    """A name in the ledger, as it stands."""

    id: uuid.UUID
    name: str
    folded_name: str
    ver: int = 1
    own: bool = True  # on the annotator's own ledger
    shared: bool = False  # on the study's list
    removed: bool = False
    same_as: uuid.UUID | None = None
    in_use: bool = False

    @property
    def usable(self) -> bool:
        return (self.own or self.shared) and not self.removed

    def wire(self) -> Wire:
        return {"id": str(self.id), "name": self.name, "ver": self.ver}


def overlap(one: Hull, other: Hull) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def any_overlap(parts: Iterable[Stretch], others: Iterable[Stretch]) -> bool:
    return any(overlap(part, other) for part in parts for other in list(others))
