"""JSON as files should be: no key twice, no NaN, nothing that crashes the reader."""

import json
from typing import Any

from annotations.text.cleaning import UnreadableText, decode
from annotations.text.refusal import told_of_value

from .records import MarksRefused


def load_object(content: bytes) -> dict[str, Any]:
    """The JSON object in a file. Raises MarksRefused with the line where one is known."""
    try:
        data = json.loads(
            decode(content), object_pairs_hook=no_key_twice, parse_constant=no_such_number
        )
    except UnreadableText as error:
        raise MarksRefused([str(error)]) from error
    except RecursionError as error:
        raise MarksRefused(["The file is nested too deeply to be a file of marks."]) from error
    except json.JSONDecodeError as error:
        place = f"Line {error.lineno}, character {error.colno}"
        raise MarksRefused([f"{place}: this is not JSON ({error.msg})."]) from error
    except ValueError as error:  # a number of thousands of digits, or ours below
        raise MarksRefused(
            [f"The file is not JSON that can be read: {told_of_value(error)}"]
        ) from error
    if not isinstance(data, dict):
        raise MarksRefused(["The file holds no JSON object."])
    return data


def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {json.dumps(twice)} stands twice in one object.")
    return found


def no_such_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON.")
