"""Cells of a spreadsheet: nothing in them is taken for a formula, and all of it comes back."""

import re

# White space and signs without a width, which some programs pass over before a formula.
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
# The last four are wide = + - @.
_RISKY = rf"(?:['\t\r\n]|[{_UNSEEN}]*[=+\-@\uff1d\uff0b\uff0d\uff20])"
_OPEN, _SHIELDED = re.compile(_RISKY), re.compile(f"'{_RISKY}")


def shielded(words: str) -> str:
    """An apostrophe before what a spreadsheet would run, and before what begins with one."""
    return f"'{words}" if _OPEN.match(words) else words


def bared(words: str) -> str:
    """The words without the apostrophe that `shielded` put there."""
    return words[1:] if _SHIELDED.match(words) else words
