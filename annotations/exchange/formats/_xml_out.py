"""XML as strings: what stands in attributes comes back sign by sign."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from annotations.text.cleaning import sha256

from ..frame.losses import Loss
from ..records import ArticleRecord, AssignmentRecord, FragmentRecord, LinkRecord, SpanRecord
from ._works import all_works, with_works

_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_SPECIAL = re.compile(r'[&<>"\n\t\r\x85\u2028]')
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Marks = TypeVar("Marks", FragmentRecord, SpanRecord)


def quoted(words: str) -> str:
    """The words as they stand in an attribute's quotation marks, or between tags."""
    return _SPECIAL.sub(
        lambda found: _REFERENCES.get(found[0], f"&#{ord(found[0])};"), _NOT_XML.sub(" ", words)
    )


def tag(name: str, attributes: Mapping[str, str | int | None], inside: str = "") -> str:
    """An element with the attributes that have a value."""
    given = "".join(
        f' {key}="{quoted(str(value))}"' for key, value in attributes.items() if value is not None
    )
    return f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>"


def _plain(words: str) -> str:
    return _NOT_XML.sub(" ", words)


def _plain_fragment(fragment: FragmentRecord) -> FragmentRecord:
    return replace(fragment, text=_plain(fragment.text))


def _plain_link(link: LinkRecord) -> LinkRecord:
    return replace(link, cue=_plain_fragment(link.cue)) if link.cue else link


def _plain_work(work: AssignmentRecord) -> AssignmentRecord:
    spans = tuple(
        replace(span, note=_plain(span.note), fragments=tuple(map(_plain_fragment, span.fragments)))
        for span in work.spans
    )
    return replace(work, spans=spans, links=tuple(map(_plain_link, work.links)))


def _strip(article: ArticleRecord) -> ArticleRecord:
    text = _plain(article.text)
    if text == article.text:
        return article
    works = [(is_gold, _plain_work(work)) for is_gold, work in all_works(article)]
    return with_works(replace(article, text=text, sha256=sha256(text)), works)


NOT_XML = Loss(
    "not_xml",
    "Characters that XML cannot hold (form feeds, vertical tabs) become spaces.",
    _strip,
)
