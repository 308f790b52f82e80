"""The entries of a native file, one by one: each that is wrong gets a sentence with its name."""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, TypeVar

from annotations.text.cleaning import UnreadableText, clean

from .records import (
    Answer,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    MarksRecord,
    MarksRefused,
    SpanRecord,
)

OFFSET_UNIT = "Unicode code point, end exclusive"
FLAGS = ("boundary", "label", "source", "codebook_gap")
KIND = {"entities": "Entity", "spans": "Span", "extents": "Extent", "links": "Link"}
KNOWN_KEYS = {
    "": "format document annotator codebook entities spans extents links",
    "document": "file title sha256 code_points offset_unit",
    "codebook": "version",
    "entities": "id name",
    "spans": "id label start end text fragments attributes note flag codebook",
    "extents": "id fragments start end text attributes note flag codebook",
    "links": "from to cue",
}
LARGEST = 2**31 - 1  # what a column of the database can hold

Entry = dict[str, Any]
T = TypeVar("T")


class _Problem(Exception):
    """One thing wrong in the file; its words end up in MarksRefused."""


def build_marks(data: Entry) -> MarksRecord:
    """The marks in native data. Raises MarksRefused with a sentence for each problem."""
    problems: list[str] = []
    article = _checked(problems, lambda: _article(data))
    annotator = _checked(problems, lambda: _words(data, "annotator", "The file", required=True))
    codebook = _checked(problems, lambda: _version(data))
    entities = _each(problems, data, "entities", _entity)
    spans = _each(problems, data, "spans", _span) + _each(problems, data, "extents", _extent)
    links = _each(problems, data, "links", _link)
    if not problems:  # else half the complaints would follow from the first
        problems += _same_ids(entities, spans) + _same_stretches(spans) + _link_ends(spans, links)
    if problems or article is None:
        raise MarksRefused(problems)
    return MarksRecord(
        **article,
        annotator=annotator or "",
        codebook=codebook,
        entities=tuple(entities),
        spans=tuple(spans),
        links=tuple(links),
    )


def unknown_keys(data: Entry) -> list[str]:
    """A sentence for each key in well-formed native data that the format does not know."""
    losses = []
    for place, known in KNOWN_KEYS.items():
        entries = data.get(place) or [] if place else data
        listed = entries if isinstance(entries, list) else [entries]
        unknown = sorted({key for entry in listed for key in entry} - set(known.split()))
        where = f" of “{place}”" if place else ""
        losses += [f"“{key}”{where} is not part of the format and was left out." for key in unknown]
    return losses


def _checked(problems: list[str], build: Callable[[], T]) -> T | None:
    try:
        return build()
    except _Problem as problem:
        problems.append(str(problem))
        return None


def _each(problems: list[str], data: Entry, key: str, build: Callable[[Entry, str], T]) -> list[T]:
    """Build every entry of a list; one that cannot be built leaves its sentence instead."""
    entries = data.get(key)
    if not isinstance(entries, list):
        if entries is not None:
            problems.append(f"“{key}” must be a list.")
        return []
    built = []
    for number, entry in enumerate(entries, 1):
        name = _name(key, number, entry)
        try:
            if not isinstance(entry, dict):
                raise _Problem(f"{name} must be an object.")
            built.append(build(entry, name))
        except _Problem as problem:
            problems.append(str(problem))
    return built


def _name(key: str, number: int, entry: object) -> str:
    """What a sentence calls an entry: "Span A1", "Link A1 → X2", or "Span no. 4"."""
    if isinstance(entry, dict):
        if key == "links" and isinstance(entry.get("from"), str):
            return f"Link {entry['from'][:40]} → {str(entry.get('to'))[:40]}"
        if isinstance(entry.get("id"), str) and entry["id"]:
            return f"{KIND[key]} {entry['id'][:40]}"
    return f"{KIND[key]} no. {number}"


def _article(data: Entry) -> Entry:
    article = data.get("document")
    if not isinstance(article, dict):
        raise _Problem("“document” must be an object that names the text.")
    unit = article.get("offset_unit") or OFFSET_UNIT
    if not (isinstance(unit, str) and unit.lower().startswith("unicode code point")):
        raise _Problem(f"Offsets must count Unicode code points, not {json.dumps(unit)}.")
    return {
        "text_sha256": _words(article, "sha256", "The article", required=True).lower(),
        "n_code_points": _number(article, "code_points", "The article"),
        "title": _words(article, "title", "The article"),
        "file": _words(article, "file", "The article"),
    }


def _version(data: Entry) -> int | None:
    codebook = data.get("codebook") or {}
    if not isinstance(codebook, dict):
        raise _Problem("“codebook” must be an object.")
    return _number_or_none(codebook, "version", "The codebook")


def _entity(entry: Entry, name: str) -> EntityRecord:
    key = _words(entry, "id", name, required=True)
    return EntityRecord(key, _words(entry, "name", name, required=True).strip())


def _span(entry: Entry, name: str) -> SpanRecord:
    return SpanRecord(
        id=_words(entry, "id", name, required=True),
        label=_words(entry, "label", name, required=True),
        fragments=_fragments(entry, name),
        attributes=_answers(entry, name),
        note=_words(entry, "note", name),
        flag=_flag(entry, name),
        codebook=_number_or_none(entry, "codebook", name),
    )


