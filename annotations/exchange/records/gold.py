"""What curators decided, on whose proposals, and what was said about it."""

from dataclasses import dataclass

from .marks import EntityRecord, FragmentRecord, LinkRecord, SpanRecord


@dataclass(frozen=True, slots=True)
class ProvenanceRecord:
    """Why a gold span is what it is. People are called by name.

    `decided_by` is a curator's name, or "" where the rule `rule` decided. `why` is a reason code,
    `codebook_rule` the card it cites. `dissent` are those who marked otherwise.
    """

    span: str  # id of the gold span
    proposed_by: tuple[str, ...] = ()
    agreed_exactly: tuple[str, ...] = ()
    agreed_nearly: tuple[str, ...] = ()
    rule: str = ""
    decided_by: str = ""
    why: str = ""
    codebook_rule: str = ""
    note: str = ""
    decided_at: str = ""
    dissent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldRecord:
    """The decided spans of an article. `state` is open or done."""

    spans: tuple[SpanRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    entities: tuple[EntityRecord, ...] = ()
    provenance: tuple[ProvenanceRecord, ...] = ()
    state: str = "done"
    curators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One contribution to a thread."""

    by: str
    at: str
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    """A discussion about a stretch of an article, or about the whole of it."""

    messages: tuple[MessageRecord, ...]
    about: FragmentRecord | None = None
    state: str = "open"
    rule: str = ""  # the codebook card it is about
    id: str = ""
