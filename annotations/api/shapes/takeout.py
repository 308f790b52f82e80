"""Reports and exports: made as long work, watched, then read."""

from typing import Annotated, Any, Literal

from pydantic import Field

from .base import WHOLE, Day, Id, Moment, Shape, Words
from .marks import PersonShape, State

Slug = Annotated[str, Words(40, 1)]
Ids = Annotated[list[Id], Field(max_length=1000)]


class SelectionIn(Shape):
    """What a report is of; what is left out or empty narrows nothing. Labels by slug."""

    rounds: Ids = []
    articles: Ids = []
    outlets: Ids = []
    annotators: Ids = []
    labels: Annotated[list[Slug], Field(max_length=100)] = []
    codebook_versions: Annotated[
        list[Annotated[int, Field(ge=1, le=2**31 - 1), WHOLE]], Field(max_length=100)
    ] = []
    published_from: Day | None = None
    published_to: Day | None = None
    level: Literal["character", "word", "sentence"] = "character"


class ReportIn(Shape):
    """The same seed draws the same samples again."""

    name: Annotated[str, Words(200, 1)]
    seed: Annotated[int, Field(ge=1, le=2_000_000_000), WHOLE] = 1
    selection: SelectionIn = SelectionIn()


class ReportLine(Shape):
    """`n_done` of `n_all` articles have their gamma; `message` says why it failed."""

    id: Id
    name: str
    state: Literal["computing", "done", "failed"]
    created_at: Moment
    created_by: PersonShape
    finished_at: Moment | None
    seed: int
    engine_version: str
    n_done: int
    n_all: int
    message: str


class ReportShape(ReportLine):
    """`tables` holds every figure by its measure's name; while computing, those known so far."""

    parameters: dict[str, Any]
    inputs: dict[str, Any]
    tables: dict[str, Any]


class OptionShape(Shape):
    """What an export in this format may choose under `options`."""

    name: str
    title: str
    values: list[str]
    default: str


class FormatShape(Shape):
    """`is_whole`: rows of the whole study, for managers only."""

    name: str
    title: str
    about: str
    can_read: bool
    can_write: bool
    is_whole: bool
    losses: list[str]
    options: list[OptionShape]


class ExportIn(Shape):
    """What to take out. Annotators by user name, labels by slug, rounds by name; an empty list
    means all that you may. People and states that you may not choose are refused; what else you
    may not have is left out. `unmarked`: articles without any of the chosen work, too, with
    their gold. `options` are the format's own, as /formats lists them. `reason`: a manager says
    why work goes out that others have not submitted; it stands in the study's history."""

    format: Slug
    options: Annotated[dict[str, Slug], Field(max_length=20)] = {}
    annotators: Annotated[list[Annotated[str, Words(150, 1)]], Field(max_length=1000)] = []
    labels: Annotated[list[Slug], Field(max_length=100)] = []
    rounds: Annotated[list[Annotated[str, Words(120, 1)]], Field(max_length=100)] = []
    states: Annotated[list[State], Field(max_length=5)] = ["submitted"]
    gold: bool = True
    threads: bool = True
    soft_labels: bool = False
    suggestions: bool = False
    unmarked: bool = True
    texts: bool = True
    pseudonyms: bool = False
    reason: Annotated[str, Words(2000)] = ""


class ExportShape(Shape):
    """`created_by` made it. `is_own`: it holds its maker's own marks only, which is all that an
    annotator may take out; a curator's or manager's exports are not. `file` is the address of the
    zip file, null until it is ready."""

    id: Id
    format: str
    state: Literal["running", "done", "failed"]
    created_at: Moment
    created_by: PersonShape
    finished_at: Moment | None
    is_own: bool
    n_done: int
    n_all: int
    n_bytes: int
    sha256: str
    counts: dict[str, Any]
    message: str
    file: str | None
