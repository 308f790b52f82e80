"""Pages of lists, and problems."""

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from .base import Shape

Item = TypeVar("Item")
LIMIT, MOST = 50, 200


class Paged(Shape):
    """Which part of a list: at most `limit` entries, those after `cursor`."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = LIMIT
    cursor: Annotated[str, Field(max_length=4000, pattern="^[A-Za-z0-9_-]*$")] = ""


class Page(Shape, Generic[Item]):
    """`next` is the address of the next page, null on the last."""

    items: list[Item]
    next: str | None


class FaultShape(Shape):
    """`field`: a JSON pointer into the body, or the name of a parameter or header."""

    in_: Annotated[str, Field(alias="in", serialization_alias="in")]
    field: str
    message: str
    line: int | None = None
    column: int | None = None


class ProblemShape(Shape):
    """RFC 9457. `type` tells programs what went wrong, `detail` people."""

    model_config = {"extra": "allow"}

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultShape]
