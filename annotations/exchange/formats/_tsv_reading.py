"""A file of WebAnno TSV 3 read into one annotator's marks.

The text comes from the #Text lines, placed where their first token begins; gaps between sentences
are spaces, as INCEpTION has it. Offsets are UTF-16 units of that text; a file that counted code
points is noticed by its words.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from annotations.text.cleaning import sha256
from annotations.text.offsets import Stretch, Utf16Table

from ..frame import FileRefused, Findings, SourceFiles, StoredText
from ..records import (
    Answer,
    AssignmentRecord,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    SpanRecord,
)
from ._brat_lines import read_extras, read_stretch
from ._tsv_cells import NULL, SET, parts, unescaped_text, value_and_id
from ._works import EXTENT, with_extras

MARK, PART, SOURCE = "webanno.custom.Mark", "webanno.custom.Part", "webanno.custom.Source"
NAMED = "__name"  # a feature that holds the name of an entity
LABELS = ("label", "value", "PosValue")  # features that say what kind a span is
_UNIT = re.compile(r"\d{1,9}-\d{1,9}(?:\.\d{1,9})?")
_PLACE = re.compile(r"(\d{1,9})-(\d{1,9})")
_REFERENCE = re.compile(r"(?P<unit>[\d.-]+)(?:\[(?P<from>\d+)(?:_(?P<to>\d+))?\])?")
_Part = tuple[str, str | None, str]  # of a cell: as it stands, its value, its number
_CHAIN = re.compile(r"(?P<value>.*)->(?P<link>\d+-\d+)", re.DOTALL)


@dataclass(slots=True)
class _Layer:
    kind: str  # T_SP, T_RL or T_CH
    name: str
    columns: list[str]
    base: str = ""
    slots: dict[int, str] = field(default_factory=dict)  # column of roles: its name
    at: int = 0

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(slots=True)
class _Row:
    unit: str
    stretch: Stretch
    words: str
    cells: list[str]
    place: str


@dataclass(slots=True)
class _Stacked:
    """One of the annotations that a row has of a layer: its cells, taken apart."""

    values: dict[str, str] = field(default_factory=dict)
    fillers: list[tuple[str, str]] = field(default_factory=list)  # (role, reference)
    number: str = ""
    chain: str = ""


@dataclass(slots=True)
class _Found:
    """An annotation while its rows are gathered."""

    layer: _Layer
    stretch: Stretch
    place: str
    values: dict[str, str] = field(default_factory=dict)
    fillers: list[tuple[str, str]] = field(default_factory=list)  # (role, reference)


def digest_of(files: SourceFiles, path: str) -> str:
    """Of a file's text; its path where it cannot be read."""
    try:
        return sha256(TsvFile(files, path, Findings()).text)
    except FileRefused:
        return path


