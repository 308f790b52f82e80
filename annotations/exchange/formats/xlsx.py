"""XLSX for people with spreadsheets: the tables of CSV as sheets of one workbook.

Written by hand, sheet after sheet, so that the same records give the same bytes and no more than a
row is in memory. A table longer than a sheet can be goes on in "spans 2". A cell holds at most
32,767 characters, so texts have a sheet of their own, in parts. Every cell of words is an inline
string: a spreadsheet runs none of them.
"""

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import count, islice
from typing import IO, Any
from xml.sax.saxutils import escape

from annotations.corpus.records import shortened
from annotations.text.cells import bared, shielded

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Reading, SourceFiles
from ..frame.losses import DECISIONS, HISTORY, OF_STUDY, THREADS
from ..records import ArticleRecord, Corpus
from ._table_rows import (
    ARTICLE_COLUMNS,
    SOFT_COLUMNS,
    Cell,
    Columns,
    article_row,
    check_columns,
    heads,
    soft_rows,
    span_rows,
)
from .csv import Placed, keyed, put_together

WORKBOOK = "study.xlsx"
LOSSES = (HISTORY, *OF_STUDY, THREADS, DECISIONS)
LONGEST_CELL = 32_000  # characters; Excel's limit of 32,767 counts UTF-16 units
TEXT_COLUMNS = ("article", "part", "text")
MOST_ROWS = 1_048_576
_DAY = (1980, 1, 1, 0, 0, 0)
_UNSAFE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BLOCK = 1 << 20

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Sheet = tuple[str, Sequence[str], Iterable[Mapping[str, Cell]]]


# --- writing --------------------------------------------------------------------------------------


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    columns = Columns(corpus.study)
    articles = corpus.articles
    sheets: list[Sheet] = [
        ("spans", columns.spans, _each(articles, lambda key, one: span_rows(one, key, columns))),
        ("articles", ARTICLE_COLUMNS, _each(articles, lambda key, one: [article_row(one, key)])),
        ("texts", TEXT_COLUMNS, _each(articles, _text_rows)),
        ("soft_labels", SOFT_COLUMNS, _each(articles, lambda key, one: soft_rows(one, key))),
    ]
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            for path, content in _head():
                archive.writestr(_info(path), content)
            names: list[str] = []
            for name, sheet_columns, rows in sheets:
                for number, part in enumerate(_parted(iter(rows)), 1):
                    names.append(name if number == 1 else f"{name} {number}")
                    info = _info(f"xl/worksheets/sheet{len(names)}.xml")
                    with archive.open(info, "w", force_zip64=True) as out:
                        _write_sheet(out, sheet_columns, part)
            for path, content in _tail(names):
                archive.writestr(_info(path), content)
        file.seek(0)
        while block := file.read(_BLOCK):
            yield WORKBOOK, block


def _each(articles: Iterable[ArticleRecord], rows: Any) -> Iterator[Mapping[str, Cell]]:
    for key, article in keyed(articles):
        yield from rows(key, article)


def _text_rows(key: str, article: ArticleRecord) -> Iterator[Mapping[str, Cell]]:
    half = LONGEST_CELL // 2  # characters outside the first plane are two units each
    for part, at in enumerate(range(0, len(article.text), half), 1):
        yield {"article": key, "part": part, "text": article.text[at : at + half]}


