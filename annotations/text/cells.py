"""Cells of a spreadsheet: nothing in them is taken for a formula, and all of it comes back."""

import re

FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are wide = + - @
_SHIELDED = re.compile(r"'['=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def shielded(words: str) -> str:
    """An apostrophe before what a spreadsheet would run, and before what begins with one."""
    return f"'{words}" if words.startswith((*FORMULA, "'")) else words


def bared(words: str) -> str:
    """The words without the apostrophe that `shielded` put there."""
    return words[1:] if _SHIELDED.match(words) else words
