"""Articles and the codebook."""

from typing import Annotated, Literal

from pydantic import Field

from .base import Day, Id, Moment, Offset, Shape, Words
from .pages import Paged

Language = Annotated[str, Words(20, 1)]


class ArticleLine(Shape):
    """Outlet, byline, address, day and event are null for whom the study hides them from."""

    id: Id
    title: str
    sha256: str
    n_code_points: int
    n_words: int
    language: str
    direction: Literal["ltr", "rtl"]
    outlet: str | None
    byline: str | None
    url: str | None
    published_on: Day | None
    event: str | None
    imported_at: Moment


class RegionShape(Shape):
    """A stretch that is not article text and cannot be marked."""

    start: Offset
    end: Offset
    kind: str


class ArticleShape(ArticleLine):
    """`sentences` are [start, end) pairs."""

    text: str
    sentences: list[tuple[int, int]]
    regions: list[RegionShape]


class ArticlesAsked(Paged):
    """`sha256`: of the UTF-8 bytes of the stored text."""

    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""


class ArticleIn(Shape):
    """A new article. Line ends become LF; nothing else of the text is changed, ever."""

    title: Annotated[str, Words(500, 1)]
    text: Annotated[str, Words(None, 1)]
    outlet: Annotated[str, Words(200)] = ""
    byline: Annotated[str, Words(300)] = ""
    url: Annotated[str, Words(2000)] = ""
    published_on: Day | None = None
    language: Language = "en"
    event: Annotated[str, Words(200)] = ""


class ArticleChange(Shape):
    """New particulars; what is left out stays. There is no changing the text."""

    title: Annotated[str, Words(500, 1)] | None = None
    outlet: Annotated[str, Words(200)] | None = None
    byline: Annotated[str, Words(300)] | None = None
    url: Annotated[str, Words(2000)] | None = None
    published_on: Day | None = None
    language: Language | None = None
    event: Annotated[str, Words(200)] | None = None


class ChoiceShape(Shape):
    value: str
    title: str


class AttributeShape(Shape):
    id: Id
    name: str
    title: str
    kind: Literal["choice", "yes_no", "text", "entity"]
    required: bool
    archived: bool
    choices: list[ChoiceShape]
    former_choices: list[ChoiceShape]


class RuleShape(Shape):
    id: Id
    name: str
    title: str
    text: str
    examples_yes: list[str]
    examples_no: list[str]
    hard_cases: list[str]


class LabelShape(Shape):
    id: Id
    slug: str
    name: str
    definition: str
    key: str
    tag: str
    slot: int
    extent: Literal["word", "phrase", "sentence"]
    fragments: bool
    archived: bool
    attributes: list[AttributeShape]
    rules: list[RuleShape]


class VersionLine(Shape):
    number: int
    reason: str
    created_at: Moment
    created_by: str


class CodebookShape(Shape):
    """`version` is the number that new marks are made under."""

    version: int
    labels: list[LabelShape]
    rules: list[RuleShape]
