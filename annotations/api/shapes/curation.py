"""Cases and gold. While curation is blind, annotators go by their aliases."""

from typing import Annotated, Literal

from pydantic import Field

from .base import WHOLE, Id, Moment, Offset, Shape, Words
from .marks import Answers, FragmentShape, Parts
from .pages import Paged

AdjudicationStateName = Literal["open", "closed"]


class ArticleCasesShape(Shape):
    """How far an article is. `contest`: the higher, the more its annotators part."""

    id: Id
    title: str
    state: AdjudicationStateName
    n_cases: int
    n_decided: int
    n_changed: int
    n_annotators: int
    contest: float


class CasesAsked(Paged):
    """`state`: of the articles. The most contested come first."""

    state: Literal["open", "decided", "closed", "changed"] | None = None
    round: Id | None = None


class CaseSpan(Shape):
    """`id` is the gold span's, where it is one."""

    kind: Literal["label", "extent"]
    label: Id | None
    fragments: list[FragmentShape]
    attributes: dict[str, str]
    id: Id | None = None


class VariantShape(Shape):
    """What some of the annotators have; a null span: nothing here."""

    span: CaseSpan | None
    cue: list[int] | None
    who: list[str]


class CaseFlag(Shape):
    who: str
    flag: str
    note: str


class CaseShape(Shape):
    """`ver` counts decisions; `votes` names the votes that a decision rests on. `moot`: nothing is
    to be decided; `waits`: its ends are not decided yet; `changed`: votes changed since."""

    id: Id
    on: Literal["span", "link"]
    kind: str
    start: Offset
    end: Offset
    votes: str
    contest: float
    flags: list[CaseFlag]
    missing: list[str]
    variants: list[VariantShape]
    state: Literal["open", "decided", "undecided"]
    choice: str
    variant: int | None
    ver: int
    gold: CaseSpan | None
    linked: bool
    cue: list[int] | None
    source: Id | None
    target: Id | None
    reason: str
    rule: str
    note: str
    by: str
    at: Moment | None
    changed: bool
    moot: bool
    waits: bool


class DecidedSpan(Shape):
    kind: Literal["label", "extent"] = "label"
    label: Id | None = None
    fragments: Parts
    attributes: Answers = {}


class DecisionIn(Shape):
    """`variant` counts from 1 and goes with the choice “variant”; `span` with “edited”. `votes` is
    the case's, as you looked at it."""

    choice: Literal[
        "variant", "majority", "union", "intersection", "edited", "no_span", "left", "keep"
    ]
    variant: Annotated[int, Field(ge=1, le=1000), WHOLE] | None = None
    span: DecidedSpan | None = None
    votes: Annotated[str, Words(64)]
    reason: Literal["", "boundary", "label", "source", "codebook_gap", "slip"] = ""
    rule: Annotated[str, Words(12)] = ""
    note: Annotated[str, Words(5000)] = ""


class VoteShape(Shape):
    """`annotator`: their id, or alias. A null label: they have nothing here, or an extent. `at`
    and `codebook`: when they proposed it, under which version; null with nothing, or not known."""

    annotator: str
    label: str | None
    fragments: list[tuple[int, int]]
    attributes: dict[str, str]
    nothing: bool
    at: Moment | None
    codebook: int | None


class GoldSpanShape(Shape):
    id: Id
    kind: Literal["label", "extent"]
    label: str | None
    fragments: list[FragmentShape]
    attributes: dict[str, str]


class GoldLinkShape(Shape):
    id: Id
    source: Id
    target: Id
    cue: FragmentShape | None


class GoldCaseShape(Shape):
    """One decision with what it rests on. `gold` and `link` are null where nothing stands."""

    id: Id
    kind: str
    state: str
    choice: str
    curator: Id | None
    merged_by_rule: str
    reason: str
    rule: str
    note: str
    decided_at: Moment | None
    votes: list[VoteShape]
    gold: GoldSpanShape | None
    link: GoldLinkShape | None


class GoldShape(Shape):
    """An article's gold as it stands; `n_versions` counts how often it was closed."""

    article: Id
    state: AdjudicationStateName
    rev: int
    n_versions: int
    cases: list[GoldCaseShape]


class GoldAsked(Paged):
    limit: Annotated[int, Field(ge=1, le=50)] = 20
