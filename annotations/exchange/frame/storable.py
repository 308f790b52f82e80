"""Words in records that no database keeps, as foreign files may have them in any name or note."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from annotations.text.cleaning import first_unstorable


def unstorable_in(record: Any) -> str:
    """What is wrong with the first such words in a record, where it stands; else ""."""
    kind = type(record)
    if kind is str:
        if sign := first_unstorable(record):
            return f" holds the character U+{ord(sign):04X}, which cannot be stored"
    elif is_dataclass(kind):
        for name in _names(kind):
            if said := unstorable_in(getattr(record, name)):
                return f", {name}{said}"
    elif kind in (tuple, list):
        for each in record:
            if said := unstorable_in(each):
                return said
    elif isinstance(record, Mapping):
        for key, value in record.items():
            if said := unstorable_in(key) or unstorable_in(value):
                return said
    return ""


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields that go into files; their places are our own words."""
    return tuple(each.name for each in fields(kind) if each.metadata.get("in_files", True))
