"""Which tables a whole study has: found by their keys, so that a new one is never forgotten.

A table that has a `study` is either left out by name, with the reason, or part of the study's
file: with an article when a chain of keys that are never empty leads to one, else with its head.
"""

import base64
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property, lru_cache
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db.models import (
    AutoField,
    BigAutoField,
    BinaryField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    PositiveBigIntegerField,
    TextField,
    UUIDField,
)
from django.db.models.fields import PositiveIntegerRelDbTypeMixin

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import Study

LEFT_OUT = {
    "invitation": "an invitation is a secret of the place where it was made",
    "articlesums": "computed again from the marks",
    "articlegamma": "computed again from the marks",
    "studytables": "computed again from the marks",
    "articlecases": "counted again from the marks",
    "studycases": "counted again from the marks",
    "recountdue": "counted again from the marks",
    "workcount": "counted again from the assignments",
    "export": "files made from the study are not part of it",
    "corpusimport": "what was brought in is there, the bringing is in the history",
    "corpusfile": "kept only until an import is stored",
}
USER_FIELDS = ("id", "username", "display_name")
# Made anew where a study comes in: people may have other ids there.
SEALS = {"auditentry": ("seen", "witness", "digest"), "assignment": ("digest",)}
BIN_FIELDS = ("deleted_at", "deleted_by")  # of study and article: what is in the bin stays there

AnyField = Field[Any, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A field as it stands in the file: its name there, and how its value is written and read."""

    name: str
    attname: str
    to_json: Callable[[Any], Any] | None
    from_json: Callable[[Any], Any]  # raises ValueError with what is wrong
    empty: Any  # what is left out of a row: None, or "" for words
    target: type[Model] | None  # of a key


@dataclass(frozen=True)
class Table:
    """`article` is the chain of keys to the article, "" for a table of the head."""

    name: str
    model: type[Model]
    columns: tuple[Column, ...]
    article: str
    order: tuple[str, ...]
    people: tuple[str, ...]  # attnames of keys to a person

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.names)


@cache
def study_tables() -> dict[str, Table]:
    """By name, a table after those that its keys lead to."""
    models = {
        model._meta.model_name: model
        for model in apps.get_app_config("annotations").get_models()
        if _has_study(model) and model._meta.model_name not in LEFT_OUT
    }
    graph = {
        name: sorted(
            key.related_model._meta.model_name
            for key in _keys(model)
            if key.related_model._meta.model_name in models and key.related_model is not model
        )
        for name, model in sorted(models.items())
    }
    order = list(TopologicalSorter(graph).static_order())
    return {"study": _table("study", Study), **{name: _table(name, models[name]) for name in order}}


def head_tables() -> list[Table]:
    return [table for table in study_tables().values() if not table.article]


def article_tables() -> list[Table]:
    return [table for table in study_tables().values() if table.article]


def _has_study(model: type[Model]) -> bool:
    return any(field.name == "study" for field in model._meta.concrete_fields)


def _keys(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def _table(name: str, model: type[Model]) -> Table:
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.name != "study"
        and not isinstance(field, AutoField | BigAutoField)
        and field.name not in SEALS.get(name, ())
        and not (model in (Study, Article) and field.name in BIN_FIELDS)
    ]
    return Table(
        name,
        model,
        tuple(_column(field) for field in fields),
        _path_to_article(model),
        ("pk",) if model is not Article else ("imported_at", "pk"),
        tuple(field.attname for field in fields if field.related_model is User),
    )


def _path_to_article(model: type[Model]) -> str:
    """The shortest chain of keys that are never empty: "span__assignment__article"."""
    if model is Article:
        return "pk"
    seen, open_ends = {model}, deque([(model, "")])
    while open_ends:
        here, path = open_ends.popleft()
        for key in _keys(here):
            if key.null or key.related_model in seen:
                continue
            longer = f"{path}__{key.name}" if path else key.name
            if key.related_model is Article:
                return longer
            seen.add(key.related_model)
            open_ends.append((key.related_model, longer))
    return ""


# --- values ---------------------------------------------------------------------------------------


def _column(field: AnyField) -> Column:
    kind = field
    while isinstance(kind, ForeignKey):
        kind = kind.target_field
    found = next((value for value in _VALUES if isinstance(kind, value[0])), None)
    to_json = found[1] if found else None
    empty = "" if isinstance(kind, CharField | TextField) and not field.null else None
    target = field.related_model if isinstance(field, ForeignKey) else None
    return Column(field.name, field.attname, to_json, _reader(field, kind), empty, target)


def _reader(field: AnyField, kind: AnyField) -> Callable[[Any], Any]:
    """From JSON to the field's value, no less strict than a form would be."""
    found = next((value for value in _VALUES if isinstance(kind, value[0])), None)
    if found:
        return lambda value: found[2](_words(value))
    if isinstance(kind, BooleanField):
        return _yes_no
    if isinstance(kind, IntegerField):
        least, most = (0 if isinstance(kind, PositiveIntegerRelDbTypeMixin) else -LARGEST), LARGEST
        if isinstance(kind, PositiveBigIntegerField):
            most = 2**63 - 1
        return lambda value: _number(value, least, most)
    if isinstance(kind, FloatField):
        return _float
    if isinstance(kind, JSONField):
        return _storable
    choices = {value for value, _ in field.flatchoices} if field.choices else None
    return lambda value: _listed(_words(value), field.max_length, choices)


LARGEST = 2**31 - 1


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be words")
    return _whole(value)


def _whole(words: str) -> str:
    """Raises ValueError for what no database keeps."""
    if "\0" in words:
        raise ValueError("has a NUL character, which cannot be stored")
    if not words.isascii():
        try:
            words.encode()
        except UnicodeEncodeError as error:
            raise ValueError("has half of a character, which cannot be stored") from error
    return words


def _storable(value: Any) -> Any:
    """The same value. Raises ValueError as `_whole` does, of any words in it."""
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, dict):
        for name, each in value.items():
            _whole(name)
            _storable(each)
    elif isinstance(value, list):
        for each in value:
            _storable(each)
    return value


def _listed(value: str, longest: int | None, choices: set[Any] | None) -> str:
    if longest is not None and len(value) > longest:
        raise ValueError(f"is longer than {longest} characters")
    if choices is not None and value not in choices:
        raise ValueError(f"cannot be “{value[:40]}”")
    return value


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _number(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"must be a whole number from {least} to {most}")
    return value


def _float(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError("must be a number")
    return float(value)


MOMENT_LENGTH = len("2026-11-22T15:37:19.123456Z")


def moment(at: datetime) -> str:
    """ "2026-11-22T15:37:19.123456Z": always the same length, so that words sort like times."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _read_moment(words: str) -> datetime:
    if len(words) != MOMENT_LENGTH or not words.endswith("Z"):
        raise ValueError("is no time like 2026-11-22T15:37:19.123456Z")
    return datetime.fromisoformat(words)


@lru_cache(maxsize=4_096)  # keys come again and again
def _read_uuid(words: str) -> uuid.UUID:
    return uuid.UUID(words)


def _base64(content: Any) -> str:
    return base64.b64encode(bytes(content)).decode()


_VALUES: tuple[tuple[type, Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    (UUIDField, str, _read_uuid),
    (DateTimeField, moment, _read_moment),
    (DateField, date.isoformat, date.fromisoformat),
    (BinaryField, _base64, lambda words: base64.b64decode(words, validate=True)),
)
