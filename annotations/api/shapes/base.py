"""What all shapes have in common."""

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from annotations.marking.protocol import UNSTORABLE
from annotations.text.cleaning import what_is_wrong

STORABLE = "^[^\\u0000-\\u0008\\u000e-\\u001f]*$"  # what UNSTORABLE finds is not in it


class Shape(BaseModel):
    """No member that is not named here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def storable(words: str) -> str:
    if UNSTORABLE.search(words):
        raise ValueError(what_is_wrong(words))
    return words


@dataclass(frozen=True)
class Words(GroupedMetadata):
    """Text that a database keeps, `least` to `most` code points: Annotated[str, Words(200)]. For
    long texts there is no `most`: the size of the request bounds them."""

    most: int | None
    least: int = 0

    def __iter__(self) -> Iterator[object]:
        extra: JsonDict = {"pattern": STORABLE}
        yield Field(min_length=self.least, max_length=self.most, json_schema_extra=extra)
        yield AfterValidator(storable)


Id = uuid.UUID
Moment = datetime.datetime
Day = datetime.date


def whole(value: object) -> object:
    """JSON knows one kind of number: 7.0 is a whole number there."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(whole)
Offset = Annotated[int, Field(ge=0, le=2**31 - 1), WHOLE]
