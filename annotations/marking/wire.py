"""Marks as the browser, history and submissions know them: plain JSON values.

SPAN   {"id", "kind", "label", "fragments": [{"start", "end", "quote"}], "attributes", "note",
        "flag", "state", "origin", "ver", "codebook"}
LINK   {"id", "source", "target", "cue": {"start", "end", "quote"} or None, "ver"}
ENTITY {"id", "name"}
"""

import uuid
from collections.abc import Iterable
from typing import Any, TypeAlias

from .models import Entity, Link

Wire: TypeAlias = dict[str, Any]
Stretch: TypeAlias = tuple[int, int]


def format_stretch(fragments: Iterable[Stretch]) -> str:
    """The canonical text of a span's fragments: "17-42 50-61"."""
    return " ".join(f"{start}-{end}" for start, end in sorted(fragments))


def parse_stretch(stretch: str) -> list[Stretch]:
    """The fragments that `format_stretch` wrote."""
    if " " not in stretch:  # as nearly all are
        start, _, end = stretch.partition("-")
        return [(int(start), int(end))]
    pairs = (part.split("-") for part in stretch.split(" "))
    return [(int(start), int(end)) for start, end in pairs]


def fragment_wire(text: str, start: int, end: int) -> Wire:
    return {"start": start, "end": end, "quote": text[start:end]}


def value_of(text: str, entity_id: uuid.UUID | None) -> str:
    """What an attribute's row says: words, or the id of an entity."""
    return str(entity_id) if entity_id else text


def link_wire(link: Link) -> Wire:
    cue = {"start": link.cue_start, "end": link.cue_end, "quote": link.cue_quote}
    return {
        "id": str(link.pk),
        "source": str(link.source_id),
        "target": str(link.target_id),
        "cue": cue if link.cue_start is not None else None,
        "ver": link.ver,
    }


def entity_wire(entity: Entity) -> Wire:
    return {"id": str(entity.pk), "name": entity.name, "ver": entity.ver}