def _info(path: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, _DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _parted(rows: Iterator[Mapping[str, Cell]]) -> Iterator[Iterator[Mapping[str, Cell]]]:
    """The rows of each sheet; one with none where there are none."""
    first = next(rows, None)
    yield _part(first, rows)
    while (first := next(rows, None)) is not None:
        yield _part(first, rows)


def _part(
    first: Mapping[str, Cell] | None, rows: Iterator[Mapping[str, Cell]]
) -> Iterator[Mapping[str, Cell]]:
    if first is not None:
        yield first
        yield from islice(rows, MOST_ROWS - 2)  # the first row of a sheet names the columns


def _head() -> Iterator[tuple[str, str]]:
    """What comes first, whatever the number of sheets: each .xml but the workbook is one."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    yield (
        "[Content_Types].xml",
        (
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="{kind}.worksheet+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/></Types>'
        ),
    )
    yield (
        "_rels/.rels",
        (
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
    )


def _tail(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, 1)
    )
    yield (
        "xl/workbook.xml",
        (
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
            f"<sheets>{listed}</sheets></workbook>"
        ),
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" '
        f'Target="worksheets/sheet{number}.xml"/>'
        for number, _ in enumerate(names, 1)
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        (f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>'),
    )


def _write_sheet(
    out: IO[bytes], columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]
) -> None:
    out.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
    out.write(_row(1, columns))
    for number, row in enumerate(rows, 2):
        out.write(_row(number, [row.get(column) for column in columns]))
    out.write(b"</sheetData></worksheet>")


def _row(number: int, cells: Sequence[Cell]) -> bytes:
    written = "".join(
        _cell(f"{_letters(at)}{number}", cell)
        for at, cell in enumerate(cells)
        if cell is not None and cell != ""
    )
    return f'<row r="{number}">{written}</row>'.encode()


def _cell(place: str, cell: Cell) -> str:
    if isinstance(cell, int):
        return f'<c r="{place}"><v>{cell}</v></c>'
    words = _UNSAFE.sub("_x005F_", shielded(str(cell)))
    words = _CONTROL.sub(lambda found: f"_x{ord(found.group()):04X}_", words)
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(words)}</t></is></c>'


def _letters(at: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# --- reading --------------------------------------------------------------------------------------


def recognises(files: SourceFiles) -> bool:
    return bool(files.ending(".xlsx"))


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    paths = files.ending(".xlsx")
    if len(paths) != 1:
        raise FileRefused("", f"One .xlsx file is needed, not {len(paths)}.")
    path = paths[0]
    book = Book(files, path)
    span_sheets = book.sheets_with("label")
    if not span_sheets:
        raise FileRefused(path, "No sheet has the columns annotator, label, start and end.")
    listed = book.sheets_with("regions") or book.sheets_with("title", but=span_sheets)
    listed = listed or book.sheets_with("text", but=[*span_sheets, *book.sheets_with("part")])
    needed = ("annotator", "label", "start", "end")
    articles = _with_texts(book, listed) if listed else None
    return Reading(
        put_together(
            articles,
            f"{path}, sheet {listed[0] if listed else None}",
            Once(book.rows(span_sheets, needed)),
            f"{path}, sheet {span_sheets[0]}",
            hints,
            findings,
        ),
        findings,
    )


class Once:
    """Rows that can be walked often and are read from the workbook once: they are kept on disk.

    A walk ends before the next begins.
    """

    def __init__(self, rows: Iterator[Placed]) -> None:
        self._rows = rows
        self._kept = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # lives as long

    def __call__(self) -> Iterator[Placed]:
        self._kept.seek(0)
        for line in self._kept:
            place, cells = json.loads(line)
            yield place, cells
        self._kept.seek(0, io.SEEK_END)
        for row in self._rows:
            self._kept.write(f"{json.dumps(row)}\n")
            yield row


def _with_texts(book: "Book", listed: Sequence[str]) -> Iterator[Placed]:
    """Rows of articles with their texts, whose sheets are walked beside."""
    texts = book.rows(book.sheets_with("part"), TEXT_COLUMNS)
    waiting = next(texts, None)
    held: dict[str, str] = {}
    for place, cells in book.rows(listed, ("article",)):
        key, parts = cells["article"], [held.pop(cells["article"], "")]
        while waiting is not None and (not "".join(parts) or waiting[1]["article"] == key):
            if waiting[1]["article"] == key:
                parts.append(waiting[1]["text"])
            else:  # the sheets were sorted apart
                other = waiting[1]["article"]
                held[other] = held.get(other, "") + waiting[1]["text"]
            waiting = next(texts, None)
        yield place, {**cells, "text": cells.get("text") or "".join(parts)}


class Book:
    """A workbook's sheets, row by row, no wider than their first rows."""

    def __init__(self, files: SourceFiles, path: str) -> None:
        from openpyxl import load_workbook

        files.inside(path)  # refuses what is no zip, or too large unpacked
        self._path = path
        file = files.anywhere(path)  # as long as the book
        try:
            self._book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception as error:  # of a spoilt workbook openpyxl raises whatever it meets
            raise FileRefused(
                path, f"This is not a workbook that can be read ({shortened(str(error), 200)})."
            ) from error
        self._columns: dict[str, list[str]] = {}
        for name in self._book.sheetnames:
            self._columns[name] = self._header(name)

    def _header(self, sheet: str) -> list[str]:
        first = [_words(cell).strip() for cell in next(iter(self.walk(sheet)), ())]
        while first and not first[-1]:
            first.pop()
        return heads(first)

    def sheets_with(self, column: str, but: Collection[str] = ()) -> list[str]:
        """The first sheet with this column, and those that go on where it ends: "spans 2", …"""
        having = [name for name, found in self._columns.items() if column in found]
        having = [name for name in having if name not in but]
        if not having:
            return []
        first = having[0]
        follows = re.compile(rf"{re.escape(first)} [0-9]{{1,4}}")
        return [first, *(name for name in having[1:] if follows.fullmatch(name))]

    def rows(self, sheets: Sequence[str], needed: Sequence[str]) -> Iterator[Placed]:
        """("row 12", {column: words}) of these sheets. Raises FileRefused."""
        for number, sheet in enumerate(sheets, 1):
            for place, cells in self._rows(sheet, needed):
                yield (place if number == 1 else f"{place} of sheet {sheet}"), cells

    def _rows(self, sheet: str, needed: Sequence[str]) -> Iterator[Placed]:
        file = f"{self._path}, sheet {sheet}"
        columns = self._columns[sheet]
        check_columns(columns, needed, file)
        for number, row in enumerate(self.walk(sheet), 1):
            if number > 1 and any(cell is not None for cell in row):
                words = [_words(cell) for cell in row]
                words += [""] * (len(columns) - len(words))
                yield f"row {number}", dict(zip(columns, words, strict=False))

    def walk(self, sheet: str) -> Iterator[tuple[Any, ...]]:
        """The cells of each row. Raises FileRefused."""
        file = f"{self._path}, sheet {sheet}"
        width = len(self._columns.get(sheet, ())) or None  # the first row is as wide as it is
        rows = self._book[sheet].iter_rows(max_col=width, values_only=True)
        for number in count(1):
            try:
                row = next(rows, None)
            except Exception as error:
                reason = f"This sheet cannot be read ({shortened(str(error), 200)})."
                raise FileRefused(file, reason) from error
            if row is None:
                return
            if number > MOST_ROWS:  # a row that says it is the billionth
                raise FileRefused(file, f"A sheet has at most {MOST_ROWS:,} rows.")
            yield row


def _words(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():  # a day that was typed there
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str):
        return str(cell)
    return bared(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell))


FORM = Form(
    name="xlsx",
    title="Excel workbook, one span a row",
    endings=(".xlsx",),
    about="For spreadsheets: a sheet each of spans, articles and texts.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
    needs_text=False,
    keeps_soft_labels=True,
)
