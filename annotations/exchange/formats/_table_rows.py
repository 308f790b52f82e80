"""Spans as rows of a table, one a row, and back. What CSV and XLSX share.

articles     id, title, particulars, regions ("0-12 metadata"), SHA-256, length, text
spans        a row a span; an annotator who found nothing has one row without a span
soft_labels  only when they were chosen
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotations.text.offsets import Stretch

from ..frame import FileRefused, Findings
from ..frame.json_in import parse_json
from ..frame.naming import canonical_gold, canonical_work
from ..records import (
    Answer,
    ArticleRecord,
    AssignmentRecord,
    EntityRecord,
    FragmentRecord,
    GoldRecord,
    LinkRecord,
    RegionRecord,
    SpanRecord,
    StudyRecord,
)
from ._works import quotes_of

PARTICULARS = (
    "outlet", "byline", "url", "published_on", "language", "direction", "event",
)  # fmt: skip
ARTICLE_COLUMNS = ("article", "title", *PARTICULARS, "regions", "sha256", "code_points")
SPAN_COLUMNS = (
    "article", "title", "sha256", "kind", "annotator", "round", "state", "span", "label",
    "start", "end", "fragments", "text",
)  # fmt: skip
# `codebook` is the version that a span was made under, WORK_BOOK that of all the work where a span
# names no other; files that people made have the first alone, or neither.
WORK_BOOK = "assignment_codebook"
END_COLUMNS = (
    "note", "flag", "links", "suggested", "origin", "codebook", WORK_BOOK, "more_answers",
)  # fmt: skip
SOFT_COLUMNS = ("article", "sha256", "label", "start", "end", "n_marked", "n_annotators", "share")
ANNOTATOR, GOLD, EXTENT = "annotator", "gold", "(extent)"
_KNOWN = {*ARTICLE_COLUMNS, *SPAN_COLUMNS, *END_COLUMNS, *SOFT_COLUMNS, ""}
_HEADS = {*_KNOWN, "part"}
ASKED = re.compile(r"(?i:answer): (?P<name>\S+)(?: \((?P<kind>name|yes/no)\))?")
DOTS = " … "  # between the words of stretches
_SAFE_ID = re.compile(r"[\w.-]+")
_LINK = re.compile(r"(?P<to>[\w.-]+)(?:\[(?P<start>\d{1,9})-(?P<end>\d{1,9})\])?")
_STRETCH = re.compile(r"(\d{1,9})-(\d{1,9})")

Cell = str | int | None
Cells = Mapping[str, str]


class Columns:
    """The answers' columns, as the codebook has them; others go into more_answers as JSON."""

    def __init__(self, study: StudyRecord) -> None:
        self.answers: dict[tuple[str, str], str] = {}
        for book in study.codebooks:
            for label in book.labels:
                for attribute in label.attributes:
                    marks = {"entity": " (name)", "yes_no": " (yes/no)"}.get(attribute.kind, "")
                    if _SAFE_ID.fullmatch(attribute.name):
                        kind = marks.strip(" ()")
                        self.answers[attribute.name, kind] = f"answer: {attribute.name}{marks}"

    @property
    def spans(self) -> tuple[str, ...]:
        return (*SPAN_COLUMNS, *self.answers.values(), *END_COLUMNS)


# --- writing --------------------------------------------------------------------------------------


def article_row(article: ArticleRecord, key: str) -> dict[str, Cell]:
    regions = [f"{each.start}-{each.end} {each.kind}" for each in article.regions]
    return {
        "article": key,
        "title": article.title,
        **{name: getattr(article, name) for name in PARTICULARS},
        "regions": "; ".join(regions),
        "sha256": article.sha256,
        "code_points": article.n_code_points,
    }


