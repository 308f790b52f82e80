"""WebAnno TSV 3.3, which INCEpTION reads and writes: a token a line, offsets in UTF-16 units.

One file for each article and annotator. Spans are the layer webanno.custom.Mark with their label
and answers as features; a span's further stretches are the layer Part, held by a slot; links are
relations. What does not fit a feature (a stretch that begins in white space) is JSON in "more".
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from annotations.text.cleaning import sha256
from annotations.text.offsets import Stretch, Utf16Table
from annotations.text.sentences import sentences
from annotations.text.tokens import segments

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Reading, SourceFiles
from ..frame.losses import HISTORY, OF_STUDY, PROVENANCE, THREADS
from ..records import (
    Answer,
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    LinkRecord,
    SpanRecord,
    StudyRecord,
)
from ._beside import BesideOut, read_beside
from ._gathered import Gathered, gather
from ._tsv_cells import NULL, SET, escaped, escaped_text
from ._tsv_reading import MARK, NAMED, PART, SOURCE, TsvFile, digest_of
from ._works import EXTENT, json_line, kinds_asked, placed_in, span_extras, with_works

LOSSES = (HISTORY, *OF_STUDY, THREADS, PROVENANCE)
NOT_TSV3 = (
    "There is no file that begins with #FORMAT=WebAnno TSV 3. Files of TSV 1 and 2 are older: "
    "INCEpTION reads those and exports them as WebAnno TSV 3."
)
OWN = ("label", "flag", "note", "more")
UNRELATED = "\t".join([NULL] * 3)


# --- writing --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """A unit: a token or a part of one."""

    stretch: Stretch
    name: str = ""
    marks: list["_Placed"] = field(default_factory=list)
    pieces: list["_Placed"] = field(default_factory=list)
    relations: list[tuple["_Placed", LinkRecord]] = field(default_factory=list)


@dataclass(eq=False)
class _Placed:
    """An annotation of a layer and the units it lies on; `number` tells it from others there."""

    rows: list[_Row]
    features: list[str | None] = field(default_factory=list)
    parts: list["_Placed"] = field(default_factory=list)
    number: int = 0

    @property
    def at(self) -> str:
        return _numbered(self.rows[0].name, self.number)

    @cached_property
    def cells(self) -> list[str]:
        """Its part of each cell of the layer, the same in each of its rows."""
        values = [SET if words is None else escaped(words) for words in self.features]
        roles = ";".join("part" for _ in self.parts) or NULL
        held = ";".join(part.at for part in self.parts) or SET
        return [*(_numbered(each, self.number) for each in (*values, roles)), held]

    @cached_property
    def line(self) -> str:
        return "\t".join(self.cells)


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    beside = BesideOut()
    features = _features(corpus.study)
    kinds = kinds_asked(corpus.study.codebook)
    for article in corpus.articles:
        page = _Page(article.text, article.language)
        lead = article.text[: page.tokens[0][0]] if page.tokens else article.text
        for place, work in beside.places(article, lead=lead):
            lines = _Lines(page, features, kinds)
            yield f"{place}.tsv", "\n".join(lines.of(work)).encode() + b"\n"
    yield from beside.file()


def _features(study: StudyRecord) -> list[str]:
    """The answers' features; names in the ledger have their own, so that they come back as such."""
    found: dict[str, None] = {}
    for label in study.codebook.labels:
        for each in label.attributes:
            name = each.name + (NAMED if each.kind == "entity" else "")
            if name.isidentifier() and name.isascii() and name not in OWN:
                found[name] = None
    return list(found)


class _Page:
    """A text's tokens and sentences, in code points, and what stands of them in every file."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.units = Utf16Table(text)
        self.tokens = [part for part in segments(text) if text[slice(*part)].strip()]
        self.starts = [start for start, _ in self.tokens]
        self.heads = [self.head(token) for token in self.tokens]
        firsts = {bisect_left(self.starts, start) for start, _ in sentences(text, language)}
        self.sentences = sorted({0, *firsts} - {len(self.tokens)})  # by their first token

    def head(self, stretch: Stretch) -> str:
        """A unit's places and words: "0-4", a tab, "said"."""
        start, end = stretch
        places = f"{self.units.to_utf16(start)}-{self.units.to_utf16(end)}"
        return f"{places}\t{escaped_text(self.text[start:end])}"


