"""Where in a JSON text something is that its reader refuses without a place."""

import json
import re
from itertools import islice
from typing import Any

DEEPEST = 200  # levels; Python gives up at about a thousand
LONGEST = 4300  # digits of a number that Python reads
LOOKED_AT = 500_000  # tokens: half a second
HALF = re.compile("[\ud800-\udfff]")
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,]|[^][{}:,"\s]+', re.S)


def find_wrong(text: str) -> tuple[int, str] | None:
    """(offset, what is wrong there) of the first place in a text, JSON by its grammar so far, that
    `strict_json` or Python's own limits refuse: neither tells a place. None where it lies far off.
    """
    within: list[set[str] | None] = []  # the keys so far of each object, None for a list
    before = ""
    for token in islice(TOKEN.finditer(text), LOOKED_AT):
        word = token[0]
        if word in "{[":
            within.append(set() if word == "{" else None)
            if len(within) > DEEPEST:
                return token.start(), f"it is nested more than {DEEPEST} levels deep."
        elif word in "}]" and within:
            within.pop()
        elif before in ("{", ",") and within and (keys := within[-1]) is not None:
            key = json.loads(word) if word[0] == '"' else word
            if key in keys:
                return token.start(), f"the key {json.dumps(key)} stands twice in one object."
            keys.add(key)
        elif word in ("NaN", "Infinity", "-Infinity"):
            return token.start(), f"{word} is no number in JSON."
        elif len(word.lstrip("-")) > LONGEST and word.lstrip("-").isdigit():
            return token.start(), "this number has thousands of digits."
        before = word
    return None


def find_half(value: Any) -> tuple[tuple[str, ...], str] | None:
    """The way to the first text with half of a character in it, and that text; of a name, too."""
    ahead: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while ahead:
        names, here = ahead.pop()
        if isinstance(here, str) and HALF.search(here):
            return names, here
        if isinstance(here, dict):
            inner = [(names, name) for name in here]
            inner += [((*names, name), each) for name, each in here.items()]
        else:
            many = here if isinstance(here, list) else ()
            inner = [((*names, str(n)), each) for n, each in enumerate(many)]
        ahead += reversed(inner)
    return None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Both count from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
