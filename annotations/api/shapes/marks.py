"""Assignments and marks. Offsets are code points, the end exclusive, and travel with the words."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from .base import WHOLE, Id, Moment, Offset, Shape, Words
from .pages import Paged

State = Literal["waiting", "in_progress", "submitted", "returned", "withdrawn"]
FlagName = Literal["", "boundary", "label", "source", "codebook_gap"]
Ver = Annotated[int, Field(ge=0, le=2**31 - 1), WHOLE]


class PersonShape(Shape):
    id: Id
    name: str


class ArticleName(Shape):
    id: Id
    title: str


class AssignmentShape(Shape):
    """`rev` counts the accepted changes of the marks; it and `started_at` are null for curators
    while the work is open. `annotator` is null for those who curate blindly."""

    id: Id
    article: ArticleName
    annotator: PersonShape | None
    round: Id
    state: State
    rev: int | None
    created_at: Moment
    started_at: Moment | None
    submitted_at: Moment | None
    returned_at: Moment | None
    return_reason: str


class AssignmentsAsked(Paged):
    """Annotators get their own, managers and curators everybody's."""

    state: State | None = None
    article: Id | None = None
    annotator: Id | None = None


class AssignmentIn(Shape):
    article: Id
    annotator: Id
    round: Id


class FragmentShape(Shape):
    start: Offset
    end: Offset
    quote: Annotated[str, Words(None, 1)]


class SpanShape(Shape):
    """`label` is null for an extent; `attributes` hold an entity by its id. A span whose state is
    suggested is no mark until its annotator accepts it."""

    id: Id
    kind: Literal["label", "extent"]
    label: Id | None
    fragments: list[FragmentShape]
    attributes: dict[str, str]
    note: str
    flag: FlagName
    state: Literal["marked", "suggested"]
    origin: Literal["hand", "same_words", "import", "model"]
    ver: int
    codebook: int


class LinkShape(Shape):
    id: Id
    source: Id
    target: Id
    cue: FragmentShape | None
    ver: int


class EntityShape(Shape):
    id: Id
    name: str
    ver: int


class MarksShape(Shape):
    """One annotator's marks on one article as they stand."""

    assignment: Id
    article: Id
    sha256: str
    state: State
    rev: int
    spans: list[SpanShape]
    links: list[LinkShape]
    entities: list[EntityShape]


# --- operations -----------------------------------------------------------------------------------

Parts = Annotated[list[FragmentShape], Field(min_length=1, max_length=50)]
Answers = dict[str, Annotated[str, Words(500)]]  # names are held against the codebook


class SpanIn(Shape):
    """The whole new state of a span; `id` is yours to choose."""

    id: Id
    kind: Literal["label", "extent"] = "label"
    label: Id | None = None
    fragments: Parts
    attributes: Answers = {}
    note: Annotated[str, Words(5000)] = ""
    flag: FlagName = ""
    state: Literal["marked", "suggested"] = "marked"


class LinkIn(Shape):
    """From a source phrase to what it answers for."""

    id: Id
    source: Id
    target: Id
    cue: FragmentShape | None = None


class EntityIn(Shape):
    id: Id
    name: Annotated[str, Words(200, 1)]


class Named(Shape):
    id: Id


class Op(Shape):
    """`op_id` is chosen anew for each change. Sent again, the same operation is answered like the
    first time and changes nothing again; another one under the same id is refused (`invalid`)."""

    op_id: Id


class AddSpan(Op):
    kind: Literal["add"]
    on: Literal["span"]
    span: SpanIn


class SetSpan(Op):
    kind: Literal["set"]
    on: Literal["span"]
    ver: Ver
    span: SpanIn


class AddLink(Op):
    kind: Literal["add"]
    on: Literal["link"]
    link: LinkIn


class SetLink(Op):
    kind: Literal["set"]
    on: Literal["link"]
    ver: Ver
    link: LinkIn


class AddEntity(Op):
    kind: Literal["add"]
    on: Literal["entity"]
    entity: EntityIn


class SetEntity(Op):
    kind: Literal["set"]
    on: Literal["entity"]
    ver: Ver
    entity: EntityIn


class MoveSpan(Op):
    """Remove a span, with its links, or bring it back."""

    kind: Literal["del", "restore"]
    on: Literal["span"]
    ver: Ver
    span: Named


class MoveLink(Op):
    kind: Literal["del", "restore"]
    on: Literal["link"]
    ver: Ver
    link: Named


class MoveEntity(Op):
    kind: Literal["del", "restore"]
    on: Literal["entity"]
    ver: Ver
    entity: Named


def which(value: Any) -> str:
    """The tag of an operation: what it does, on what."""
    if isinstance(value, dict):
        kind, on = value.get("kind"), value.get("on")
    else:
        kind, on = getattr(value, "kind", None), getattr(value, "on", None)
    does = kind if isinstance(kind, str) and kind in ("add", "set") else "move"
    return f"{does} {on if isinstance(on, str) and on in ('span', 'link', 'entity') else 'span'}"


AnyOp = Annotated[
    Annotated[AddSpan, Tag("add span")]
    | Annotated[SetSpan, Tag("set span")]
    | Annotated[MoveSpan, Tag("move span")]
    | Annotated[AddLink, Tag("add link")]
    | Annotated[SetLink, Tag("set link")]
    | Annotated[MoveLink, Tag("move link")]
    | Annotated[AddEntity, Tag("add entity")]
    | Annotated[SetEntity, Tag("set entity")]
    | Annotated[MoveEntity, Tag("move entity")],
    Discriminator(which),
]


class OperationsIn(Shape):
    """Changes of one's own marks, in their order. `base_rev`: the last revision that you know."""

    base_rev: Ver = 0
    ops: Annotated[list[AnyOp], Field(min_length=1, max_length=50)]


class HintShape(Shape):
    rule: str
    message: str


class ResultShape(Shape):
    """`current` is the mark as it stands, where yours was not taken."""

    op_id: Id
    status: Literal["applied", "same", "gone", "conflict", "invalid", "held"]
    id: Id
    ver: int | None
    message: str = ""
    current: dict[str, Any] | None = None
    hints: list[HintShape] = []


class ResultsShape(Shape):
    """`changes`: what else has changed since `base_rev`."""

    rev: int
    state: State
    results: list[ResultShape]
    changes: dict[str, Any] | None = None


class SubmissionIn(Shape):
    """`confirmed`: submit although required questions are open."""

    confirmed: bool = False


class SubmissionShape(Shape):
    assignment: Id
    number: int
    rev: int
    submitted_at: Moment
    sha256: str


# --- suggestions ----------------------------------------------------------------------------------


class ModelShape(Shape):
    name: Annotated[str, Words(100, 1)]
    version: Annotated[str, Words(60, 1)]


class SuggestedSpan(Shape):
    """`label` is a slug; an attribute of kind entity is given by name, yes/no as a boolean."""

    label: Annotated[str, Words(40, 1)]
    fragments: Parts
    attributes: dict[str, Annotated[str, Words(500, 1)] | bool] = {}
    note: Annotated[str, Words(5000)] = ""


class SuggestionsIn(Shape):
    """What a model found in an article: for all open assignments of it, or for those named."""

    model: ModelShape
    assignments: Annotated[list[Id], Field(max_length=100)] | None = None
    spans: Annotated[list[SuggestedSpan], Field(min_length=1, max_length=1000)]


class SuggestionsShape(Shape):
    """`batch` names them in the study's history."""

    batch: Id
    n_spans: int
    assignments: list[Id]