class _Lines:
    def __init__(
        self,
        page: _Page,
        features: Sequence[str],
        kinds: Mapping[tuple[str | None, str], str],
    ) -> None:
        self._page = page
        self._features = features
        self._kinds = kinds
        self._unmarked = "\t".join([NULL] * (len(OWN) + len(features) + 2))
        self._rows = [_Row(token) for token in page.tokens]
        self._parts: defaultdict[int, dict[Stretch, _Row]] = defaultdict(dict)
        self._targets: dict[str, _Placed] = {}

    def of(self, work: AssignmentRecord) -> Iterator[str]:
        names = {entity.id: entity.name for entity in work.entities}
        marks = self._targets
        for span in work.spans:
            placed = [self._placed(stretch) for stretch in span.stretch]
            first = placed[0]
            first.features = self._values(span, names, placed)
            first.parts = placed[1:]
            marks[span.id] = first
            for row in first.rows:
                row.marks.append(first)
            for piece in first.parts:
                for row in piece.rows:
                    row.pieces.append(piece)
        for link in work.links:
            marks[link.target].rows[0].relations.append((marks[link.source], link))
        yield "#FORMAT=WebAnno TSV 3.3"
        role = f"ROLE_{MARK}:parts_{MARK}PartsLink"
        yield "#T_SP=" + "|".join([MARK, *OWN, *self._features, role, PART])
        yield f"#T_SP={PART}|"
        yield f"#T_RL={SOURCE}|cue|cue_at|BT_{MARK}"
        yield ""
        self._number()
        for start, end in pairwise([*self._page.sentences, len(self._rows)]):
            yield from self._sentence(start, end)

    def _placed(self, stretch: Stretch) -> _Placed:
        start, end = stretch
        tokens, starts = self._page.tokens, self._page.starts
        first = max(bisect_right(starts, start) - 1, 0)
        if tokens[first][1] <= start:
            first += 1
        rows = []
        for at in range(first, bisect_left(starts, end)):
            token = tokens[at]
            part = max(start, token[0]), min(end, token[1])
            if part == token:
                rows.append(self._rows[at])
            else:
                rows.append(self._parts[at].setdefault(part, _Row(part)))
        return _Placed(rows)

    def _values(
        self, span: SpanRecord, names: Mapping[str, str], placed: Sequence[_Placed]
    ) -> list[str | None]:
        values: dict[str, str] = {}
        rest: dict[str, Any] = {}
        for name, answer in span.attributes.items():
            feature, value = self._answer(span, name, answer, names)
            if feature in self._features and _fits(value):
                values[feature] = value
            elif feature.endswith(NAMED):
                rest.setdefault("names", {})[name] = value
            else:
                rest.setdefault("answers", {})[name] = answer
        for name, value in (("note", span.note), ("flag", span.flag)):
            if _fits(value):
                values[name] = value
            elif value:
                rest[name] = value
        values["label"] = EXTENT if span.label is None else span.label
        seen = [(each.rows[0].stretch[0], each.rows[-1].stretch[1]) for each in placed]
        if seen != list(span.stretch):
            rest["fragments"] = [list(part) for part in span.stretch]
        if extras := span_extras(span, **rest):
            values["more"] = json_line(extras)
        return [values.get(name) for name in (*OWN, *self._features)]

    def _answer(
        self, span: SpanRecord, name: str, answer: Answer, names: Mapping[str, str]
    ) -> tuple[str, str]:
        """(feature, its value); no feature where the value would not come back as it is."""
        if isinstance(answer, bool):
            return name, "true" if answer else "false"
        if answer in names and self._kinds.get((span.label, name), "entity") == "entity":
            return name + NAMED, names[answer]
        return ("", "") if answer in ("true", "false") or name.endswith(NAMED) else (name, answer)

    def _number(self) -> None:
        """Names for the units, and numbers for annotations that cover several or share one."""
        counted = 0
        sentence = 0
        token = 0
        firsts = set(self._page.sentences)
        for at, row in enumerate(self._rows):
            if at in firsts:
                sentence, token = sentence + 1, 0
            token += 1
            row.name = f"{sentence}-{token}"
            inner = sorted(self._parts[at].items()) if at in self._parts else []
            for number, (_, part) in enumerate(inner, 1):
                part.name = f"{row.name}.{number}"
            for unit in (row, *(part for _, part in inner)):
                for here in (unit.marks, unit.pieces):
                    for each in here:
                        if not each.number and (len(here) > 1 or len(each.rows) > 1):
                            counted += 1
                            each.number = counted

    def _sentence(self, start: int, end: int) -> Iterator[str]:
        page = self._page
        until = page.starts[end] if end < len(page.starts) else len(page.text)
        yield ""
        for words in page.text[page.starts[start] : until].split("\n"):
            yield f"#Text={escaped_text(words)}"
        for at in range(start, end):
            yield self._line(self._rows[at], page.heads[at])
            for _, part in sorted(self._parts[at].items()) if at in self._parts else ():
                yield self._line(part, page.head(part.stretch))

    def _line(self, row: _Row, head: str) -> str:
        marks = row.marks
        if not marks:
            marked = self._unmarked
        elif len(marks) == 1:
            marked = marks[0].line
        else:
            stacked = zip(*(mark.cells for mark in marks), strict=True)
            marked = "\t".join(map("|".join, stacked))
        pieces = "|".join(_numbered(SET, piece.number) for piece in row.pieces) or NULL
        return f"{row.name}\t{head}\t{marked}\t{pieces}\t{self._related(row)}\t"

    def _related(self, row: _Row) -> str:
        if not row.relations:
            return UNRELATED
        cues = [self._cue(link) for _, link in row.relations]
        references = [self._reference(*each) for each in row.relations]
        return "\t".join(map("|".join, (*zip(*cues, strict=True), references)))

    def _cue(self, link: LinkRecord) -> tuple[str, str]:
        if link.cue is None:
            return SET, SET
        units = self._page.units
        start, end = units.to_utf16(link.cue.start), units.to_utf16(link.cue.end)
        return escaped(link.cue.text) or SET, f"{start}-{end}"

    def _reference(self, source: _Placed, link: LinkRecord) -> str:
        target = self._targets[link.target]
        numbers = f"[{source.number}_{target.number}]" if source.number or target.number else ""
        return source.rows[0].name + numbers


