"""Stretches of an article cut to a length, at words and not within them. Pure."""

import re

SPACES = re.compile(r"\s+")


def shortened(words: str, most: int) -> str:
    """At most so many code points and an ellipsis."""
    words = SPACES.sub(" ", words).strip()
    return words if len(words) <= most else f"{head(words, most)}…"


def head(text: str, most: int) -> str:
    """The beginning of a text, up to the last whole word within `most` code points."""
    if len(text) <= most:
        return text
    cut = text[:most]
    if not text[most].isspace() and (place := _last_space(cut)) > most // 2:
        cut = cut[:place]
    return cut.rstrip()


def tail(text: str, most: int) -> str:
    """The end of a text, from the first whole word within `most` code points."""
    return head(text[::-1], most)[::-1]


def _last_space(text: str) -> int:
    return max((at for at, character in enumerate(text) if character.isspace()), default=-1)
