"""From the lines of .ann files to one annotator's marks."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from annotations.text.offsets import Stretch

from ..frame import FileRefused, Findings, SourceFiles, StoredText
from ..frame.stored_text import MARK
from ..records import (
    Answer,
    AssignmentRecord,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    SpanRecord,
)
from ._brat_lines import (
    ANSWER,
    FLAG,
    LINK,
    NOTE,
    OLD_ANSWER,
    OURS,
    SOURCED,
    TRUTH,
    in_lines,
    joined,
    read_extras,
    read_stretch,
)
from ._works import EXTENT, quotes_of, with_extras

SOURCES = {"source", "speaker", "holder", "sayer", "agent"}
CONTENTS = {"target", "content", "quote", "claim", "statement", "message"}
CUES = {"cue", "verb"}
_STRETCHES = re.compile(r"-?\d{1,9} -?\d{1,9}(?:;-?\d{1,9} -?\d{1,9})*")
_ID = re.compile(r"[TREAMN#]\S*")


@dataclass(slots=True)
class _Bound:
    """A text-bound line: places as the file counts them, and the words beside them, both in the
    order of the file."""

    kind: str
    stretch: list[Stretch]
    words: str
    file: str
    place: str


@dataclass(slots=True)
class _Event:
    kind: str
    trigger: str
    arguments: list[tuple[str, str]]
    file: str
    place: str


def read_work(
    files: SourceFiles,
    paths: Sequence[str],
    stored: StoredText,
    findings: Findings,
    lost: Counter[str],
    *,
    is_ours: bool,
    has_mark: bool,
) -> AssignmentRecord:
    """The marks in one or more files (.ann, or .a1 and .a2) on a text.

    What has no place is counted into `lost`, to be said once for all files. `is_ours`: the type
    Extent means an extent, as it does where we wrote it. `has_mark`: the text's file begins with a
    byte order mark.
    """
    work = _Work(stored, findings, lost, is_ours=is_ours, has_mark=has_mark)
    for path in paths:
        for number, line in files.lines(path):
            if line.strip():
                work.take(line, path, f"line {number}")
    return work.record()


class _Work:
    def __init__(
        self,
        stored: StoredText,
        findings: Findings,
        lost: Counter[str],
        *,
        is_ours: bool,
        has_mark: bool,
    ) -> None:
        self._is_ours = is_ours
        self._has_mark = has_mark
        self._stored = stored
        self._counted = stored.text  # what the places of the file count
        self._findings = findings
        self._ids: set[str] = set()
        self._bounds: dict[str, _Bound] = {}
        self._events: dict[str, _Event] = {}
        self._relations: list[tuple[str, str, str, str, str]] = []
        self._answers: defaultdict[str, dict[str, Answer]] = defaultdict(dict)
        self._notes: defaultdict[str, list[str]] = defaultdict(list)
        self._extras: dict[str, dict[str, Any]] = {}
        self._entities: dict[str, EntityRecord] = {}
        self._later: list[tuple[str, str, str]] = []  # what has to be there, said in file, place
        self._lost = lost
        self._file = ""
        self._last: _Bound | None = None  # what the line before was, if it was text-bound

    def take(self, line: str, file: str, place: str) -> None:
        """One line; what cannot be understood is a finding."""
        self._file = file
        try:
            self._take(line, file, place)
        except FileRefused as refused:
            self._findings.refused(refused.file, refused.place, refused.reason)

    def _take(self, line: str, file: str, place: str) -> None:
        key, _, rest = line.partition("\t")
        if key == "*":
            self._lost["that several spans mean the same (lines that begin with *)"] += 1
            return
        if self._goes_on(line):
            self._findings.repaired(file, place, "The words of the line before go on in it.")
            return
        self._last = None
        if not _ID.fullmatch(key) or not rest:
            raise FileRefused(file, f"“{line[:40]}” is no line of brat.", place=place)
        if key in self._ids and key != "#":
            raise FileRefused(file, f"The id {key[:40]} stands twice.", place=place)
        self._ids.add(key)
        head, _, tail = rest.partition("\t")
        readers = {
            "T": self._bound,
            "E": self._event,
            "R": self._relation,
            "A": self._attribute,
            "M": self._attribute,
            "N": self._reference,
            "#": self._comment,
        }
        readers[key[0]](key, head.rstrip(), tail, file, place)

    def _goes_on(self, line: str) -> bool:
        """Whether the line is the words of a stretch that reaches over a line end."""
        last, text = self._last, self._stored.text
        if last is None:
            return False
        here = " ".join(text[start:end] for start, end in last.stretch).split()
        words = f"{last.words} {line}".split()
        if here[: len(words)] != words:
            return False
        last.words = f"{last.words}\n{line}"
        return True

    def _bound(self, key: str, head: str, tail: str, file: str, place: str) -> None:
        kind, _, places = head.partition(" ")
        if not kind or not _STRETCHES.fullmatch(places):
            reason = f"{key}: “{head[:60]}” is no type with places such as “Person 0 5;8 12”."
            raise FileRefused(file, reason, place=place)
        stretch = []
        for part in places.split(";"):
            start, end = (int(number) for number in part.split(" "))
            if start < 0 or end <= start:
                reason = f"{key}: {start}–{end} is no stretch: its end does not follow its start."
                raise FileRefused(file, reason, place=place)
            stretch.append((start, end))
        self._last = self._bounds[key] = _Bound(kind, stretch, tail, file, place)

    def _event(self, key: str, head: str, tail: str, file: str, place: str) -> None:
        first, *others = head.split()
        kind, _, trigger = first.partition(":")
        arguments = [tuple(other.split(":", 1)) for other in others]
        if not trigger or any(len(argument) != 2 for argument in arguments):
            reason = f"{key}: an event is written as “Type:T1 Role:T2”."
            raise FileRefused(file, reason, place=place)
        roles = [(argument[0], argument[1]) for argument in arguments]
        self._events[key] = _Event(kind, trigger, roles, file, place)

    def _relation(self, key: str, head: str, tail: str, file: str, place: str) -> None:
        kind, *arguments = head.split()
        ends = [argument.partition(":")[2] for argument in arguments]
        if len(ends) != 2 or not all(ends):
            reason = f"{key}: a relation is written as “Type Arg1:T1 Arg2:T2”."
            raise FileRefused(file, reason, place=place)
        self._relations.append((kind, ends[0], ends[1], file, place))

    def _attribute(self, key: str, head: str, tail: str, file: str, place: str) -> None:
        name, target, value = [*head.split(" ", 2), "", ""][:3]
        if not target:
            reason = f"{key}: an attribute is written as “Name T1” or “Name T1 value”."
            raise FileRefused(file, reason, place=place)
        answer: Answer = TRUTH.get(value, value) if value else True
        if name == FLAG and isinstance(answer, str):
            self._extras.setdefault(target, {})["flag"] = answer
        else:
            if self._answers[target].get(name, answer) != answer:
                self._lost[f"second values of the attribute “{name[:40]}”"] += 1
            self._answers[target][name] = answer
        self._points(target, file, place)

    def _reference(self, key: str, head: str, tail: str, file: str, place: str) -> None:
        parts = head.split(" ", 2)
        base, colon, number = parts[2].partition(":") if len(parts) == 3 else ("", "", "")
        if not colon or not base or not number:
            reason = f"{key}: a reference is written as “Reference T1 Base:id”."
            raise FileRefused(file, reason, place=place)
        entity = (
            number if parts[0] == "Reference" and number.startswith("E") else f"{base}:{number}"
        )
        title = tail.strip()
        first = self._entities.setdefault(entity, EntityRecord(entity, title or number))
        if title and title != first.name:
            self._lost[f"second titles of what a reference names, “{title[:40]}”"] += 1
        if title and entity != number:
            self._lost[f"numbers of references to “{base[:40]}” (their titles are kept)"] += 1
        self._answers[parts[1]][base] = entity
        self._points(parts[1], file, place)

    def _comment(self, key: str, head: str, tail: str, file: str, place: str) -> None:
        kind, _, target = head.partition(" ")
        if kind == OURS:
            self._extras.setdefault(target, {}).update(read_extras(tail))
        elif kind.startswith((ANSWER, OLD_ANSWER)):
            self._answers[target][kind[len(ANSWER) :]] = tail
        elif target and target[0] in "TE":
            self._notes[target].append(tail if kind == NOTE else f"{kind}: {tail}")
        else:
            self._lost["comments that belong to no span"] += 1
            return
        self._points(target, file, place)

    def _points(self, target: str, file: str, place: str) -> None:
        self._later.append((target, file, place))

    # --- putting together -------------------------------------------------------------------------

    def record(self) -> AssignmentRecord:
        for target, file, place in self._later:
            if target not in self._ids:
                reason = f"It is about {target[:40]}, which this file does not have."
                self._findings.refused(file, place, reason)
        move = self._counting()
        links = list(self._links(move))
        cues = {event.trigger for event in self._events.values() if _is_link(event)}
        cues -= {end for link in links for end in (link.source, link.target)}  # content, too
        spans = tuple(self._spans(cues, move))
        self._count_lost(cues)
        unique = {(link.source, link.target): link for link in links}
        if len(unique) < len(links):
            self._lost["second links between the same two spans"] += len(links) - len(unique)
        return AssignmentRecord("", spans, tuple(unique.values()), tuple(self._entities.values()))

    def _spans(self, cues: set[str], move: Callable[[int], int]) -> Iterator[SpanRecord]:
        for key, bound in self._bounds.items():
            if key not in cues:
                try:
                    yield self._span(key, bound, move)
                except FileRefused as refused:
                    self._findings.refused(refused.file, refused.place, refused.reason)

    def _count_lost(self, cues: set[str]) -> None:
        """What was said about what is a link now, or a link's cue."""
        kept = self._bounds.keys() - cues
        kept |= {
            key for key, event in self._events.items()
            if event.trigger in kept and not _is_link(event)
        }  # fmt: skip
        for what, told in (("attributes", self._answers), ("notes", self._notes)):
            n = sum(len(each) for target, each in told.items() if target not in kept)
            if n:
                self._lost[f"{what} of relations, and of events that became links"] += n

    def _counting(self) -> Callable[[int], int]:
        """How places are counted: brat takes CRLF as one sign, some others as two, or count a byte
        order mark. The words that stand beside the places tell which."""
        raw, text = self._stored.source, self._stored.text
        ways = [(marked, each) for marked in ("", MARK) for each in (text, raw)]
        ways = list(dict.fromkeys(ways if self._has_mark else ways[:2]))
        if len(ways) == 1:
            return lambda place: place
        fits = {way: self._n_fits(way[0] + way[1]) for way in ways}
        marked, counted = max(fits, key=lambda way: fits[way])
        if fits[marked, counted] <= fits["", text]:
            return lambda place: place
        how = ["CRLF line ends as two"] * (counted != text) + ["a byte order mark"] * bool(marked)
        sentence = f"Its places count {' and '.join(how)}; they were counted anew."
        self._findings.repaired(self._file, "", sentence)
        self._counted = marked + counted
        most, n = len(counted), len(marked)

        def move(place: int) -> int:
            place = max(place - n, 0)
            if counted == text or place > most:
                return place
            return self._stored.from_code_points(place)

        return move

    def _n_fits(self, text: str) -> int:
        return sum(_fits(bound.words, bound.stretch, text) for bound in self._bounds.values())

    def _span(self, key: str, bound: _Bound, move: Callable[[int], int]) -> SpanRecord:
        extras = self._extras.get(key, {})
        notes = [*self._notes.get(key, [])]
        answers = dict(self._answers.get(key, {}))
        for name, event in self._events.items():
            if event.trigger == key and not _is_link(event):
                answers |= self._answers.get(name, {})
                notes += self._notes.get(name, [])
        names = extras.get("names")
        for name, pair in names.items() if isinstance(names, dict) else ():
            if isinstance(pair, list) and [type(each) for each in pair] == [str, str]:
                self._entities.setdefault(pair[0], EntityRecord(pair[0], pair[1]))
                answers[name] = pair[0]
        span = SpanRecord(
            key,
            None if bound.kind == EXTENT and self._is_ours else bound.kind,
            tuple(self._fragments(bound, extras, move)),
            answers,
            "; ".join(notes),
            place=f"{bound.file}, {bound.place}",
        )
        return with_extras(span, extras)

    def _fragments(
        self, bound: _Bound, extras: dict[str, Any], move: Callable[[int], int]
    ) -> Iterator[FragmentRecord]:
        """Raises FileRefused where the line does not tell apart what should stand where."""
        text = self._stored.text
        stretch = sorted((move(start), move(end)) for start, end in bound.stretch)
        exact = joined(text, stretch)
        ours = read_stretch(extras.get("fragments"))
        if in_lines(self._counted, ours) == sorted(bound.stretch):  # nobody drew it anew in brat
            exact = [(move(start), move(end)) for start, end in ours]
        parts = []
        if bound.words and not _fits(bound.words, stretch, text):
            parts = sorted(
                (move(start), move(end), words)
                for (start, end), words in zip(bound.stretch, _quotes(bound), strict=True)
            )
        if all(words.split() == text[start:end].split() for start, end, words in parts):
            parts = [(a, b, text[a:b] if bound.words else "") for a, b in exact]
        yield from (FragmentRecord(*part) for part in parts)

    def _links(self, move: Callable[[int], int]) -> Iterator[LinkRecord]:
        for kind, source, target, file, place in self._relations:
            ends = self._ends(source), self._ends(target)
            if None in ends or ends[0] == ends[1]:
                reason = f"The relation {kind[:40]} does not join two spans of this file."
                self._findings.refused(file, place, reason)
                continue
            if kind != LINK:
                self._lost[f"the kind of relation “{kind}” (read as a link)"] += 1
            yield LinkRecord(str(ends[0]), str(ends[1]), place=f"{file}, {place}")
        for key, event in self._events.items():
            yield from self._event_links(key, event, move)

    def _event_links(
        self, key: str, event: _Event, move: Callable[[int], int]
    ) -> Iterator[LinkRecord]:
        ends = [(role.rstrip("0123456789").lower(), self._ends(to)) for role, to in event.arguments]
        named = [event.trigger, *(to for _, to in event.arguments)]
        if self._ends(event.trigger) is None or any(end is None for _, end in ends):
            missing = next(to for to in named if self._ends(to) is None)
            reason = f"{key}: it names {missing[:40]}, which leads to no span of this file."
            self._findings.refused(event.file, event.place, reason)
            return
        if not _is_link(event):
            if ends:
                self._lost[f"the roles of events “{event.kind}” (read as links)"] += len(ends)
            trigger = event.trigger
            yield from (
                LinkRecord(trigger, str(end), place=f"{event.file}, {event.place}")
                for _, end in ends
                if end != trigger
            )
            return
        if event.kind != SOURCED:
            self._lost[f"the kind of event “{event.kind}” (read as a link)"] += 1
        if others := [role for role, _ in ends if role not in SOURCES | CONTENTS | CUES]:
            self._lost[f"further roles of events “{event.kind}”"] += len(others)
        cues = [str(end) for role, end in ends if role in CUES]
        cue = self._span("", self._bounds[cues[0] if cues else event.trigger], move)
        if event.kind == SOURCED:
            cue = self._span(event.trigger, self._bounds[event.trigger], move)
        if len(cues) > 1 or len(cue.fragments) > 1:
            self._lost["a cue's second stretch"] += 1
        for source in (str(end) for role, end in ends if role in SOURCES):
            for target in (str(end) for role, end in ends if role in CONTENTS):
                if source != target:
                    where = f"{event.file}, {event.place}"
                    yield LinkRecord(source, target, cue.fragments[0], place=where)

    def _ends(self, key: str) -> str | None:
        """The text-bound line that an id leads to, through events; None in circles and voids."""
        for _ in range(2):
            if key in self._bounds:
                return key
            if key not in self._events:
                return None
            key = self._events[key].trigger
        return None


def _is_link(event: _Event) -> bool:
    roles = {role.rstrip("0123456789").lower() for role, _ in event.arguments}
    return bool(roles & SOURCES and roles & CONTENTS)


def _fits(words: str, stretch: Sequence[Stretch], text: str) -> bool:
    here = " ".join(text[start:end] for start, end in stretch).split()
    return here != [] and here == words.split()


def _quotes(bound: _Bound) -> list[str]:
    """The words of each stretch. Raises FileRefused where the line does not tell them apart."""
    words, lengths = bound.words, [end - start for start, end in bound.stretch]
    if len(lengths) == 1:
        tail = words[lengths[0] : lengths[0] + 1]
        return [words[: lengths[0]] if tail.isspace() else words]
    quotes = quotes_of(words, bound.stretch, " ")
    if quotes is None:
        n = len(lengths)
        reason = f"Its words “{words[:40]}” are not those of its {n} stretches."
        raise FileRefused(bound.file, reason, place=bound.place)
    return quotes