def _fits(value: str) -> bool:
    return value != "" and "\r" not in value and value.isprintable()


def _numbered(words: str, number: int) -> str:
    return f"{words}[{number}]" if number else words


# --- reading --------------------------------------------------------------------------------------


def recognises(files: SourceFiles) -> bool:
    return any("#FORMAT=WebAnno TSV 3" in files.beginning(path, 200) for path in _paths(files))


def _paths(files: SourceFiles) -> list[str]:
    return [
        path
        for path in files.ending(".tsv", ".conll")
        if files.beginning(path, 20).startswith("#FORMAT=WebAnno")
    ]


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    paths = _paths(files)
    if not paths:
        raise FileRefused("", NOT_TSV3)
    beside = read_beside(files)
    groups = gather(files, paths, lambda path: digest_of(files, path), beside, hints, findings)
    return Reading(_articles(files, groups, beside.leads, findings), findings)


def _articles(
    files: SourceFiles, groups: list[Gathered], leads: Mapping[str, str], findings: Findings
) -> Iterator[ArticleRecord]:
    for group in groups:
        text, works = "", []
        for member in group.members:
            try:
                stem = member.path.rpartition("/")[2].rpartition(".")[0]
                file = TsvFile(files, member.path, findings, leads.get(stem, ""))
                about = member.about
                marks = about and placed_in(member.path, file.marks())
            except FileRefused as refused:
                findings.refused(refused.file, refused.place, refused.reason)
                continue
            if text and file.text != text:
                findings.refused(member.path, "", "Its text is not that of the others by its name.")
                continue
            text = file.text
            if about is not None and marks is not None:
                work = replace(about, spans=marks.spans, links=marks.links, entities=marks.entities)
                works.append((member.is_gold, work))
        if text:
            article = replace(
                group.article, text=text, sha256=sha256(text), n_code_points=len(text)
            )
            yield with_works(article, works)


FORM = Form(
    name="webanno_tsv",
    title="WebAnno TSV 3.3 (INCEpTION)",
    endings=(".tsv",),
    about="A token a line, a file for each annotator, for WebAnno and INCEpTION. "
    "Offsets are UTF-16 units there.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
)