def span_rows(article: ArticleRecord, key: str, columns: Columns) -> Iterator[dict[str, Cell]]:
    about: dict[str, Cell] = {"article": key, "title": article.title, "sha256": article.sha256}
    for work in article.assignments:
        marks = work if _ids_are_safe(work.spans) else canonical_work(work)
        head = {**about, "kind": ANNOTATOR, "annotator": work.annotator, "round": work.round}
        yield from _work_rows({**head, "state": work.state}, marks, columns)
    if article.gold is not None:
        gold = article.gold if _ids_are_safe(article.gold.spans) else canonical_gold(article.gold)
        marks = AssignmentRecord("", gold.spans, gold.links, gold.entities)
        yield from _work_rows({**about, "kind": GOLD, "state": gold.state}, marks, columns)


def soft_rows(article: ArticleRecord, key: str) -> Iterator[dict[str, Cell]]:
    for each in article.soft_labels:
        yield {
            "article": key,
            "sha256": article.sha256,
            "label": each.label,
            "start": each.start,
            "end": each.end,
            "n_marked": each.n_marked,
            "n_annotators": each.n_annotators,
            "share": f"{each.n_marked / each.n_annotators:.4f}",
        }


def _ids_are_safe(spans: Iterable[SpanRecord]) -> bool:
    return all(_SAFE_ID.fullmatch(span.id) for span in spans)


def _work_rows(
    head: dict[str, Cell], work: AssignmentRecord, columns: Columns
) -> Iterator[dict[str, Cell]]:
    head = {**head, WORK_BOOK: work.codebook}
    if not work.spans:
        yield {**head, "codebook": work.codebook}
    names = {entity.id: entity.name for entity in work.entities}
    for span in work.spans:
        links = [_link_cell(link) for link in work.links if link.source == span.id]
        words = [part.text for part in span.fragments]
        yield {
            **head,
            "span": span.id,
            "label": EXTENT if span.label is None else span.label,
            "start": span.start,
            "end": span.end,
            "fragments": " ".join(f"{start}-{end}" for start, end in span.stretch),
            "text": DOTS.join(words) if any(words) else "",
            **_answer_cells(span.attributes, names, columns),
            "note": span.note,
            "flag": span.flag,
            "links": " ".join(links),
            "suggested": "yes" if span.suggested else "",
            "origin": span.origin,
            "codebook": span.codebook or work.codebook,
        }


def _link_cell(link: LinkRecord) -> str:
    return f"{link.target}[{link.cue.start}-{link.cue.end}]" if link.cue else link.target


def _answer_cells(
    attributes: Mapping[str, Answer], names: Mapping[str, str], columns: Columns
) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    more: dict[str, Any] = {}
    for name, answer in attributes.items():
        kind, words = "", answer
        if isinstance(answer, bool):
            kind, words = "yes/no", "yes" if answer else "no"
        elif answer in names and (name, "name") in columns.answers:
            kind, words = "name", names[answer]
        elif answer in names and (name, "") not in columns.answers:
            more[name] = {"name": names[answer]}
            continue
        column = columns.answers.get((name, kind))
        if column is None or words == "":
            more[name] = answer
        else:
            cells[column] = str(words)
    if more:
        cells["more_answers"] = json.dumps(more, ensure_ascii=False, sort_keys=True)
    return cells


# --- reading --------------------------------------------------------------------------------------


def read_article(cells: Cells, text: str, *, file: str, place: str) -> ArticleRecord:
    """Raises FileRefused."""
    particulars: dict[str, Any] = {name: cells.get(name, "") for name in PARTICULARS}
    return ArticleRecord(
        id=cells.get("article", ""),
        title=cells.get("title", ""),
        text=text,
        sha256=cells.get("sha256", ""),
        n_code_points=0,
        **particulars,
        regions=tuple(_regions(cells.get("regions", ""), file, place)),
        place=place,
    )


def _regions(words: str, file: str, place: str) -> Iterator[RegionRecord]:
    for part in filter(None, words.split("; ")):
        stretch, _, kind = part.partition(" ")
        start, end = _bounds(stretch, file, place)
        yield RegionRecord(start, end, kind or "other")


def _bounds(words: str, file: str, place: str) -> tuple[int, int]:
    found = _STRETCH.fullmatch(words)
    if found is None:
        raise FileRefused(file, f"“{words[:40]}” is no stretch like 12-34.", place=place)
    return int(found[1]), int(found[2])


