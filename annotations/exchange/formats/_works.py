"""What formats share that write a file for each annotator: gold beside them, odd names, extras."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotations.text.offsets import Stretch

from ..records import (
    Answer,
    ArticleRecord,
    AssignmentRecord,
    CodebookRecord,
    GoldRecord,
    SpanRecord,
)

GOLD, EXTENT = "gold", "Extent"
SECOND_LABEL = "Its second label “{}” is a mark of its own now."
_TOKEN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}
_NO_TOKEN = re.compile(r"[^A-Za-z0-9_.-]+")


def all_works(article: ArticleRecord) -> Iterator[tuple[bool, AssignmentRecord]]:
    """(whether it is gold, the marks): every annotator's, then gold as if it were one's."""
    for work in article.assignments:
        yield False, work
    if (gold := article.gold) is not None:
        yield True, AssignmentRecord("", gold.spans, gold.links, gold.entities)


def with_works(article: ArticleRecord, works: list[tuple[bool, AssignmentRecord]]) -> ArticleRecord:
    """The opposite of `all_works`."""
    gold = None
    for is_gold, work in works:
        if is_gold:
            gold = GoldRecord(work.spans, work.links, work.entities)
    return replace(
        article, gold=gold, assignments=tuple(work for is_gold, work in works if not is_gold)
    )


def placed_in(path: str, marks: AssignmentRecord) -> AssignmentRecord:
    """The marks with the name of their file before their places, for findings about them."""

    def at(place: str) -> str:
        return f"{path}, {place}" if place else path

    return replace(
        marks,
        spans=tuple(replace(span, place=at(span.place)) for span in marks.spans),
        links=tuple(replace(link, place=at(link.place)) for link in marks.links),
    )


def quotes_of(words: str, stretches: Sequence[Stretch], between: str) -> list[str] | None:
    """The words of each stretch where a file has those of all of them: with something `between`
    them, or all that stands from the first to the last; None where their lengths are neither's."""
    lengths = [end - start for start, end in stretches]
    if len(words) == sum(lengths) + len(between) * (len(lengths) - 1):
        quotes, at = [], 0
        for length in lengths:
            quotes.append(words[at : at + length])
            at += length + len(between)
        return quotes
    first = min(start for start, _ in stretches)
    if len(words) == max(end for _, end in stretches) - first:
        return [words[start - first : end - first] for start, end in stretches]
    return None


def is_token(words: str) -> bool:
    """Whether words can stand where a format wants one plain ASCII word."""
    return _TOKEN.fullmatch(words) is not None


def token(words: str) -> str:
    """The nearest plain ASCII word."""
    made = _NO_TOKEN.sub("_", words).lstrip(".-")
    return made or "_"


def type_of(span: SpanRecord) -> str:
    """What a file calls the kind of a span; slugs are small letters, so extents never clash."""
    return EXTENT if span.label is None else token(span.label)


def kinds_asked(book: CodebookRecord) -> dict[tuple[str | None, str], str]:
    """(label, attribute): choice, yes_no, text or entity."""
    return {
        (label.slug, each.name): each.kind for label in book.labels for each in label.attributes
    }


def json_line(value: Mapping[str, Any]) -> str:
    """JSON in one line, whatever a reader takes for a line end."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).translate(_LINE_ENDS)


def span_extras(span: SpanRecord, **more: Any) -> dict[str, Any]:
    """What hardly any format has a place for, as JSON: only what is set."""
    extras = {
        "codebook": span.codebook,
        "suggested": span.suggested,
        "origin": span.origin,
        **more,
    }
    return {name: value for name, value in extras.items() if value not in (None, False, "", {}, [])}


def with_extras(span: SpanRecord, extras: Mapping[str, Any]) -> SpanRecord:
    """The span with what `span_extras` wrote; values of a wrong kind are passed over."""
    codebook, answers = extras.get("codebook"), extras.get("answers")
    more: dict[str, Answer] = {}
    if isinstance(answers, dict):
        more = {key: each for key, each in answers.items() if isinstance(each, str | bool)}
    return replace(
        span,
        codebook=codebook if type(codebook) is int else span.codebook,
        suggested=extras.get("suggested") is True or span.suggested,
        origin=_words(extras, "origin", span.origin),
        note=_words(extras, "note", span.note),
        flag=_words(extras, "flag", span.flag),
        label=_words(extras, "label", span.label) if span.label is not None else None,
        attributes={**span.attributes, **more},
    )


def _words(extras: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    value = extras.get(name)
    return value if isinstance(value, str) else otherwise
