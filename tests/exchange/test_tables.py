"""CSV and XLSX: read by other readers, safe in spreadsheets, and read back after people's hands."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from annotations.exchange.formats import find_format
from annotations.exchange.formats.xlsx import Book, Once
from annotations.exchange.frame import FileRefused, Findings, Hints, SourceFiles
from annotations.exchange.frame.placing import place_article
from annotations.exchange.packing import About, Wanted, pack
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    FragmentRecord,
    LinkRecord,
    SpanRecord,
)
from annotations.text.cells import bared, shielded
from annotations.text.cleaning import sha256

from .corpora import STUDY
from .test_formats import written

TEXT = "=1+1 said “Zoë” 🔥 of\x0bthe _x0041_ paper.\n" * 3
Files = list[tuple[str, bytes]]


def span(
    key: str, start: int, end: int, label: str | None = "allegation", **more: Any
) -> SpanRecord:
    return SpanRecord(key, label, (FragmentRecord(start, end, TEXT[start:end]),), **more)


def article(number: int = 1, *works: AssignmentRecord, text: str = TEXT) -> ArticleRecord:
    return ArticleRecord(
        f"a{number}", f"@title {number}", text, sha256(text), len(text), assignments=works
    )


BOB = AssignmentRecord(
    "bob",
    (
        span("S1", 0, 4, note="=HYPERLINK(1)", attributes={"hedge": "+alleged", "is_quoted": True}),
        span("S2", 5, 9, label="attribution", attributes={"odd": "@answer"}),
        span("S3", 10, 15, label=None),
    ),
    (LinkRecord("S2", "S3", FragmentRecord(5, 9, TEXT[5:9])),),
    state="submitted",
    round="Pilot",
    codebook=1,
)
CAROL = AssignmentRecord("carol", state="submitted", round="Pilot")
CORPUS = Corpus(STUDY, (article(1, BOB, CAROL),))


def read(
    name: str, files: Files, hints: Hints | None = None
) -> tuple[list[ArticleRecord], Findings]:
    reader = find_format(name).read
    assert reader is not None
    reading = reader(SourceFiles.uploaded(files), hints or Hints())
    findings = reading.findings
    return [place_article(each, findings=findings) for each in reading.articles], findings


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_another_reader_of_csv_finds_a_span_a_row() -> None:
    files = dict(written(find_format("csv"), CORPUS))
    spans = rows(files["spans.csv"])
    assert [(row["annotator"], row["label"], row["start"], row["text"]) for row in spans] == [
        ("bob", "allegation", "0", "'=1+1"),
        ("bob", "attribution", "5", "said"),
        ("bob", "(extent)", "10", "“Zoë”"),
        ("carol", "", "", ""),
    ]
    assert rows(files["articles.csv"])[0]["text"] == "'" + TEXT


def test_another_reader_of_xlsx_finds_the_same() -> None:
    files = dict(written(find_format("xlsx"), CORPUS))
    book = load_workbook(io.BytesIO(files["study.xlsx"]))
    assert book.sheetnames == ["spans", "articles", "texts", "soft_labels"]
    found = list(book["spans"].iter_rows(values_only=True))
    columns = {name: at for at, name in enumerate(found[0])}
    assert [(row[columns["annotator"]], row[columns["start"]]) for row in found[1:]] == [
        ("bob", 0), ("bob", 5), ("bob", 10), ("carol", None),
    ]  # fmt: skip
    kinds = {cell.data_type for row in book["spans"].iter_rows() for cell in row}
    assert "f" not in kinds


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = read("xlsx", written(find_format("xlsx"), CORPUS))
    monkeypatch.setattr("annotations.exchange.formats.xlsx.MOST_ROWS", 3)
    files = written(find_format("xlsx"), CORPUS)
    book = load_workbook(io.BytesIO(dict(files)["study.xlsx"]))
    assert book.sheetnames[:3] == ["spans", "spans 2", "articles"]
    assert [sheet.max_row for sheet in book][:2] == [3, 3]
    parted, findings = read("xlsx", files)
    assert (parted, list(findings)) == (whole, [])


def test_each_sheet_of_a_workbook_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    walked = []
    walk = Book.walk

    def watched(self: Book, sheet: str) -> Any:
        walked.append(sheet)
        return walk(self, sheet)

    monkeypatch.setattr(Book, "walk", watched)
    read("xlsx", written(find_format("xlsx"), CORPUS))
    headers = ["spans", "articles", "texts", "soft_labels"]
    assert sorted(walked) == sorted([*headers, "spans", "articles", "texts"])
    rows = [(f"row {number}", {"label": "é\n"}) for number in range(3)]
    once = Once(iter(rows))
    assert next(once()) == rows[0]  # a walk that is given up
    assert [list(once()), list(once())] == [rows, rows]


@pytest.mark.parametrize("name", ["csv", "xlsx", "refi_qda"])
def test_progress_of_a_format_that_walks_often_only_grows(name: str) -> None:
    told: list[int] = []
    corpus = Corpus(STUDY, tuple(article(number, BOB, text=f"{TEXT}{number}") for number in (1, 2)))
    list(pack(corpus, find_format(name), about=About(""), tell=told.append))
    assert told == [1, 2]


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_no_cell_of_words_is_a_formula(name: str) -> None:
    files = dict(written(find_format(name), CORPUS))
    if name == "csv":
        cells = [
            cell for content in files.values() for row in rows(content) for cell in row.values()
        ]
    else:
        book = load_workbook(io.BytesIO(files["study.xlsx"]))
        cells = [
            str(cell.value)
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str)
        ]
    assert any("HYPERLINK" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize(
    "words",
    [
        "=1",
        "'=1",
        "''=1",
        "'",
        "''",
        "'quoted'",
        "-",
        "\tx",
        "\n=1",
        "\uff1d1",
        "\uff20x",
        " =1",
        "\u00a0=1",
        "\u200b\ufeff +1",
        "\x00@x",
    ],
)
def test_what_a_spreadsheet_may_run_is_shielded_and_comes_back(words: str) -> None:
    assert shielded(words) == f"'{words}"
    assert bared(shielded(words)) == words


@pytest.mark.parametrize("words", ["", "a=", " a=1", "1-2", "\u00a0", "“=”"])
def test_other_words_stay_as_they_are(words: str) -> None:
    assert (shielded(words), bared(words)) == (words, words)


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_odd_signs_and_answers_come_back(name: str) -> None:
    (found,), findings = read(name, written(find_format(name), CORPUS))
    assert list(findings) == []
    assert found == CORPUS.articles[0]  # type: ignore[index]


def test_a_long_text_takes_several_cells_of_a_workbook() -> None:
    text = "🔥 word " * 20_000
    corpus = Corpus(STUDY, (article(1, CAROL, text=text), article(2, text=text + "x")))
    found, _ = read("xlsx", written(find_format("xlsx"), corpus))
    assert [each.text for each in found] == [text, text + "x"]


def test_rows_that_were_sorted_in_a_spreadsheet_are_read_all_the_same() -> None:
    corpus = Corpus(STUDY, tuple(article(n, BOB, CAROL, text=TEXT + str(n)) for n in range(4)))
    files = dict(written(find_format("csv"), corpus))
    head, *lines = files["spans.csv"].splitlines(keepends=True)
    by_annotator = sorted(lines, key=lambda line: (b"carol" in line, line[::-1]))
    for order in (by_annotator, lines[::-1]):
        shuffled = [("articles.csv", files["articles.csv"]), ("spans.csv", head + b"".join(order))]
        found, findings = read("csv", shuffled)
        assert [finding.sentence for finding in findings] == []
        assert [len(each.assignments) for each in found] == [2, 2, 2, 2]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_and_fewer_columns_do(separator: str) -> None:
    lines = ["title;annotator;label;start;end;text", "T;bob;allegation;5;9;said"]
    content = "\r\n".join(lines).replace(";", separator).encode()
    hints = Hints(find_text=lambda sha256, title: TEXT if title == "T" else "")
    (found,), findings = read("csv", [("mine.csv", content)], hints)
    assert found.assignments[0].spans[0].fragments == (FragmentRecord(5, 9, "said"),)
    assert list(findings) == []


def spoilt(**cells: str) -> Files:
    """A file of one span, some of whose cells are others."""
    row = {"article": "1", "annotator": "bob", "label": "allegation", "start": "5", "end": "9"}
    names = list(row | cells)
    line = ",".join((row | cells).values())
    text = '"' + TEXT.replace("=", "") + '"'
    return [
        ("spans.csv", f"{','.join(names)}\n{line}\n".encode()),
        ("articles.csv", f"article,text\n1,{text}\n".encode()),
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"start": "x"}, "no stretch"),
        ({"start": "9", "end": "5"}, "does not lie after"),
        ({"end": "99999"}, "outside the text"),
        ({"annotator": ""}, "names no annotator"),
        ({"kind": "robot"}, "not known"),
        ({"codebook": "one"}, "no number"),
        ({"links": "S9"}, "leads to no span"),
        ({"text": "nowhere to be found"}, "nowhere near"),
        ({"answer: is_quoted (yes/no)": "perhaps"}, "neither yes nor no"),
        ({"more_answers": "["}, "not JSON"),
        ({"label": "", "span": "S1"}, "no label"),
        ({"article": "2"}, "not among the articles"),
        ({"article": ""}, "names no article"),
        ({"end": "-5"}, "no stretch"),
        ({"start": "9" * 40}, "no stretch"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line(cells: Mapping[str, str], said: str) -> None:
    _, findings = read("csv", spoilt(**cells))
    sentences = [str(finding) for finding in findings.of("refused")]
    assert [said in sentence for sentence in sentences] == [True]
    assert sentences[0].startswith("spans.csv, line 2: ")


def test_every_article_that_is_not_listed_is_named_with_its_first_row() -> None:
    """Whether the rows of each stand together, so that they are streamed, or not."""
    listed = ("articles.csv", b"article,text\na,Officials said so.\n")
    head = b"article,annotator,label,start,end\n"
    together = [b"a", b"b", b"b", b"c"]
    for order, b_at, c_at in ((together, 3, 5), ([b"b", b"c", b"a", b"b"], 2, 3)):
        lines = [each + b",bob,allegation,0,9\n" for each in order]
        (article,), findings = read("csv", [("spans.csv", head + b"".join(lines)), listed])
        assert len(article.assignments[0].spans) == 1
        assert sorted(map(str, findings)) == [
            f"spans.csv, line {b_at}: Its article “b” is not among the articles; "
            "the same holds for 1 of the other rows.",
            f"spans.csv, line {c_at}: Its article “c” is not among the articles.",
        ]


def workbook(**sheets: list[list[object]]) -> Files:
    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    for name, its_rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in its_rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return [("mine.xlsx", out.getvalue())]


def test_tables_that_a_person_typed_are_read_whatever_their_capitals() -> None:
    """As the refusal of spans without a text asks for them: two columns, article and text."""
    spans: list[list[object]] = [
        ["Article", "annotator", "LABEL", "start", "End", "Text", "Answer: hedge"],
        ["port", "bob", "allegation", 0, 9, "Officials", "said"],
    ]
    articles: list[list[object]] = [["article", "Text "], ["port", "Officials said so."]]
    files = {
        "xlsx": workbook(spans=spans, articles=articles),
        "csv": [
            (f"{name}.csv", "\n".join(",".join(map(str, row)) for row in table).encode())
            for name, table in (("spans", spans), ("articles", articles))
        ],
    }
    for name, content in files.items():
        (found,), findings = read(name, content)
        (mark,) = found.assignments[0].spans
        assert mark.fragments == (FragmentRecord(0, 9, "Officials"),)
        assert (mark.attributes, found.text) == ({"hedge": "said"}, "Officials said so.")
        assert list(findings) == []
    _, (said,) = read("xlsx", workbook(spans=spans))
    assert str(said).startswith("mine.xlsx, sheet spans, row 2: It has no text")


def test_without_its_texts_a_mark_of_several_stretches_has_no_words() -> None:
    parts = (FragmentRecord(0, 4, TEXT[:4]), FragmentRecord(5, 9, TEXT[5:9]))
    mark = SpanRecord("S1", "allegation", parts)
    corpus = Corpus(STUDY, (article(1, AssignmentRecord("bob", (mark,), state="submitted")),))
    packed = pack(corpus, find_format("csv"), about=About(""), wanted=Wanted(texts=False))
    content = b"".join(chunk for path, chunk in packed if path == "spans.csv")
    assert [(row["fragments"], row["text"]) for row in rows(content)] == [("0-4 5-9", "")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"annotator,label,start,end\n\xff\xfe\n", "UTF-8"),
        (b'annotator,label,start,end\n"bob', "line 2.*CSV"),
        (b"annotator,label,start,end\nbob,a\n", "line 2.*2 cells"),
        (b"annotator,label,start\nbob,a,1\n", "“end” is missing"),
        (b"annotator,label,start,end,end\nbob,a,1,2,3\n", "there twice"),
        (b"", "One CSV file"),
    ],
)
def test_a_broken_csv_is_refused_with_its_line(content: bytes, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        read("csv", [("spans.csv", content)])


def test_a_workbook_that_was_edited_in_a_spreadsheet_is_read() -> None:
    """A day typed there is a date, and a cell far to the right makes rows no wider."""
    book = load_workbook(io.BytesIO(dict(written(find_format("xlsx"), CORPUS))["study.xlsx"]))
    sheet = book["articles"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["published_on"]).value = datetime(2023, 11, 10)  # noqa: DTZ001
    sheet.cell(2, 16_384).value = "far"
    out = io.BytesIO()
    book.save(out)
    files = SourceFiles.uploaded([("study.xlsx", out.getvalue())])
    (found,), findings = read("xlsx", [("study.xlsx", out.getvalue())])
    assert found.published_on == "2023-11-10"
    assert list(findings) == []
    assert {len(row) for row in Book(files, "study.xlsx").walk("articles")} == {len(columns)}


def test_what_is_no_workbook_is_refused() -> None:
    for content in (b"", b"PK\x03\x04", b"nonsense"):
        with pytest.raises(FileRefused, match=r"study\.xlsx"):
            read("xlsx", [("study.xlsx", content)])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Officials … Bob", ["Officials", "Bob"]),
        ("Officials said … Bob", ["Officials", "Bob"]),  # all of it, without gaps
        ("", ["Officials", "Bob"]),
        ("Officials … Bib", None),
        ("Wholly other words", None),
    ],
)
def test_the_words_of_stretches_are_held_against_their_places(
    words: str, found: list[str] | None
) -> None:
    form = find_format("csv")
    assert form.read is not None
    rows = f"article,annotator,label,start,end,fragments,text\na,bob,X,0,20,0-9 17-20,{words}\n"
    files = [
        ("s.csv", rows.encode()),
        ("t.csv", "article,text\na,Officials said … Bob lied.\n".encode()),
    ]
    reading = form.read(SourceFiles.uploaded(files), Hints())
    (placed,) = [place_article(each, findings=reading.findings) for each in reading.articles]
    (work,) = placed.assignments
    parts = [[part.text for part in span.fragments] for span in work.spans]
    assert parts == ([found] if found else [])
    said = [str(each) for each in reading.findings]
    assert [each.startswith("s.csv, line 2: ") for each in said] == ([] if found else [True])


def test_spans_without_a_text_name_their_article_and_the_way_on() -> None:
    content = b"article,annotator,label,start,end\nport,bob,x,0,2\n"
    read = find_format("csv").read
    assert read is not None

    def articles(hints: Hints) -> tuple[list[ArticleRecord], list[str]]:
        reading = read(SourceFiles.uploaded([("spans.csv", content)]), hints)
        return list(reading.articles), [str(each) for each in reading.findings]

    found, (said,) = articles(Hints())
    assert said.startswith("spans.csv, line 2: ")
    assert (found, "the study has none for “port”" in said) == ([], True)
    assert "articles.csv, or a sheet, with the columns article and text" in said
    (there,), said_then = articles(Hints(find_text=lambda digest, title: f"{title}!"))
    assert (there.text, said_then) == ("port!", [])