class TsvFile:
    """Raises FileRefused when the file as a whole cannot be understood."""

    def __init__(self, files: SourceFiles, path: str, findings: Findings, lead: str = "") -> None:
        self._path = path
        self._findings = findings
        self._layers: list[_Layer] = []
        self._rows: list[_Row] = []
        self._sentences: list[tuple[str, int]] = []  # text, index of its first row
        self._read(files)
        if not self._sentences:
            raise self._refuse("It holds no sentence with words.")
        self._stored, self._table = self._laid_out(lead)
        self.text = self._stored.text
        self._found: dict[tuple[str, str], _Found] = {}
        self._by_unit: dict[tuple[str, str, str], str] = {}  # (layer, unit, number): key
        self._apart: dict[tuple[str, ...], list[_Stacked]] = {}  # of a layer's cells
        self._cells: dict[str, list[_Part]] = {}
        self._lost: Counter[str] = Counter()
        self._entities: dict[str, EntityRecord] = {}

    def _refuse(self, reason: str, place: str = "") -> FileRefused:
        return FileRefused(self._path, reason, place=place)

    # --- lines ------------------------------------------------------------------------------------

    def _read(self, files: SourceFiles) -> None:
        units = set()
        words: list[str] = []
        for number, line in files.lines(self._path):
            place = f"line {number}"
            if number == 1:
                if not line.startswith("#FORMAT=WebAnno TSV 3"):
                    raise self._refuse("It does not begin with #FORMAT=WebAnno TSV 3.", place)
            elif line.startswith("#Text="):
                words.append(unescaped_text(line.removeprefix("#Text=")))
            elif line.startswith("#T_") and not self._rows:
                self._layers.append(self._layer(line, place))
            elif line.strip() and not line.startswith("#"):
                row = self._row(line, place)
                if row.unit in units:
                    raise self._refuse(f"The unit {row.unit} stands twice.", place)
                units.add(row.unit)
                if words:
                    self._sentences.append(("\n".join(words), len(self._rows)))
                    words = []
                self._rows.append(row)

    def _layer(self, line: str, place: str) -> _Layer:
        kind, _, rest = line[1:].partition("=")
        name, *columns = rest.split("|")
        if kind not in ("T_SP", "T_RL", "T_CH") or not name:
            raise self._refuse(f"“{line[:60]}” declares no layer.", place)
        layer = _Layer(kind, name, [])
        last = self._layers[-1] if self._layers else None
        layer.at = last.at + len(last.columns) if last else 0
        for column in columns:
            if column.startswith("BT_"):
                layer.base = column.removeprefix("BT_")
            elif column.startswith("ROLE_"):
                layer.slots[len(layer.columns)] = column.partition("_")[2].partition("_")[0]
            if column or not layer.columns:
                layer.columns.append(column)
        if kind == "T_RL" and not layer.columns:
            raise self._refuse(f"“{line[:60]}” declares relations without their column.", place)
        return layer

    def _row(self, line: str, place: str) -> _Row:
        cells = line.split("\t")
        found = _PLACE.fullmatch(cells[1]) if len(cells) > 2 else None
        if found is None or not _UNIT.fullmatch(cells[0]):
            reason = f"“{line[:40]}” is no line such as “1-1, 0-4, word”, divided by tabs."
            raise self._refuse(reason, place)
        wanted = self._layers[-1].at + len(self._layers[-1].columns) if self._layers else 0
        values = cells[3 : 3 + wanted]
        if len(values) < wanted:
            reason = f"The line has {len(values)} columns after the word; {wanted} are declared."
            raise self._refuse(reason, place)
        start, end = int(found[1]), int(found[2])
        if end < start:
            raise self._refuse(f"{start}-{end} ends before it starts.", place)
        return _Row(cells[0], (start, end), unescaped_text(cells[2]), values, place)

    # --- text -------------------------------------------------------------------------------------

    def _laid_out(self, lead: str) -> tuple[StoredText, Utf16Table | None]:
        """The text and the table of its units as the file has it, carriage returns and all; no
        table where the file counts code points."""
        problem: FileRefused | None = None
        for length in (_n_units, len):
            try:
                text = self._text(length, lead)
                table = Utf16Table(text) if length is _n_units else None
                self._check_words(text, table)
            except FileRefused as refused:
                problem = problem or refused
                continue
            if table is None:
                self._findings.repaired(
                    self._path, "", "Its places count code points, not UTF-16 units."
                )
            return StoredText(text, file=self._path), table
        raise problem or self._refuse("It holds no text.")

    def _text(self, length: Callable[[str], int], lead: str) -> str:
        pieces: list[str] = []
        at = 0
        for words, first in self._sentences:
            row = self._rows[first]
            start = row.stretch[0]
            if start < at:
                reason = f"The sentence begins at {start}, but the one before reaches to {at}."
                raise self._refuse(reason, row.place)
            if start - at > 100_000:
                reason = f"The sentence begins at {start}, far behind the one before."
                raise self._refuse(reason, row.place)
            gap = lead if not pieces and length(lead) == start else " " * (start - at)
            pieces += [gap, words]
            at = start + length(words)
        return "".join(pieces)

    def _check_words(self, text: str, table: Utf16Table | None) -> None:
        same_until = table.same_until if table else len(text)
        for row in self._rows:
            start, end = row.stretch
            if end > same_until:
                start, end = (self._place(number, table, text, row) for number in row.stretch)
            if text[start:end] != row.words:
                reason = f"At {row.stretch[0]}-{row.stretch[1]} stands “{text[start:end][:40]}”, "
                raise self._refuse(f"{reason}not “{row.words[:40]}”.", row.place)

    def _place(self, number: int, table: Utf16Table | None, text: str, row: _Row) -> int:
        if number > (table.units if table else len(text)):
            raise self._refuse(f"{number} lies behind the end of the text.", row.place)
        if table is None:
            return number
        place = table.to_code_points(number)
        if table.to_utf16(place) != number:
            raise self._refuse(f"{number} lies inside a character, between its halves.", row.place)
        return place

    # --- marks ------------------------------------------------------------------------------------

    def marks(self) -> AssignmentRecord:
        """Spans, links and names. What is wrong with one of them is a finding."""
        for row in self._rows:
            for layer in self._layers:
                if layer.kind != "T_RL":
                    self._take(layer, row)
        for each in [key for key, found in self._found.items() if self._is_empty(found.stretch)]:
            self._lost["annotations of no width"] += 1
            del self._found[each]
        pieces = self._pieces()
        spans = tuple(
            self._span(key, found, pieces.get(key, []))
            for (_, key), found in self._found.items()
            if found.layer.name != PART
        )
        known = {key for _, key in self._found}
        made = [link for link in self._links() if {link.source, link.target} <= known]
        links = {(link.source, link.target): link for link in made}
        if len(links) < len(made):
            self._lost["second links between the same two spans"] += len(made) - len(links)
        for what, n in sorted(self._lost.items()):
            self._findings.lost(self._path, "", f"There is no place for {what}: {n:,}.")
        return AssignmentRecord("", spans, tuple(links.values()), tuple(self._entities.values()))

    def _take(self, layer: _Layer, row: _Row) -> None:
        cells = row.cells[layer.at : layer.at + len(layer.columns)]
        if cells.count(NULL) == len(cells):
            return
        # An annotation over many tokens has the same cells in each of them.
        same = (layer.name, *cells)
        if same not in self._apart:
            stacked = [self._parts_of(cell) for cell in cells]
            most = max(len(values) for values in stacked)
            self._apart[same] = [self._one(layer, index, stacked) for index in range(most)]
        for index, each in enumerate(self._apart[same]):
            self._take_one(layer, row, index, each)

    def _parts_of(self, cell: str) -> list[_Part]:
        found = self._cells.get(cell)
        if found is None:
            found = self._cells[cell] = [(part, *value_and_id(part)) for part in parts(cell, "|")]
        return found

    def _one(self, layer: _Layer, index: int, stacked: list[list[_Part]]) -> _Stacked:
        made = _Stacked()
        for at, (name, cell) in enumerate(zip(layer.columns, stacked, strict=True)):
            if index >= len(cell) or cell[index][0] == NULL or at - 1 in layer.slots:
                continue
            words, value, own = cell[index]
            made.number = made.number or own
            if at in layer.slots:
                made.fillers = self._fillers(at, index, words, stacked)
            elif layer.kind == "T_CH" and (linked := _CHAIN.fullmatch(words)):
                made.chain = linked["link"]
                value = linked["value"] if linked["value"] != SET else None
            if value is not None and name and at not in layer.slots:
                made.values[name] = value
        return made

    def _take_one(self, layer: _Layer, row: _Row, index: int, each: _Stacked) -> None:
        key = f"{layer.short} {each.chain or each.number or f'{row.unit} {index}'}"
        found = self._found.get((layer.name, key))
        if found is None:
            found = self._found[layer.name, key] = _Found(layer, row.stretch, row.place)
        start, end = found.stretch
        found.stretch = min(start, row.stretch[0]), max(end, row.stretch[1])
        found.values |= each.values
        for filler in each.fillers:
            if filler not in found.fillers or found.stretch == row.stretch:
                found.fillers.append(filler)
        self._by_unit.setdefault((layer.name, row.unit, each.number), key)
        self._by_unit.setdefault((layer.name, row.unit, ""), key)

    def _fillers(
        self, at: int, index: int, cell: str, stacked: list[list[_Part]]
    ) -> list[tuple[str, str]]:
        targets = stacked[at + 1] if at + 1 < len(stacked) else []
        if index >= len(targets) or targets[index][0] in (NULL, SET):
            return []
        value, _, _ = cell.partition("[") if cell.endswith("]") else (cell, "", "")
        names = list(parts(value, ";"))
        references = list(parts(targets[index][0], ";"))
        names += [SET] * (len(references) - len(names))
        return list(zip(names, references, strict=False))

    def _pieces(self) -> dict[str, list[Stretch]]:
        """The further stretches of our own spans."""
        found: dict[str, list[Stretch]] = {}
        for (name, key), each in self._found.items():
            for _, reference in each.fillers if name == MARK else ():
                other = self._referred(reference, [PART])
                piece = self._found.get((PART, other)) if other else None
                if piece is None:
                    self._dangling(reference, each.place)
                else:
                    found.setdefault(key, []).append(piece.stretch)
        return found

    def _span(self, key: str, found: _Found, pieces: list[Stretch]) -> SpanRecord:
        values = dict(found.values)
        extras = read_extras(values.pop("more", "")) if found.layer.name == MARK else {}
        label: str | None = found.layer.short
        for name in LABELS:
            if values.get(name):
                label = values.pop(name)
                break
        note, flag = "", ""
        if found.layer.name == MARK:
            label = None if label == EXTENT else label
            note, flag = values.pop("note", ""), values.pop("flag", "")
        elif found.layer.name.endswith(".CoreferenceLink"):
            self._lost["how spans follow each other in a chain"] += 1
        attributes = dict(self._answers(values, extras))
        stretch = [(self._code(a), self._code(b)) for a, b in sorted([found.stretch, *pieces])]
        most = len(self._stored.source)
        exact = [
            (self._stored.from_code_points(start), self._stored.from_code_points(end))
            for start, end in read_stretch(extras.get("fragments"))
            if 0 <= start <= end <= most
        ]
        if [self._drawn(part) for part in exact] == stretch:  # nobody drew it anew in INCEpTION
            stretch = exact
        fragments = tuple(FragmentRecord(a, b, self.text[a:b]) for a, b in stretch)
        span = SpanRecord(key, label, fragments, attributes, note, flag, place=found.place)
        return with_extras(span, extras)

    @cached_property
    def _tokens(self) -> tuple[list[int], list[int]]:
        """Where the tokens start and where they end."""
        whole = [row.stretch for row in self._rows if "." not in row.unit]
        places = sorted((self._code(start), self._code(end)) for start, end in whole)
        return [start for start, _ in places], [end for _, end in places]

    def _drawn(self, part: Stretch) -> Stretch:
        """What a file can show of a stretch: from its first token to its last."""
        start, end = part
        starts, ends = self._tokens
        first, last = bisect_right(ends, start), bisect_left(starts, end) - 1
        if not first <= last < len(starts):
            return part
        return max(start, starts[first]), min(end, ends[last])

    def _answers(
        self, values: Mapping[str, str], extras: Mapping[str, Any]
    ) -> Iterator[tuple[str, Answer]]:
        for name, value in values.items():
            if name.endswith(NAMED):
                yield name.removesuffix(NAMED), self._entity(value)
            elif value in ("true", "false"):
                yield name, value == "true"
            else:
                yield name, value
        names = extras.get("names")
        for name, value in names.items() if isinstance(names, dict) else ():
            if isinstance(value, str):
                yield name, self._entity(value)

    def _entity(self, name: str) -> str:
        made = EntityRecord(f"name {len(self._entities) + 1}", name)
        return self._entities.setdefault(name, made).id

    def _is_empty(self, stretch: Stretch) -> bool:
        return self._code(stretch[0]) == self._code(stretch[1])

    def _code(self, number: int) -> int:
        """A place of the stored text, whose line ends are one sign each."""
        place = self._table.to_code_points(number) if self._table else number
        return self._stored.from_code_points(place)

    def _links(self) -> Iterator[LinkRecord]:
        names = [layer.name for layer in self._layers if layer.kind != "T_RL"]
        for (name, key), found in self._found.items():
            for role, reference in found.fillers if name != MARK else ():
                other = self._referred(reference, names)
                if other is None:
                    self._dangling(reference, found.place)
                elif other == key:
                    self._lost["links of an annotation to itself"] += 1
                else:
                    self._lost[f"the role of a slot, “{role}” (read as a link)"] += 1
                    yield LinkRecord(key, other, place=found.place)
        for row in self._rows:
            for layer in self._layers:
                if layer.kind == "T_RL":
                    yield from self._relations(layer, row)

    def _relations(self, layer: _Layer, row: _Row) -> Iterator[LinkRecord]:
        cells = row.cells[layer.at : layer.at + len(layer.columns)]
        if cells[-1] == NULL:
            return
        if layer.base not in {each.name for each in self._layers}:
            self._lost[f"relations between tokens or “{layer.base}”"] += 1
            return
        stacked = [list(parts(cell, "|")) for cell in cells]
        for index, reference in enumerate(stacked[-1]):
            found = _REFERENCE.fullmatch(reference)
            numbers = [found["from"] or "", found["to"] or ""] if found else ["", ""]
            numbers = ["" if number == "0" else number for number in numbers]
            source = self._by_unit.get((layer.base, found["unit"], numbers[0])) if found else None
            target = self._by_unit.get((layer.base, row.unit, numbers[1]))
            if source is None or target is None:
                self._dangling(reference, row.place)
                continue
            if source == target:  # the root of a sentence, in trees of dependencies
                self._lost["links of an annotation to itself"] += 1
                continue
            if layer.name != SOURCE:
                self._lost[f"the kind of relation “{layer.short}” (read as a link)"] += 1
            values = [value[index] if index < len(value) else SET for value in stacked[:-1]]
            given = dict(zip(layer.columns, values, strict=False))
            yield LinkRecord(source, target, self._cue(given, layer), place=row.place)

    def _cue(self, values: Mapping[str, str], layer: _Layer) -> FragmentRecord | None:
        place = _PLACE.fullmatch(values.get("cue_at", ""))
        if layer.name != SOURCE or place is None:
            return None
        most = self._table.units if self._table else len(self._stored.source)
        start, end = (min(int(number), most) for number in place.groups())
        words, _ = value_and_id(values.get("cue", SET))
        words = (words or "").replace("\r\n", "\n").replace("\r", "\n")
        return FragmentRecord(self._code(start), self._code(end), words)

    def _referred(self, reference: str, names: list[str]) -> str | None:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            return None
        for name in names:
            key = self._by_unit.get((name, found["unit"], found["from"] or ""))
            if key is not None:
                return key
        return None

    def _dangling(self, reference: str, place: str) -> None:
        reason = f"“{reference[:40]}” leads to no annotation of this file."
        self._findings.refused(self._path, place, reason)


def _n_units(words: str) -> int:
    return len(words) + sum(sign > "\uffff" for sign in words)
