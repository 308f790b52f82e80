"""CSV for people with spreadsheets: one span a row, articles beside it.

UTF-8 with a byte order mark, so that a spreadsheet reads it rightly. A cell that a spreadsheet
would take for a formula gets an apostrophe in front, which reading takes away again.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from annotations.text.cells import bared, shielded

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Option, Reading, SourceFiles
from ..frame.losses import DECISIONS, HISTORY, OF_STUDY, THREADS
from ..frame.settling import settle_text
from ..records import ArticleRecord, Corpus
from ._table_rows import (
    ARTICLE_COLUMNS,
    SOFT_COLUMNS,
    Cell,
    Cells,
    Columns,
    Works,
    article_row,
    check_columns,
    count_further,
    further_columns,
    heads,
    read_article,
    soft_rows,
    span_rows,
)

ARTICLES, SPANS, SOFT = "articles.csv", "spans.csv", "soft_labels.csv"
LOSSES = (HISTORY, *OF_STUDY, THREADS, DECISIONS)
LONGEST_CELL = 20_000_000  # characters
SIGNS = {"comma": ",", "semicolon": ";", "tab": "\t"}
SEPARATORS = "".join(SIGNS.values())
_MARK = "\ufeff"

Placed = tuple[str, Cells]  # ("line 12", the row)


# --- writing --------------------------------------------------------------------------------------


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    """Three walks, one a file: texts, spans and soft labels are each streamed."""
    columns = Columns(corpus.study)
    names = (*ARTICLE_COLUMNS, "text")
    sign = SIGNS[options.get("separator", "comma")]
    yield from _file(ARTICLES, names, _article_rows(corpus.articles), sign)
    yield from _file(SPANS, columns.spans, _rows(corpus.articles, columns), sign)
    softened = _soft_rows(corpus.articles)
    if first := next(softened, None):
        yield from _file(SOFT, SOFT_COLUMNS, _again(first, softened), sign)


def _article_rows(articles: Iterable[ArticleRecord]) -> Iterator[dict[str, Cell]]:
    for key, article in keyed(articles):
        yield {**article_row(article, key), "text": article.text}


def _rows(articles: Iterable[ArticleRecord], columns: Columns) -> Iterator[dict[str, Cell]]:
    for key, article in keyed(articles):
        yield from span_rows(article, key, columns)


def _soft_rows(articles: Iterable[ArticleRecord]) -> Iterator[dict[str, Cell]]:
    for key, article in keyed(articles):
        yield from soft_rows(article, key)


def _again(first: dict[str, Cell], rest: Iterator[dict[str, Cell]]) -> Iterator[dict[str, Cell]]:
    yield first
    yield from rest


def keyed(articles: Iterable[ArticleRecord]) -> Iterator[tuple[str, ArticleRecord]]:
    """Each article with what its rows call it: its id, or its number where it has none."""
    for number, article in enumerate(articles, 1):
        yield article.id or f"article {number}", article


def _file(
    path: str, names: Sequence[str], rows: Iterable[dict[str, Cell]], sign: str
) -> Iterator[Chunk]:
    yield path, _MARK.encode() + _line(names, sign)
    for row in rows:
        yield path, _line([row.get(name) for name in names], sign)


def _line(cells: Iterable[Cell], sign: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerow(
        shielded(each) if isinstance(each, str) else each for each in cells
    )
    return out.getvalue().encode()


# --- reading --------------------------------------------------------------------------------------


def recognises(files: SourceFiles) -> bool:
    return any(
        {"annotator", "label", "start", "end"} <= set(_names(files.beginning(path, 10_000)))
        for path in files.ending(".csv")
    )


def _names(beginning: str) -> list[str]:
    header = beginning.split("\n", maxsplit=1)[0].removesuffix("\r")
    try:
        return heads(next(csv.reader([header], delimiter=_separator(header)), []))
    except csv.Error:
        return []


def _separator(header: str) -> str:
    return max(SEPARATORS, key=header.count)


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    named = {path: set(_names(files.beginning(path))) for path in files.ending(".csv")}
    spans = [path for path, names in named.items() if {"annotator", "label"} <= names]
    if len(spans) != 1:
        raise FileRefused("", f"One CSV file with spans is needed, not {len(spans)}.")
    listed = next((path for path in named if "text" in named[path] and path not in spans), "")
    span_file = lambda: rows_of(files, spans[0], ("annotator", "label", "start", "end"))  # noqa: E731
    articles = rows_of(files, listed, ("article", "text")) if listed else None
    return Reading(put_together(articles, listed, span_file, spans[0], hints, findings), findings)


def rows_of(files: SourceFiles, path: str, needed: Sequence[str]) -> Iterator[Placed]:
    """("line 12", {column: words}) of each row. Raises FileRefused with the line."""
    csv.field_size_limit(max(LONGEST_CELL, csv.field_size_limit()))
    header = files.beginning(path).split("\n")[0]
    with files.open(path) as raw:
        try:
            lines = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
            rows = csv.reader(lines, delimiter=_separator(header), strict=True)
            columns = heads(next(rows, []))
            check_columns(columns, needed, path)
            line = rows.line_num + 1
            for row in rows:
                place, line = f"line {line}", rows.line_num + 1
                if row and len(row) != len(columns):
                    reason = f"The row has {len(row)} cells, the first row {len(columns)}."
                    raise FileRefused(path, reason, place=place)
                if row:
                    yield place, dict(zip(columns, map(bared, row), strict=True))
        except csv.Error as error:
            place = f"line {rows.line_num}"
            raise FileRefused(path, f"This is not CSV ({error}).", place=place) from error
        except UnicodeDecodeError as error:
            reason = "It is not UTF-8. Save it as CSV UTF-8."
            raise FileRefused(path, reason, place=_undecodable(files, path)) from error


def _undecodable(files: SourceFiles, path: str) -> str:
    """The first line, as an editor counts them, that is not UTF-8: the reader decodes in blocks."""
    with files.open(path) as raw:
        for number, line in enumerate(raw, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return f"line {number}"
    return ""


def put_together(
    articles: Iterator[Placed] | None,
    listed: str,
    spans: Callable[[], Iterator[Placed]],
    file: str,
    hints: Hints,
    findings: Findings,
) -> Iterator[ArticleRecord]:
    """Articles with their spans. Rows of spans that stand together are streamed."""
    if articles is None:
        for cells, its_rows in _collected(spans()).values():
            at = {**cells, "place": its_rows[0][0]}
            yield from _article(at, its_rows, file, file, hints, findings)
        return
    together = _stand_together(spans())
    walk = groupby(spans(), key=lambda row: _key(row[1])) if together else None
    held = {} if together else _collected(spans())
    waiting = next(walk, None) if walk else None
    seen = set()
    for place, cells in articles:
        key = _key(cells)
        rows: Iterable[Placed] = ()
        if waiting is not None and waiting[0] == key:
            rows = list(waiting[1])
            waiting = next(walk, None) if walk else None
        elif walk is not None and waiting is not None:
            # Spans come in another order than articles: hold the rest.
            held = {waiting[0]: (cells, list(waiting[1]))}
            held |= {name: (cells, list(group)) for name, group in walk}
            walk = waiting = None
            rows = held.get(key, (cells, []))[1]
        elif key in held:
            rows = held[key][1]
        if key in seen:
            findings.refused(listed, place, f"The article “{key[:60]}” is listed twice.")
            continue
        seen.add(key)
        held.pop(key, None)
        yield from _article({**cells, "place": place}, rows, listed, file, hints, findings)
    left = {name: list(rows) for name, (_, rows) in held.items()}
    if waiting is not None:
        left[waiting[0]] = list(waiting[1])
        left |= {name: list(rows) for name, rows in walk or ()}
    for name, rows in left.items():
        findings.refused(file, *_homeless(name, rows))


def _homeless(name: str, rows: Sequence[Placed]) -> tuple[str, str]:
    """The first of the rows whose article is not listed, and what is wrong with them."""
    place, n = rows[0][0], len(rows)
    why = f"Its article “{name[:60]}” is not among the articles"
    if not name:
        why = "It names no article"
    return place, f"{why}; the same holds for {n - 1:,} of the other rows." if n > 1 else f"{why}."


def _key(cells: Cells) -> str:
    return cells.get("article") or cells.get("sha256") or cells.get("title", "")


def _stand_together(rows: Iterator[Placed]) -> bool:
    """Whether the rows of each article follow each other."""
    seen: set[str] = set()
    for key, _ in groupby(rows, key=lambda row: _key(row[1])):
        if key in seen:
            return False
        seen.add(key)
    return True


def _collected(rows: Iterator[Placed]) -> dict[str, tuple[Cells, list[Placed]]]:
    found: dict[str, tuple[Cells, list[Placed]]] = {}
    for place, cells in rows:
        found.setdefault(_key(cells), (cells, []))[1].append((place, cells))
    return found


def _article(
    cells: Cells, rows: Iterable[Placed], listed: str, file: str, hints: Hints, findings: Findings
) -> Iterator[ArticleRecord]:
    """One, or none when it is refused."""
    text = cells.get("text", "") if listed != file else ""
    place = cells.get("place", "")
    try:
        if listed != file:
            count_further(cells, further_columns(cells.keys() - {"place"}), listed, findings)
        works = Works(file, findings)
        for at, row in rows:
            works.add(row, at)
        article = works.put_into(read_article(cells, text, file=listed, place=place))
        yield replace(settle_text(article, file=listed, hints=hints), file="", place=file)
    except FileRefused as refused:
        findings.refused(refused.file, refused.place, refused.reason)


FORM = Form(
    name="csv",
    title="CSV, one span a row",
    endings=(".csv",),
    about="For spreadsheets and statistics: spans.csv and articles.csv.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
    options=(
        Option(
            "separator",
            "Cells are divided by",
            (("comma", "a comma"), ("semicolon", "a semicolon"), ("tab", "a tab")),
            default="comma",
            help="Spreadsheets set to German, French and the like open files with semicolons.",
        ),
    ),
    needs_text=False,
    keeps_soft_labels=True,
)
