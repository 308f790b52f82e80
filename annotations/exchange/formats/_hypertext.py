"""A text that is HTML: its words as places count them, and as people read them.

Places count the signs between the tags, one element glued to the next. Where a new block begins the
stored text has a line end more, and places behind it move.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from html import unescape

from annotations.text.cleaning import sha256

from ..records import ArticleRecord, FragmentRecord

BLOCKS = set(
    re.findall(
        r"\w+",
        "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 "
        "h6 header hr li main nav ol p pre section table td th tr ul",
    )
)
UNREAD = ("script", "style", "template")
_TAG = re.compile(r"<[A-Za-z!/?]")
_WHOLE = re.compile(r"""<(?:[^>"']|"[^"]*+"|'[^']*+')*+>""")
_NAME = re.compile(r"/?\w+")


def has_tags(text: str) -> bool:
    return _TAG.search(text) is not None


class Hypertext:
    """`words` are what stands between the tags, `breaks` where in them a block begins.

    Walked once from front to back: html.parser takes the square of the time for a page of nothing
    but "<!--", and such come from anybody.
    """

    def __init__(self, source: str) -> None:
        self._parts: list[str] = []
        self._n = 0
        self._is_apart = False
        self.breaks: list[int] = []
        self._walk(source.replace("\r\n", "\n").replace("\r", "\n"))
        self.words = "".join(self._parts)

    def _walk(self, source: str) -> None:
        at, unread = 0, ""
        while 0 <= at < len(source):
            begin = source.find("<", at)
            data = source[at:] if begin < 0 else source[at:begin]
            if not unread:
                self._data(data)
            if begin < 0:
                return
            at, name = _tag(source, begin)
            if name == "<":
                self._data("" if unread else name)
            elif unread:
                unread = "" if name == f"/{unread}" else unread
            elif name in UNREAD:
                unread = name
            self._is_apart = self._is_apart or name.removeprefix("/") in BLOCKS

    def _data(self, data: str) -> None:
        data = unescape(data)
        is_new = self._is_apart and self._parts and data.strip()
        if is_new and not (self._parts[-1].endswith("\n") or data.startswith("\n")):
            self.breaks.append(self._n)
        if data.strip() or "\n" in data:
            self._is_apart = False
        if data:
            self._parts.append(data)
            self._n += len(data)


def _tag(source: str, begin: int) -> tuple[int, str]:
    """Where the tag ends, -1 where it does not, and its name; "<" for a sign that begins none."""
    if source.startswith("<!--", begin):
        end = source.find("-->", begin + 4)
        return (end + 3 if end >= 0 else -1), ""
    if not _TAG.match(source, begin):
        return begin + 1, "<"
    whole = _WHOLE.match(source, begin)
    end = whole.end() - 1 if whole else source.find(">", begin)
    named = _NAME.match(source, begin + 1)
    return (end + 1 if end >= 0 else -1), named.group().lower() if named else ""


def in_blocks(article: ArticleRecord, breaks: list[int]) -> ArticleRecord:
    """The article, whose text was glued, with a line end at each break."""
    if not breaks:
        return article
    glued, ends = article.text, [*breaks, len(article.text)]
    pieces = [glued[start:end] for start, end in zip([0, *breaks], ends, strict=True)]
    text = "\n".join(pieces)

    def moved(part: FragmentRecord) -> FragmentRecord:
        start = part.start + bisect_right(breaks, part.start)
        end = part.end + bisect_left(breaks, part.end)
        is_there = glued[part.start : part.end] == part.text
        return FragmentRecord(start, end, text[start:end] if is_there else part.text)

    works = tuple(
        replace(
            work,
            spans=tuple(
                replace(span, fragments=tuple(map(moved, span.fragments))) for span in work.spans
            ),
        )
        for work in article.assignments
    )
    return replace(
        article, text=text, sha256=sha256(text), n_code_points=len(text), assignments=works
    )
