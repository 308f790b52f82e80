"""Reading JSON that people wrote: clear sentences instead of tracebacks."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotations.agreement.continuum import BadUnits, Continuum
from annotations.text.refusal import Refusal


class BadFile(Refusal):
    """This file cannot be read."""


def load(path: str) -> Any:
    """The JSON in a file ("-" is standard input). Raises BadFile."""
    import sys

    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadFile(f"There is no file {path}.") from None
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path} is not a text file in UTF-8.") from None
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except BadFile as error:
        raise BadFile(f"{path} is not JSON that can be read: {error}.") from None
    except json.JSONDecodeError as error:
        raise BadFile(
            f"{path} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except (RecursionError, ValueError):
        said = "it nests too deep or counts too far"
        raise BadFile(f"{path} is not JSON that can be read: {said}.") from None


def articles_of(data: Any) -> list[Continuum]:
    """One article, or a list of them, as `{"length": L, "annotators": {name: [unit, ...]}}`.

    Raises BadFile or BadUnits naming the article, the annotator and the unit.
    """
    if isinstance(data, Mapping):
        return [_article(data, "The article")]
    if not isinstance(data, list):
        raise BadFile('This file holds neither an article {"length", "annotators"} nor a list.')
    if not data:
        raise BadFile("This file holds no article.")
    return [_article(one, f"Article {number}") for number, one in enumerate(data, 1)]


def _article(one: Any, where: str) -> Continuum:
    if not isinstance(one, Mapping):
        raise BadFile(f"{where} is not an object with a length and annotators.")
    for field in ("length", "annotators"):
        if field not in one:
            raise BadFile(f"{where} has no {field}.")
    annotators = one["annotators"]
    if not isinstance(annotators, Mapping):
        raise BadFile(f"{where}: annotators is not an object of name and units.")
    for name, units in annotators.items():
        if not isinstance(units, Sequence) or isinstance(units, str):
            raise BadFile(f"{where}: {name} has no list of units.")
    try:
        return Continuum.of(one["length"], annotators)
    except BadUnits as error:
        raise BadUnits(f"{where}: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadFile(f"{twice!r} stands twice in one object, and only one of them can count")
    return found


def _no_constant(name: str) -> Any:
    raise BadFile(f"{name} is not a number")
