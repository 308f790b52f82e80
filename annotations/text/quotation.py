"""Quotations: what stands between quotation marks."""

import regex

from annotations.text.offsets import Stretch
from annotations.text.paragraphs import paragraphs

# Opening mark -> the marks that may close it. English, German, Swedish, French, Russian, CJK.
_CLOSERS = {
    "“": "”",
    "„": "“”",
    "”": "”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    "‘": "’",
    "‚": "‘’",
    '"': '"',
}
_ONLY_OPENING = "“„「『‚"
_MARK = regex.compile(r"[“”„«»‹›「」『』‘’‚\"\n\u2029]")
_BREAKS = "\n\u2029"
_NEWLINE = regex.compile(r"\n")


def quotations(text: str) -> list[Stretch]:
    """Stretches between quotation marks, marks included, in code points, sorted by start.

    Nested quotations come too, the outer first. None crosses a paragraph: one that is opened and
    not closed runs to the end of its paragraph when the next paragraph opens with the same mark
    (the custom for long quotations), else it is no quotation. An apostrophe closes nothing:
    single marks count only at the outside of a word. Time is linear in the text.
    """
    found: list[Stretch] = []
    open_marks: list[int] = []
    wraps = _wraps(text)
    for mark in _MARK.finditer(text):
        at, sign = mark.start(), mark.group()
        if at in wraps:
            continue
        if sign in _BREAKS:
            if open_marks and _goes_on(text, at, text[open_marks[0]]):
                found.append((open_marks[0], at))
            open_marks = []
        elif (opener := _closed_by(text, open_marks, at)) is not None:
            found.append((open_marks[opener], at + 1))
            del open_marks[opener:]
        elif _opens(text, at):
            open_marks.append(at)
    return sorted(found, key=lambda stretch: (stretch[0], -stretch[1]))


def _wraps(text: str) -> set[int]:
    """The newlines inside paragraphs, which part nothing."""
    return {
        newline.start()
        for start, end in paragraphs(text)
        for newline in _NEWLINE.finditer(text, start, end)
    }


def _closed_by(text: str, open_marks: list[int], at: int) -> int | None:
    """Index of the innermost open mark that the mark at `at` closes."""
    sign = text[at]
    if sign == "’" and _in_word(text, at):
        return None
    for index in range(len(open_marks) - 1, max(-1, len(open_marks) - 8), -1):
        opener = text[open_marks[index]]
        if sign in _CLOSERS[opener]:
            return index
    return None


def _opens(text: str, at: int) -> bool:
    sign, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if sign not in _CLOSERS or not after or (after.isspace() and sign not in "«‹"):
        return False
    if sign in _ONLY_OPENING:
        return True
    return not before or not (before.isalnum() or before in ".,!?…;:%)]")


def _in_word(text: str, at: int) -> bool:
    return text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()


def _goes_on(text: str, at: int, opener: str) -> bool:
    following = text[at : at + 200].lstrip()
    return following[:1] == opener
