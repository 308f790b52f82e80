"""Records as JSON values and back: the fields of a record are the keys of its object.

Writing leaves out what has its default, unless `all_keys`. Reading is strict: each value must be
what its field says, and what is wrong is named by its path ("spans[3].fragments[0].start").
"""

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from annotations.text.cleaning import first_unstorable
from annotations.text.refusal import Refusal

LARGEST = 2**31 - 1  # what a column of the database can hold

R = TypeVar("R")
Dump = Callable[[Any], Any]
Load = Callable[[Any, str], Any]


class Wrong(Refusal):
    """A value is not what its field says."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"“{path}” {what}." if path else f"It {what}.")


def dump(record: Any, *, all_keys: bool = False) -> dict[str, Any]:
    """The JSON object of a record."""
    return cast(dict[str, Any], _dumper(cast(Any, type(record)), all_keys)(record))


def load(kind: type[R], value: Any, path: str = "") -> R:
    """The record in a JSON value. Raises Wrong. Keys that no field knows are passed over."""
    return cast(R, _loader(cast(Any, kind))(value, path))


def further_keys(kind: type, value: Mapping[str, Any]) -> Iterator[str]:
    """Keys of an object, and of those below, that the records have no field for:
    "assignments.spans.mood", as often as it stands there."""
    names, below = _shape(kind)
    for key in value.keys() - names if not value.keys() <= names else ():
        yield key
    for name, inner in below:
        held = value.get(name)
        for each in held if isinstance(held, list) else (held,):
            if isinstance(each, dict):
                for key in further_keys(inner, each):
                    yield f"{name}.{key}"


@cache
def _shape(kind: type) -> tuple[frozenset[str], tuple[tuple[str, type], ...]]:
    """The names of a record's fields, and which of them hold records of what kind."""
    hints = get_type_hints(kind)
    names = [field.name for field in _in_files(kind)]
    below = []
    for name in names:
        hint = get_args(hints[name])[0] if get_origin(hints[name]) is tuple else hints[name]
        hint = _inner(hint) or hint
        if is_dataclass(hint):
            below.append((name, cast(type, hint)))
    return frozenset(names), tuple(below)


@cache
def _in_files(kind: type) -> tuple[Field[Any], ...]:
    return tuple(field for field in fields(kind) if field.metadata.get("in_files", True))


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


# --- writing ------------------------------------------------------------------------------------


@cache
def _dumper(kind: type, all_keys: bool) -> Dump:
    hints = get_type_hints(kind)
    parts = [
        (field.name, _default(field), _value_dumper(hints[field.name], all_keys))
        for field in _in_files(kind)
    ]

    def write(record: Any) -> dict[str, Any]:
        found = {}
        for name, default, dump_value in parts:
            value = getattr(record, name)
            if all_keys or default is MISSING or value != default:
                found[name] = value if dump_value is None else dump_value(value)
        return found

    return write


def _value_dumper(hint: Any, all_keys: bool) -> Dump | None:
    """None where the value is JSON already."""
    if is_dataclass(hint):
        kind = cast(type, hint)
        return _dumper(kind, all_keys)
    inner = _inner(hint)
    if get_origin(hint) is tuple:
        each = _value_dumper(get_args(hint)[0], all_keys)
        return list if each is None else lambda value: [each(one) for one in value]
    if inner is not None:
        some = _value_dumper(inner, all_keys)
        if some is not None:
            return lambda value: None if value is None else some(value)
    if get_origin(hint) is Mapping or hint is Mapping:
        return dict
    return None


# --- reading ------------------------------------------------------------------------------------


@cache
def _loader(kind: type) -> Load:
    hints = get_type_hints(kind)
    parts = [
        (field.name, _default(field), _value_loader(hints[field.name])) for field in _in_files(kind)
    ]

    def read(value: Any, path: str) -> Any:
        if type(value) is not dict:
            raise Wrong(path, "must be an object")
        found = {}
        for name, default, load_value in parts:
            here = f"{path}.{name}" if path else name
            if name in value:
                found[name] = load_value(value[name], here)
            elif default is MISSING:
                raise Wrong(here, "is missing")
        return kind(**found)

    return read


def _value_loader(hint: Any) -> Load:
    if is_dataclass(hint):
        kind = cast(type, hint)
        return _loader(kind)
    origin = get_origin(hint)
    if origin is tuple:
        return _tuple_loader(_value_loader(get_args(hint)[0]))
    inner = _inner(hint)
    if inner is not None:
        some = _value_loader(inner)
        return lambda value, path: None if value is None else some(value, path)
    if origin is Mapping:
        return _mapping_loader(_value_loader(get_args(hint)[1]))
    return _PLAIN[hint]


def _inner(hint: Any) -> Any:
    """X of `X | None`; None for anything else."""
    if get_origin(hint) in (Union, types.UnionType):
        rest = [each for each in get_args(hint) if each is not type(None)]
        if len(rest) < len(get_args(hint)):
            return rest[0]
    return None


def _tuple_loader(each: Load) -> Load:
    def read(value: Any, path: str) -> Any:
        if type(value) is not list:
            raise Wrong(path, "must be a list")
        return tuple(each(one, f"{path}[{at}]") for at, one in enumerate(value))

    return read


def _mapping_loader(each: Load) -> Load:
    def read(value: Any, path: str) -> Any:
        if type(value) is not dict:
            raise Wrong(path, "must be an object")
        return {_words(key, path): each(one, f"{path}.{key}") for key, one in value.items()}

    return read


def _words(value: Any, path: str) -> str:
    if type(value) is not str:
        raise Wrong(path, "must be words in quotation marks")
    if bad := first_unstorable(value):
        raise Wrong(path, f"holds the character U+{ord(bad):04X}, which cannot be stored")
    return value


def _number(value: Any, path: str) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise Wrong(path, "must be a whole number, 0 or more")
    return value


def _yes_no(value: Any, path: str) -> bool:
    if type(value) is not bool:
        raise Wrong(path, "must be true or false")
    return value


def _answer(value: Any, path: str) -> str | bool:
    return value if type(value) is bool else _words(value, path)


def _anything(value: Any, path: str) -> Any:
    """Any JSON without characters that no database keeps."""
    if type(value) is str:
        _words(value, path)
    elif type(value) is list:
        for at, one in enumerate(value):
            _anything(one, f"{path}[{at}]")
    elif type(value) is dict:
        for key, one in value.items():
            _words(key, path)
            _anything(one, f"{path}.{key}")
    return value


_PLAIN: dict[Any, Load] = {
    str: _words,
    int: _number,
    bool: _yes_no,
    str | bool: _answer,
    Any: _anything,
}
