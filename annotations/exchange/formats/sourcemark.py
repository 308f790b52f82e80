"""Sourcemark JSON: a whole study with all it ever held, a row a line, "sourcemark-study/1".

    {"format": "sourcemark-study/1",
     "head": {"study": [ROW], "user": [ROW, …], "label": …},      what holds for the whole study
     "articles": [{"article": [ROW], "span": [ROW, …], …}, …]}    an article and its rows a line

A row's keys are the names of its columns; empty ones are left out. Whoever imports it into a
database without the study gets the same rows, and exports the same bytes. It is valid JSON, but
written and read line by line, so that no study is too large.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from annotations.text.cleaning import sha256

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Reading, SourceFiles
from ..frame.json_in import parse_json
from ..records import ArticleRecord, Corpus, Row, StudyRows, Tables
from ..rows import Names, article_record, study_record
from ..rows.names import NEEDED

NAME = "sourcemark-study/1"
STUDY = "study.json"
_FIRST = f'{{"format": "{NAME}",'
_HEAD, _ARTICLES, _END = '"head": {', '"articles": [', "]}"
WHOLE = 50_000_000  # bytes of a file that was laid out anew and is therefore read at once


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    if corpus.rows is None:
        reason = "Only a study in the database can be written as a whole study."
        raise FileRefused("", reason)
    for line in _lines(corpus.rows):
        yield STUDY, line.encode()


def _lines(rows: StudyRows) -> Iterator[str]:
    yield f"{_FIRST}\n{_HEAD}\n"
    table = ""
    for name, row in rows.head:
        if name == table:
            yield f",\n{_json(row)}"
            continue
        yield (
            f"\n],\n{_json(name)}: [\n{_json(row)}" if table else f"{_json(name)}: [\n{_json(row)}"
        )
        table = name
    yield f"\n]}},\n{_ARTICLES}\n"
    between = ""
    for tables in rows.articles:
        yield f"{between}{_json(tables)}"
        between = ",\n"
    yield f"\n{_END}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


# --- reading --------------------------------------------------------------------------------------


def recognises(files: SourceFiles) -> bool:
    return any(_begins_right(files.beginning(path, 200)) for path in files.ending(".json"))


def _begins_right(beginning: str) -> bool:
    return "".join(beginning.split()).startswith(f'{{"format":"{NAME}"')


def read(files: SourceFiles, hints: Hints) -> Reading:
    rows = read_rows(files)
    head: dict[str, list[Row]] = {}
    for table, row in rows.head:
        if table in NEEDED:
            head.setdefault(table, []).append(row)
    names: Names = understood(files, lambda: Names(head))
    study = understood(files, lambda: study_record(head, names))
    articles = (understood(files, _build(tables, names)) for tables in rows.articles)
    return Reading(articles, Findings(), study)


def _build(tables: Tables, names: Names) -> Callable[[], Any]:
    def build() -> ArticleRecord:
        article = article_record(tables, names)
        if (article.sha256, article.n_code_points) != (sha256(article.text), len(article.text)):
            raise ValueError(f"the text of “{article.title[:60]}” is not the one it was")
        return article

    return build


def understood(files: SourceFiles, build: Callable[[], Any]) -> Any:
    """What `build` makes of rows; rows that are not what they should be refuse the file."""
    try:
        return build()
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        reason = f"It is not a whole study: {type(error).__name__} {error}."
        raise FileRefused(study_path(files), reason) from error


def study_path(files: SourceFiles) -> str:
    found = [path for path in files.ending(".json") if _begins_right(files.beginning(path, 200))]
    if len(found) != 1:
        raise FileRefused("", f"One file of the format {NAME} is needed, not {len(found)}.")
    return found[0]


def read_rows(files: SourceFiles) -> StudyRows:
    """The rows in the file, read anew on every walk. Raises FileRefused while walking."""
    path = study_path(files)
    if files.beginning(path, len(_FIRST) + 1) == f"{_FIRST}\n":
        return StudyRows(
            _Walk(lambda: _walk_head(files, path)), _Walk(lambda: _walk_articles(files, path))
        )
    return _laid_out_anew(files, path)


class _Walk(Iterable[Any]):
    def __init__(self, begin: Callable[[], Iterator[Any]]) -> None:
        self._begin = begin

    def __iter__(self) -> Iterator[Any]:
        return self._begin()


def _walk_head(files: SourceFiles, path: str) -> Iterator[tuple[str, Row]]:
    table = ""
    for number, line in files.lines(path):
        if number <= 2:
            _expect(path, number, line, _FIRST if number == 1 else _HEAD)
        elif line == "]},":
            return
        elif line == "],":
            table = ""
        elif not table:
            name = line.removesuffix(": [")
            table = parse_json(name, file=path, line=number)
            if not isinstance(table, str) or not table:
                reason = "Here the name of a table is expected."
                raise FileRefused(path, reason, place=f"line {number}")
        else:
            yield table, _object(line.removesuffix(","), path, number)
    raise FileRefused(path, "The file ends in the middle.")


def _walk_articles(files: SourceFiles, path: str) -> Iterator[Tables]:
    is_there = False
    for number, line in files.lines(path):
        if line == _ARTICLES:
            is_there = True
        elif is_there and line == _END:
            return
        elif is_there and line:
            tables = _object(line.removesuffix(","), path, number)
            yield _checked_tables(tables, path, f"line {number}")
    raise FileRefused(path, "The file ends in the middle.")


def _expect(path: str, number: int, line: str, wanted: str) -> None:
    if line != wanted:
        raise FileRefused(path, f"Here {wanted} is expected.", place=f"line {number}")


def _object(line: str, path: str, number: int) -> Row:
    value = parse_json(line, file=path, line=number)
    if not isinstance(value, dict):
        raise FileRefused(path, "Here a JSON object is expected.", place=f"line {number}")
    return value


def _checked_tables(tables: Any, path: str, place: str) -> Tables:
    whole = isinstance(tables, dict) and all(map(_are_rows, tables.values()))
    if not whole or len(tables.get("article", ())) != 1:
        raise FileRefused(path, "This is not one article with its rows.", place=place)
    found: Tables = tables
    return found


def _are_rows(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)


def _laid_out_anew(files: SourceFiles, path: str) -> StudyRows:
    """A file that went through another program, which may have changed its lines."""
    content = files.read(path)
    if len(content) > WHOLE:
        reason = "The file was laid out anew by another program and is too large to be read so."
        raise FileRefused(path, reason)
    data = parse_json(files.text(path), file=path)
    head, articles = data.get("head"), data.get("articles")
    if not isinstance(head, dict) or not isinstance(articles, list):
        raise FileRefused(path, "It has no head and no articles.")
    if not all(map(_are_rows, head.values())):
        raise FileRefused(path, "Its head is not made of tables with rows.")
    for tables in articles:
        _checked_tables(tables, path, "")
    rows = [(table, row) for table, listed in head.items() for row in listed]
    return StudyRows(rows, articles)


FORM = Form(
    name="sourcemark",
    title="Sourcemark JSON, the whole study",
    endings=(".json",),
    about="Everything: codebook versions, people, rounds, articles, marks, history, gold, threads, "
    "reports. “New study, From a whole-study file” brings it all back. It holds names and texts, "
    "and work of all states: with pseudonyms, without the texts, or cut to some people, labels, "
    "rounds or articles it cannot be made.",
    write=write,
    read=read,
    recognises=recognises,
    is_whole=True,
)
