"""Lines of brat's .ann files: marks to lines, and lines to marks.

Offsets count code points of the .txt with LF line ends. brat takes no text-bound line across a
line end, so a stretch is written as its parts on each line, and parts that only white space with
a line end divides are one stretch again. What brat has no line for (which codebook, a note of
several lines, a stretch that the rule above would spoil) stands as JSON in a comment of the type
"sourcemark", beside what brat shows.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotations.text.offsets import Stretch

from ..records import Answer, AssignmentRecord, LinkRecord, SpanRecord
from ._works import is_token, json_line, span_extras, type_of

LINK, SOURCED, FLAG = "Sources", "Sourcing", "Flag"
NOTE, OURS, ANSWER = "AnnotatorNotes", "sourcemark", "answer."
OLD_ANSWER = "answer:"  # not every reader of brat takes a colon in the type of a comment
TRUTH = {"true": True, "false": False}
_LINE = re.compile(r"[^\n]+")

Kinds = Mapping[tuple[str | None, str], str]


def in_lines(text: str, stretch: Sequence[Stretch]) -> list[Stretch]:
    """The stretches cut at line ends, without parts that hold no words."""
    return [
        (start + found.start(), start + found.end())
        for start, end in stretch
        for found in _LINE.finditer(text[start:end])
        if found.group().strip()
    ]


def joined(text: str, parts: Sequence[Stretch]) -> list[Stretch]:
    """Stretches that only white space with a line end divides, as one."""
    made: list[Stretch] = []
    for start, end in parts:
        gap = text[made[-1][1] : start] if made else ""
        if "\n" in gap and not gap.strip():
            made[-1] = made[-1][0], end
        else:
            made.append((start, end))
    return made


class Lines:
    """Writes the lines of one work."""

    def __init__(self, text: str, kinds: Kinds) -> None:
        self._text = text
        self._kinds = kinds
        self._counts: dict[str, int] = {}
        self.types: dict[str, dict[str, dict[str, None]]] = {}  # type: {attribute: values}

    def of(self, work: AssignmentRecord) -> Iterator[str]:
        names = {entity.id: entity.name for entity in work.entities}
        numbers = {entity.id: f"E{at}" for at, entity in enumerate(work.entities, 1)}
        ids: dict[str, str] = {}
        for span in work.spans:
            key, line = self._bound(type_of(span), span.stretch)
            ids[span.id] = key
            yield line
            yield from self._about(span, key, names, numbers)
        for link in work.links:
            yield from self._link(link, ids)

    def _next(self, letter: str) -> str:
        self._counts[letter] = self._counts.get(letter, 0) + 1
        return f"{letter}{self._counts[letter]}"

    def _bound(self, kind: str, stretch: Sequence[Stretch]) -> tuple[str, str]:
        self.types.setdefault(kind, {})
        parts = in_lines(self._text, stretch)
        key = self._next("T")
        places = ";".join(f"{start} {end}" for start, end in parts)
        words = " ".join(self._text[start:end] for start, end in parts)
        return key, f"{key}\t{kind} {places}\t{words}"

    def _about(
        self, span: SpanRecord, key: str, names: Mapping[str, str], numbers: Mapping[str, str]
    ) -> Iterator[str]:
        rest: dict[str, Any] = {}
        for name, answer in span.attributes.items():
            is_name = self._kinds.get((span.label, name), "entity") == "entity"
            if is_name and answer in names:
                named = (numbers[str(answer)], names[str(answer)])
                yield from self._named(key, name, named, rest)
            else:
                yield from self._answered(span, key, name, answer, rest)
        if span.flag and is_token(span.flag):
            yield self._attribute(span, key, FLAG, span.flag)
        elif span.flag:
            rest["flag"] = span.flag
        if span.note:
            yield self._comment(NOTE, key, " ".join(span.note.split()) or "…")
            if not _plain(span.note):
                rest["note"] = span.note
        if joined(self._text, in_lines(self._text, span.stretch)) != list(span.stretch):
            rest["fragments"] = [list(part) for part in span.stretch]
        if span.label is not None and type_of(span) != span.label:
            rest["label"] = span.label
        if extras := span_extras(span, **rest):
            yield self._comment(OURS, key, json_line(extras))

    def _named(
        self, key: str, name: str, named: tuple[str, str], rest: dict[str, Any]
    ) -> Iterator[str]:
        if is_token(name) and _plain(named[1]):
            yield f"{self._next('N')}\tReference {key} {name}:{named[0]}\t{named[1]}"
        else:
            rest.setdefault("names", {})[name] = list(named)

    def _answered(
        self, span: SpanRecord, key: str, name: str, answer: Answer, rest: dict[str, Any]
    ) -> Iterator[str]:
        if isinstance(answer, bool) and is_token(name):
            yield self._attribute(span, key, name, "true" if answer else "false")
        elif isinstance(answer, str) and is_token(name) and self._is_choice(span, name, answer):
            yield self._attribute(span, key, name, answer)
        elif isinstance(answer, str) and is_token(name) and _plain(answer):
            yield self._comment(ANSWER + name, key, answer)
        else:
            rest.setdefault("answers", {})[name] = answer

    def _is_choice(self, span: SpanRecord, name: str, answer: str) -> bool:
        if answer in TRUTH or not is_token(answer):
            return False
        return self._kinds.get((span.label, name), "choice") == "choice"

    def _attribute(self, span: SpanRecord, key: str, name: str, value: str) -> str:
        self.types[type_of(span)].setdefault(name, {})[value] = None
        return f"{self._next('A')}\t{name} {key} {value}"

    def _comment(self, kind: str, key: str, words: str) -> str:
        return f"{self._next('#')}\t{kind} {key}\t{words}"

    def _link(self, link: LinkRecord, ids: Mapping[str, str]) -> Iterator[str]:
        source, target = ids[link.source], ids[link.target]
        if link.cue is None:
            yield f"{self._next('R')}\t{LINK} Arg1:{source} Arg2:{target}"
            return
        stretch = [(link.cue.start, link.cue.end)]
        trigger, line = self._bound(SOURCED, stretch)
        yield line
        event = self._next("E")
        yield f"{event}\t{SOURCED}:{trigger} source:{source} target:{target}"
        if joined(self._text, in_lines(self._text, stretch)) != stretch:
            yield self._comment(OURS, trigger, json_line({"fragments": [list(stretch[0])]}))


def _plain(words: str) -> bool:
    """Whether words come back from the end of a line as they are."""
    return words == " ".join(words.split()) != "" and words.isprintable()


# --- reading --------------------------------------------------------------------------------------


def read_extras(words: str) -> dict[str, Any]:
    """The JSON of a "sourcemark" comment; {} where somebody else's words stand there."""
    try:
        value = json.loads(words)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def read_stretch(value: Any) -> list[Stretch]:
    """[[3, 8]] of the extras; [] for anything else."""
    if not isinstance(value, list):
        return []
    pairs = [each for each in value if isinstance(each, list) and len(each) == 2]
    return [(a, b) for a, b in pairs if type(a) is int and type(b) is int]


def configuration(
    types: Mapping[str, Mapping[str, Mapping[str, None]]], names: Sequence[str]
) -> Iterator[str]:
    """annotation.conf: every type that was written or that the codebook has."""
    yield "[entities]"
    yield from sorted({*types, *names} - {SOURCED})
    yield ""
    yield "[relations]"
    yield f"{LINK} Arg1:<ENTITY>, Arg2:<ENTITY>"
    yield "<OVERLAP> Arg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"
    yield ""
    yield "[events]"
    yield f"{SOURCED} source:<ENTITY>, target:<ENTITY>"
    yield ""
    yield "[attributes]"
    bearers: dict[str, tuple[set[str], set[str]]] = {}
    for kind, attributes in types.items():
        for name, values in attributes.items():
            found = bearers.setdefault(name, (set(), set()))
            found[0].add(kind)
            found[1].update(values)
    for name, (kinds, answers) in sorted(bearers.items()):
        yield f"{name} Arg:{'|'.join(sorted(kinds))}, Value:{'|'.join(sorted(answers))}"