def _extent(entry: Entry, name: str) -> SpanRecord:
    if entry.get("label") is not None or entry.get("attributes"):
        raise _Problem(f"{name} is an extent, so it has neither label nor attributes.")
    return SpanRecord(
        id=_words(entry, "id", name, required=True),
        label=None,
        fragments=_fragments(entry, name),
        note=_words(entry, "note", name),
        flag=_flag(entry, name),
        codebook=_number_or_none(entry, "codebook", name),
    )


def _link(entry: Entry, name: str) -> LinkRecord:
    cue = entry.get("cue")
    if cue is not None and not isinstance(cue, dict):
        raise _Problem(f"{name}: the cue must be an object with start, end and text.")
    return LinkRecord(
        source=_words(entry, "from", name, required=True),
        target=_words(entry, "to", name, required=True),
        cue=None if cue is None else _fragment(cue, f"{name}, cue"),
    )


def _fragments(entry: Entry, name: str) -> tuple[FragmentRecord, ...]:
    if "fragments" not in entry:
        return (_fragment(entry, name),)
    listed = entry["fragments"]
    if "start" in entry or "end" in entry:
        raise _Problem(f"{name} has both start and end and fragments; give one of the two.")
    if not isinstance(listed, list) or not listed:
        raise _Problem(f"{name} has no fragments.")
    if not all(isinstance(each, dict) for each in listed):
        raise _Problem(f"{name}: each fragment must be an object with start, end and text.")
    numbered = enumerate(listed, 1)
    found = [_fragment(each, f"{name}, fragment {number}") for number, each in numbered]
    found.sort(key=lambda fragment: fragment.start)
    for left, right in pairwise(found):
        if right.start <= left.end:
            how = "overlap" if right.start < left.end else "touch; join them into one"
            raise _Problem(
                f"{name}: its fragments {left.start}–{left.end} and {right.start}–{right.end} "
                f"{how}."
            )
    return tuple(found)


def _fragment(entry: Entry, name: str) -> FragmentRecord:
    start, end = _number(entry, "start", name), _number(entry, "end", name)
    if start >= end:
        raise _Problem(f"{name}: its end {end} does not lie after its start {start}.")
    return FragmentRecord(start, end, _words(entry, "text", name, required=True))


def _answers(entry: Entry, name: str) -> Mapping[str, Answer]:
    """Attributes that are answered: null and empty text are no answers."""
    attributes = entry.get("attributes") or {}
    if not isinstance(attributes, dict):
        raise _Problem(f"{name}: its attributes must be an object.")
    answers: dict[str, Answer] = {}
    for key, value in attributes.items():
        if isinstance(value, bool):
            answers[key] = value
        elif words := _words(attributes, key, name).strip():
            answers[key] = words
    return answers


def _flag(entry: Entry, name: str) -> str:
    flag = _words(entry, "flag", name)
    if flag and flag not in FLAGS:
        raise _Problem(f"{name}: its flag {json.dumps(flag)} is none of {', '.join(FLAGS)}.")
    return flag


def _words(entry: Entry, key: str, name: str, *, required: bool = False) -> str:
    value = "" if entry.get(key) is None else entry[key]
    if not isinstance(value, str):
        raise _Problem(f"{name}: “{key}” must be text.")
    if required and not value.strip():
        raise _Problem(f"{name}: “{key}” is missing.")
    try:
        return clean(value)
    except UnreadableText as error:
        raise _Problem(f"{name}, “{key}”: {error}") from error


def _number(entry: Entry, key: str, name: str) -> int:
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise _Problem(f"{name}: “{key}” must be a whole number, 0 or more.")
    return value


def _number_or_none(entry: Entry, key: str, name: str) -> int | None:
    return None if entry.get(key) is None else _number(entry, key, name)


def _same_ids(entities: list[EntityRecord], spans: list[SpanRecord]) -> list[str]:
    return _twice((entity.id, f"Entity {entity.id}") for entity in entities) + _twice(
        (span.id, f"{span.kind} {span.id}") for span in spans
    )


def _twice(named: Iterable[tuple[str, str]]) -> list[str]:
    seen: set[str] = set()
    problems = []
    for key, name in named:
        if key in seen:
            problems.append(f"{name} is not the only one with the id “{key}”.")
        seen.add(key)
    return problems


def _same_stretches(spans: list[SpanRecord]) -> list[str]:
    seen: dict[object, SpanRecord] = {}
    problems = []
    for span in spans:
        first = seen.setdefault((span.label, span.stretch), span)
        if first is not span:
            what = f"{span.kind} {span.id} is a duplicate of {first.id}"
            problems.append(f"{what}: the same {span.label or 'extent'} on the same stretch.")
    return problems


def _link_ends(spans: list[SpanRecord], links: list[LinkRecord]) -> list[str]:
    known = {span.id for span in spans}
    problems = []
    seen: set[tuple[str, str]] = set()
    for link in links:
        name = f"Link {link.source} → {link.target}"
        missing = [end for end in (link.source, link.target) if end not in known]
        if missing:
            problems.append(f"{name}: there is no span {' and no span '.join(missing)}.")
        elif link.source == link.target:
            problems.append(f"{name} leads back to where it begins.")
        elif (link.source, link.target) in seen:
            problems.append(f"{name} is there twice.")
        seen.add((link.source, link.target))
    return problems
