"""JSON as files should be: no key twice, no NaN, nothing that crashes the reader."""

import json
from typing import Any

from ..strict_json import no_key_twice, no_such_number
from .refused import FileRefused


def parse_json(words: str, *, file: str, line: int | None = None) -> Any:
    """The JSON value in a file, or in one line of it. Raises FileRefused with the place."""
    place = f"line {line}" if line is not None else ""
    try:
        return json.loads(words, object_pairs_hook=no_key_twice, parse_constant=no_such_number)
    except RecursionError:
        raise FileRefused(file, "This is nested too deeply to be read.", place=place) from None
    except json.JSONDecodeError as error:
        at = f"line {line or error.lineno}, character {error.colno}"
        raise FileRefused(file, f"This is not JSON ({error.msg}).", place=at) from None
    except ValueError as error:  # a number of thousands of digits, or ours
        raise FileRefused(
            file, f"This is not JSON that can be read: {error}", place=place
        ) from None
