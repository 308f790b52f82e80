"""Files of many records: JSON Lines and CSV. Bad input becomes a record with a problem."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from annotations.text.refusal import told_of_value

from .columns import KNOWN, check_names
from .records import FIELDS, Record, RecordWrong, shortened

MOST_COLUMNS = 100
LONGEST_HEADER = 10_000  # code points
NO_ROWS = "There is no article in this file: under the row that names the columns it is empty."
NO_LINES = "There is no article in this file: it has no line with anything on it."
# What Python's reader of CSV complains of, in words for people; by how its sentence begins.
_NOT_CSV = {
    "unexpected end": "a quotation mark opens a cell here that no other closes",
    "new-line character": "a line ends here in a way that CSV does not know",
    "line contains NUL": "there is a NUL character",
}
_AFTER_QUOTE = "after a cell in quotation marks something else follows than the next column"


def read_json_lines(name: str, text: str, leave_out: bool = False) -> Iterator[Record]:
    """A JSON object a line; empty lines are passed over."""
    if not text.strip(" \t\r\n"):
        yield Record(name, problem=NO_LINES)
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip(" \t\r"):
            continue
        place = f"line {number}"
        try:
            fields, without = _fields_of(line, leave_out)
            yield Record(name, place, fields, left_out=without)
        except RecordWrong as wrong:
            yield Record(name, place, problem=str(wrong))


def read_csv(name: str, text: str, leave_out: bool = False) -> Iterator[Record]:
    """Columns by the names in the first row; commas, semicolons or tabs between them."""
    if len(_header(text)) > LONGEST_HEADER:
        problem = f"The first row is too long to name columns. {KNOWN}"
        yield Record(name, "line 1", problem=problem)
        return
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    lines = io.StringIO(text, newline="")
    rows = csv.reader(lines, delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        columns = _columns(next(rows, []))
        without = check_names(columns, "column", leave_out)
        line, n_rows = rows.line_num + 1, 0
        for row in rows:
            place, line = f"line {line}", rows.line_num + 1
            if not row:
                continue
            n_rows += 1
            if len(row) != len(columns):
                yield Record(name, place, problem=_ragged(len(row), len(columns)))
            else:
                cells = zip(columns, row, strict=True)
                fields = {column: cell for column, cell in cells if column not in without}
                yield Record(name, place, fields, left_out=without)
        if not n_rows:
            yield Record(name, problem=NO_ROWS)
    except RecordWrong as wrong:
        yield Record(name, "line 1", problem=str(wrong))
    except csv.Error as error:
        yield Record(
            name,
            f"line {line}",
            problem=f"From here on this is not CSV: {_in_words(error)}. A quotation mark inside "
            'a quoted cell is written twice ("").',
        )


def _in_words(error: csv.Error) -> str:
    said = str(error)
    return next((words for sign, words in _NOT_CSV.items() if said.startswith(sign)), _AFTER_QUOTE)


def _fields_of(line: str, leave_out: bool) -> tuple[dict[str, str], tuple[str, ...]]:
    """The fields of an article, and the names of those that are left out."""
    try:
        found = json.loads(line, object_pairs_hook=_pairs, parse_constant=_no_number)
    except RecursionError:
        raise RecordWrong("This is nested too deeply to be an article.") from None
    except json.JSONDecodeError as error:
        raise RecordWrong(f"Character {error.colno}: this is not JSON ({error.msg}).") from None
    except ValueError as error:  # a number of thousands of digits
        raise RecordWrong(f"This is not JSON that can be read: {told_of_value(error)}") from None
    if not isinstance(found, dict):
        raise RecordWrong(
            f"This is {_kind(found)}, not a JSON object. Write one article a line, like "
            '{"title": "…", "text": "…"}.'
        )
    without = check_names(found, "field", leave_out)
    kept = {name: value for name, value in found.items() if name in FIELDS and value is not None}
    return {name: _words(name, value) for name, value in kept.items()}, without


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise RecordWrong(f"“{shortened(twice)}” is given twice.")
    return found


def _no_number(name: str) -> None:
    raise RecordWrong(f"{name} is no number in JSON.")


def _words(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise RecordWrong(f"“{name}” must be words in quotation marks, not {_kind(value)}.")
    return value


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}
    return kinds.get(type(value), "a number")


def _delimiter(text: str) -> str:
    """Whatever stands between the names of the first row: a comma unless there is none."""
    header = _header(text)
    return next((sign for sign in ",;\t" if sign in header), ",")


def _header(text: str) -> str:
    return text[: text.find("\n")] if "\n" in text else text


def _columns(row: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in row]
    if not any(columns):
        raise RecordWrong(f"The first row must name the columns. {KNOWN}")
    if len(columns) > MOST_COLUMNS:
        raise RecordWrong(f"The first row has {len(columns):,} columns. {KNOWN}")
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise RecordWrong(f"The column “{shortened(twice)}” is there twice.")
    return columns


def _ragged(n_cells: int, n_columns: int) -> str:
    cells = "1 cell" if n_cells == 1 else f"{n_cells:,} cells"
    return f"This row has {cells}, the first row {n_columns:,}."
