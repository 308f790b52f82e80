"""What curators decided, on whose votes, and what was said about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .marks import Answer, EntityRecord, FragmentRecord, LinkRecord, SpanRecord


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """What one annotator had at the place of a case when it was decided.

    `label` is a slug, "extent", or "" for nothing here. Answers hold names, not entity ids. `at` is
    when they last changed it, `codebook` the version that they marked it under.
    """

    annotator: str
    label: str = ""
    fragments: tuple[FragmentRecord, ...] = ()
    attributes: Mapping[str, Answer] = field(default_factory=dict)
    note: str = ""
    flag: str = ""
    at: str = ""
    codebook: int | None = None


@dataclass(frozen=True, slots=True)
class LinkVoteRecord:
    """Whether one annotator had drawn a link when it was decided, and by which cue words."""

    annotator: str
    linked: bool = False
    cue: FragmentRecord | None = None
    at: str = ""
    codebook: int | None = None


@dataclass(frozen=True, slots=True)
class RulingRecord:
    """One step in the life of a decision, by whom or by which rule, and what it left: a label's
    slug or "extent" with its fragments, a link (`linked`, `cue`), or nothing. `act` is decide,
    merge, add, reopen or back (undone or made again). The first step made it, later ones changed
    it."""

    at: str
    by: str
    act: str
    state: str = ""
    choice: str = ""
    merge_rule: str = ""
    label: str = ""
    fragments: tuple[FragmentRecord, ...] = ()
    linked: bool = False
    cue: FragmentRecord | None = None


@dataclass(frozen=True, slots=True)
class ProvenanceRecord:
    """How a gold span came to be; one without `span` says why there is none at its place.

    Of the annotators, `agreed_exactly` marked just this, `agreed_nearly` the same label on other
    words or with other answers, `dissent` something else or nothing; a case left undecided names
    nobody. `choice` is how it was decided (variant, majority, union, intersection, edited, no_span,
    added, left, rule), `decided_by` the curator or "" where the rule `merge_rule` did ("unanimous",
    "at_least 3": so many agreed exactly). `why` is a reason code, `codebook_rule` the card that is
    cited.
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
    rulings: tuple[RulingRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkProvenanceRecord:
    """How a gold link came to be, as ProvenanceRecord has it for spans.

    Not `linked`: there is none (any more). `source` and `target` are gold spans, "" where that end
    is none. `agreed_nearly` drew the link by other cue words.
    """

    source: str
    target: str
    linked: bool = False
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
    votes: tuple[LinkVoteRecord, ...] = ()
    rulings: tuple[RulingRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldRecord:
    """The decided spans of an article. `state` is open or closed."""

    spans: tuple[SpanRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    entities: tuple[EntityRecord, ...] = ()
    provenance: tuple[ProvenanceRecord, ...] = ()
    link_provenance: tuple[LinkProvenanceRecord, ...] = ()
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
