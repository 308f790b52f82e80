"""XML as strings: what stands in attributes comes back sign by sign."""

import re
from collections.abc import Mapping
from dataclasses import replace

from annotations.text.cleaning import sha256

from ..frame.losses import Loss
from ..records import Answer, ArticleRecord, FragmentRecord, LinkRecord, SpanRecord
from ._works import all_works, with_works

_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_SPECIAL = re.compile(r'[&<>"\n\t\r\x85\u2028]')
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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


def plain(words: str) -> str:
    """The words with a space for each character that XML cannot hold."""
    return _NOT_XML.sub(" ", words)


def _plain_answer(answer: Answer) -> Answer:
    return answer if isinstance(answer, bool) else plain(answer)


def _plain_fragment(fragment: FragmentRecord) -> FragmentRecord:
    return replace(fragment, text=plain(fragment.text))


def _plain_link(link: LinkRecord) -> LinkRecord:
    return replace(link, cue=_plain_fragment(link.cue)) if link.cue else link


def _plain_span(span: SpanRecord) -> SpanRecord:
    return replace(
        span,
        note=plain(span.note),
        fragments=tuple(map(_plain_fragment, span.fragments)),
        attributes={name: _plain_answer(answer) for name, answer in span.attributes.items()},
    )


def _strip(article: ArticleRecord) -> ArticleRecord:
    works = [
        (
            is_gold,
            replace(
                work,
                spans=tuple(map(_plain_span, work.spans)),
                links=tuple(map(_plain_link, work.links)),
                entities=tuple(replace(each, name=plain(each.name)) for each in work.entities),
            ),
        )
        for is_gold, work in all_works(article)
    ]
    text = plain(article.text)
    digest = article.sha256 if text == article.text else sha256(text)
    return with_works(replace(article, text=text, sha256=digest), works)


NOT_XML = Loss(
    "not_xml",
    "Characters that XML cannot hold (form feeds, vertical tabs) become spaces.",
    _strip,
)