def heads(names: Sequence[str]) -> list[str]:
    """The names of columns as they are written here, whatever letters are capital: "Label"."""
    stripped = [name.strip() for name in names]
    folded = ((name, name.casefold()) for name in stripped)
    return [low if low in _HEADS and low not in stripped else name for name, low in folded]


def further_columns(columns: Iterable[str]) -> list[str]:
    """Those that nothing here reads."""
    return [name for name in columns if name not in _KNOWN and not ASKED.fullmatch(name)]


def count_further(cells: Cells, further: Sequence[str], file: str, findings: Findings) -> None:
    for name in further:
        if cells[name]:
            findings.count_lost(file, f"What stands under “{name[:40]}” is left out, in rows")


class Works:
    """Collects the rows of one article into assignments and gold."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._works: dict[tuple[str, str], _Work] = {}
        self._further: list[str] | None = None  # the columns that nothing here reads

    def add(self, cells: Cells, place: str) -> None:
        """One row. What cannot be understood is a finding."""
        if self._further is None:
            self._further = further_columns(cells)
        count_further(cells, self._further, self._file, self._findings)
        kind = cells.get("kind", "") or ANNOTATOR
        if kind not in (ANNOTATOR, GOLD):
            self._findings.refused(self._file, place, f"The kind “{kind[:40]}” is not known.")
            return
        name = cells.get("annotator", "")
        if kind == ANNOTATOR and not name:
            self._findings.refused(self._file, place, "The row names no annotator.")
            return
        work = self._works.setdefault((kind, name), _Work(name, cells, self._file))
        try:
            work.add(cells, place)
        except FileRefused as refused:
            self._findings.refused(refused.file, refused.place, refused.reason)

    def put_into(self, article: ArticleRecord) -> ArticleRecord:
        """The article with what its rows said."""
        works, gold = [], None
        for (kind, _), work in self._works.items():
            record = work.record(self._findings)
            if kind == GOLD:
                gold = GoldRecord(record.spans, record.links, record.entities, state=record.state)
            else:
                works.append(record)
        return replace(article, assignments=tuple(works), gold=gold)


class _Work:
    def __init__(self, name: str, cells: Cells, file: str) -> None:
        self._name = name
        self._file = file
        self._round, self._state = cells.get("round", ""), cells.get("state", "")
        self._is_gold = cells.get("kind") == GOLD
        self._spans: dict[str, tuple[SpanRecord, int | None]] = {}
        self._links: list[tuple[str, str, str]] = []
        self._entities: dict[str, EntityRecord] = {}
        self._codebook: int | None = None
        self._tells_codebook = WORK_BOOK in cells

    def add(self, cells: Cells, place: str) -> None:
        number = self._number(cells.get("codebook", ""), "codebook", place)
        if self._tells_codebook:
            self._codebook = self._number(cells.get(WORK_BOOK, ""), WORK_BOOK, place)
        else:
            self._codebook = max(filter(None, (number, self._codebook)), default=None)
        if not cells.get("label"):
            if cells.get("span"):
                raise FileRefused(self._file, "The span has no label.", place=place)
            return
        key = cells.get("span") or place
        if key in self._spans:
            reason = f"The span “{key[:40]}” of this annotator stands twice."
            raise FileRefused(self._file, reason, place=place)
        label = cells["label"]
        span = SpanRecord(
            id=key,
            label=None if label == EXTENT else label,
            fragments=self._fragments(cells, place),
            attributes=dict(self._answers(cells, place)),
            note=cells.get("note", ""),
            flag=cells.get("flag", ""),
            suggested=cells.get("suggested", "") == "yes",
            origin=cells.get("origin", ""),
            place=f"{self._file}, {place}",
        )
        self._spans[key] = span, number
        for part in cells.get("links", "").split():
            self._links.append((key, part, place))

    def _fragments(self, cells: Cells, place: str) -> tuple[FragmentRecord, ...]:
        listed = cells.get("fragments", "") or f"{cells.get('start')}-{cells.get('end')}"
        bounds = [_bounds(part, self._file, place) for part in listed.split(" ")]
        words = [cells.get("text", "")]
        if len(bounds) > 1:
            words = self._quotes(words[0], bounds, place)
        pairs = zip(bounds, words, strict=True)
        return tuple(FragmentRecord(start, end, text) for (start, end), text in pairs)

    def _quotes(self, words: str, bounds: Sequence[Stretch], place: str) -> list[str]:
        """The words of each stretch; a text may have the dots that stand between them itself."""
        if not words:
            return [""] * len(bounds)
        quotes = quotes_of(words, bounds, DOTS) or words.split(DOTS)
        if len(quotes) != len(bounds):
            n = len(bounds)
            reason = f"Its text “{words[:40]}” is not that of its {n} stretches, divided by “…”."
            raise FileRefused(self._file, reason, place=place)
        return quotes

    def _answers(self, cells: Cells, place: str) -> Iterator[tuple[str, Answer]]:
        for column, words in cells.items():
            if words and (asked := ASKED.fullmatch(column)):
                yield asked["name"], self._answer(words, asked["kind"] or "", place)
        if cells.get("more_answers"):
            more = self._json(cells["more_answers"], place)
            if not isinstance(more, dict):
                raise FileRefused(self._file, "more_answers is no JSON object.", place=place)
            for name, answer in more.items():
                if isinstance(answer, dict) and isinstance(answer.get("name"), str):
                    yield name, self._entity(answer["name"])
                elif isinstance(answer, str | bool):
                    yield name, answer
                else:
                    raise FileRefused(self._file, f"“{name}” has no answer.", place=place)

    def _json(self, words: str, place: str) -> Any:
        try:
            return parse_json(words, file=self._file)
        except FileRefused as refused:
            reason = f"more_answers: {refused.reason}"
            raise FileRefused(self._file, reason, place=place) from refused

    def _answer(self, words: str, kind: str, place: str) -> Answer:
        if kind == "name":
            return self._entity(words)
        if kind == "yes/no":
            if words.lower() not in ("yes", "no"):
                reason = f"“{words[:40]}” is neither yes nor no."
                raise FileRefused(self._file, reason, place=place)
            return words.lower() == "yes"
        return words

    def _entity(self, name: str) -> str:
        made = EntityRecord(f"entity {len(self._entities) + 1}", name)
        return self._entities.setdefault(name, made).id

    def _number(self, words: str, column: str, place: str) -> int | None:
        if not words:
            return None
        if not words.isdecimal() or len(words) > 9:
            reason = f"“{words[:40]}” in {column} is no number."
            raise FileRefused(self._file, reason, place=place)
        return int(words)

    def record(self, findings: Findings) -> AssignmentRecord:
        newest = None if self._is_gold else self._codebook
        return AssignmentRecord(
            self._name,
            tuple(
                replace(span, codebook=None if number == newest else number)
                for span, number in self._spans.values()
            ),
            tuple(self._link_records(findings)),
            tuple(self._entities.values()),
            state=self._state,
            round=self._round,
            codebook=newest,
        )

    def _link_records(self, findings: Findings) -> Iterator[LinkRecord]:
        for source, words, place in self._links:
            found = _LINK.fullmatch(words)
            if found is None or found["to"] not in self._spans:
                sentence = f"The link to “{words[:40]}” leads to no span of this annotator."
                findings.refused(self._file, place, sentence)
                continue
            cue = None
            if found["start"]:
                cue = FragmentRecord(int(found["start"]), int(found["end"]), "")
            yield LinkRecord(source, found["to"], cue, place=f"{self._file}, {place}")


def check_columns(columns: Sequence[str], needed: Sequence[str], file: str) -> None:
    """Raises FileRefused when one is missing or stands twice."""
    missing = [name for name in needed if name not in columns]
    if missing:
        raise FileRefused(file, f"The column “{missing[0]}” is missing.", place="line 1")
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice:
        raise FileRefused(file, f"The column “{twice[:40]}” is there twice.", place="line 1")
