"""What curators decided, on whose votes, and what was said about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .marks import Answer, EntityRecord, FragmentRecord, LinkRecord, SpanRecord


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """What one annotator had at the place of a case when it was decided.

    `label` is a slug, "extent", or "" for nothing here. Answers hold names, not entity ids.
    """

    annotator: str
    label: str = ""
    fragments: tuple[FragmentRecord, ...] = ()
    attributes: Mapping[str, Answer] = field(default_factory=dict)
    note: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True)
class ProvenanceRecord:
    """How a gold span came to be; one without `span` says why there is none at its place.

    Of the annotators, `agreed_exactly` marked just this, `agreed_nearly` the same label on other
    words, `dissent` something else or nothing. `choice` is how it was decided (variant, majority,
    union, intersection, edited, no_span, added, left, rule), `decided_by` the curator or "" where
    the rule `merge_rule` did. `why` is a reason code, `codebook_rule` the card that is cited.
    """

    span: str  # id of the gold span
    start: int = 0
    end: int = 0
    kind: str = ""
    choice: str = ""
    agreed_exactly: tuple[str, ...] = ()
    agreed_nearly: tuple[str, ...] = ()
    dissent: tuple[str, ...] = ()
    decided_by: str = ""
    merge_rule: str = ""
    why: str = ""
    codebook_rule: str = ""
    note: str = ""
    decided_at: str = ""
    votes: tuple[VoteRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldRecord:
    """The decided spans of an article. `state` is open or closed."""

    spans: tuple[SpanRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    entities: tuple[EntityRecord, ...] = ()
    provenance: tuple[ProvenanceRecord, ...] = ()
    state: str = "closed"


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One contribution to a thread."""

    by: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    """A discussion about a stretch of an article; `rule` is the codebook card it is about."""

    messages: tuple[MessageRecord, ...]
    about: FragmentRecord | None = None
    rule: str = ""
    resolved_at: str = ""
