"""Sentences with exact offsets, in bounded time, never across a paragraph; across the lines of
a hard-wrapped one.

Segmentation is sentencex's. Around it stand a plain stand-in for characters that stop it (it
panics on a no-break space after an initial), windows (it is quadratic in open quotation marks),
and joins where it parts what an editor would not ("Dr. No", "5 p.m. Monday").
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import pairwise

import regex
import sentencex

from annotations.text.offsets import Stretch
from annotations.text.paragraphs import paragraphs
from annotations.text.tokens import trim

SEGMENTER = f"sentencex {version('sentencex')}, joins 2"  # kept beside what it cut
WINDOW = 4000  # code points that sentencex sees at once

_INVISIBLE = regex.compile(r"[\p{Cf}\p{Cn}\p{Co}\p{M}]")
_SPACE = regex.compile(r"[[\s\p{Z}\p{Cc}]--[ ]]", regex.VERSION1)
_TERMINAL = regex.compile(r"[.\p{Sentence_Terminal}…]")
_WORD_SIGN = regex.compile(r"\w")
_TITLE = regex.compile(
    r"(?:^|[^\w])(?:Mr|Mrs|Ms|Mx|Dr|Prof|Rev|Hon|Gov|Sen|Rep|Pres|Amb|Atty|Gen|Lt|Col|Maj|Capt|Cmdr"
    r"|Adm|Sgt)\.\s*$"
)
_HOUR = regex.compile(r"\d\s?[ap]\.m\.\s*$")
_AFTER_HOUR = regex.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|[ECMP][SD]?T\b|GMT\b|UTC\b"
    r"|(?:Eastern|Central|Mountain|Pacific|Greenwich)\b"
)
_NUMBERING = regex.compile(r"^\s*\d{1,3}\.\s*$")


def sentences(text: str, language: str = "", breaks: Iterable[int] = ()) -> list[Stretch]:
    """The sentences of `text` in order, in code points, without outer white space.

    `language` is a BCP 47 tag; unknown or empty ones are read as English. No sentence reaches
    across one of the places in `breaks` (the edges of what is not article text). White space is
    in no sentence, everything else is in exactly one. Time is linear in the text.
    """
    found = []
    for start, end in _parts(text, sorted(breaks)):
        found += sentences_in(text, start, end, language)
    return found


def sentences_in(text: str, start: int, end: int, language: str = "") -> list[Stretch]:
    """The sentences of one paragraph, or of part of one, where newlines are only spaces."""
    found = []
    for sentence in _joined(text, start, _pieces(text, start, end, language)):
        begun, ended = trim(text, *sentence)
        if begun < ended:
            found.append((begun, ended))
    return found


def _parts(text: str, breaks: list[int]) -> Iterator[Stretch]:
    for start, end in paragraphs(text):
        inside = breaks[bisect_right(breaks, start) : bisect_left(breaks, end)]
        yield from pairwise([start, *inside, end])


def _pieces(text: str, start: int, end: int, language: str) -> Iterator[Stretch]:
    """What sentencex makes of one paragraph, seen through windows that overlap by a sentence."""
    begun = start
    first = _TERMINAL.search(text, start, end)
    if first is None or not _WORD_SIGN.search(text, first.end(), end):  # one pattern: quadratic
        yield start, end
        return
    while start < end:
        seen = min(start + WINDOW, end)
        ends = _ends(text[start:seen], language)
        if seen == end:
            for stop in [*ends, end - start]:
                if start + stop > begun:
                    yield begun, start + stop
                    begun = start + stop
            return
        # The last piece may go on beyond the window: look again from its start, unless that
        # would hardly move the window on.
        for stop in ends:
            yield begun, start + stop
            begun = start + stop
        start = begun if begun - start > WINDOW // 2 else seen


def _ends(window: str, language: str) -> list[int]:
    """Where sentences end inside `window` (0 and its length left out), in its code points."""
    kept = None
    if _INVISIBLE.search(window):
        kept = [at for at, sign in enumerate(window) if not _INVISIBLE.match(sign)]
        window = "".join(window[at] for at in kept)
    plain = _SPACE.sub(" ", window)
    try:
        found = sentencex.get_sentence_boundaries(language.partition("-")[0].lower() or "en", plain)
    except BaseException as panic:
        # A panic in its Rust code arrives as a BaseException of a class that cannot be imported.
        if type(panic).__name__ != "PanicException":
            raise
        return []
    starts = [boundary["start_index"] for boundary in found if boundary["start_index"] > 0]
    return [kept[start] for start in starts] if kept is not None else starts


def _joined(text: str, opening: int, pieces: Iterator[Stretch]) -> Iterator[Stretch]:
    held: Stretch | None = None
    for start, end in pieces:
        if held and _belong_together(text, opening, held, start):
            held = held[0], end
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held


def _belong_together(text: str, opening: int, left: Stretch, right: int) -> bool:
    """Whether the sentence that would start at `right` goes on with the one before it."""
    before = text[max(left[0], left[1] - 40) : left[1]]
    after = text[right : right + 40]
    if _TITLE.search(before):
        return after[:1].isalpha()
    if _HOUR.search(before):
        return bool(_AFTER_HOUR.match(after))
    return left[0] == opening and bool(_NUMBERING.match(text[slice(*left)][:80]))
