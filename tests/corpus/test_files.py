import csv
import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.corpus.files import NO_ZIP, Reader, TooMuch
from annotations.corpus.records import Limits, Record
from annotations.corpus.tables import NO_ROWS
from tests.corpus.samples import FIRE, jsonl, zipped

KNOWN = "Known columns: title, text, outlet, byline, url, published_on, language, event."

ONLY = "Only .txt, .jsonl, .csv, .html, .htm, .docx and .pdf files hold articles here."


def read(name: str, content: bytes, **limits: int) -> list[Record]:
    return list(Reader(Limits(**limits)).read(name, content))


def problems(name: str, content: bytes, **limits: int) -> list[tuple[str, str, str]]:
    return [(each.name, each.place, each.problem) for each in read(name, content, **limits)]


def test_a_text_file_is_one_article_named_after_it():
    assert read("harbour fire.txt", b"Two died.\r\n") == [
        Record("harbour fire.txt", fields={"title": "harbour fire", "text": "Two died.\r\n"})
    ]


def test_json_lines_are_an_article_a_line():
    content = jsonl(FIRE, "", {"title": "B", "text": "b", "outlet": None})
    assert read("wire.jsonl", content.replace(b"\n", b"\r\n")) == [
        Record("wire.jsonl", "line 1", FIRE),
        Record("wire.jsonl", "line 3", {"title": "B", "text": "b"}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_an_article_a_row(delimiter):
    table = io.StringIO()
    writer = csv.writer(table, delimiter=delimiter)
    writer.writerows([["Title", " TEXT "], ["A", 'one\n\n"two"'], [], ["B", "b;,\t"]])
    assert read("wire.csv", table.getvalue().encode("utf-8-sig")) == [
        Record("wire.csv", "line 2", {"title": "A", "text": 'one\n\n"two"'}),
        Record("wire.csv", "line 6", {"title": "B", "text": "b;,\t"}),
    ]


def test_a_cell_may_be_as_long_as_an_article():
    text = "x" * 1_500_000
    assert read("a.csv", f"title,text\nA,{text}\n".encode())[0].fields["text"] == text


def test_a_zip_holds_files_of_every_kind_in_its_order():
    content = zipped(
        {
            "folder/b.txt": b"b",
            "__MACOSX/folder/._b.txt": b"\0",
            "folder/.DS_Store": b"\0",
            "a.jsonl": jsonl(FIRE),
            "c.csv": b"title,text\nC,c",
        }
    )
    assert read("all.zip", content) == [
        Record("all.zip: folder/b.txt", fields={"title": "b", "text": "b"}),
        Record("all.zip: a.jsonl", "line 1", FIRE),
        Record("all.zip: c.csv", "line 2", {"title": "C", "text": "c"}),
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "[1, 2]",
            "This is a list, not a JSON object. Write one article a line, like "
            '{"title": "…", "text": "…"}.',
        ),
        (
            "null",
            'This is null, not a JSON object. Write one article a line, like {"title": "…", '
            '"text": "…"}.',
        ),
        ('{"title": }', "Character 11: this is not JSON (Expecting value)."),
        ('{"title": "a", "text": 12}', "“text” must be words in quotation marks, not a number."),
        (
            '{"title": "a", "text": true}',
            "“text” must be words in quotation marks, not true or false.",
        ),
        ('{"title": "a"}', f"The field “text” is missing. {KNOWN}"),
        ('{"titel": "a"}', f"The field “titel” is not known. Did you mean “title”? {KNOWN}"),
        ('{"\\ud83d\\u0000": "a"}', f"The field “\ufffd\ufffd” is not known. {KNOWN}"),
        ('{"title": "a", "title": "b"}', "“title” is given twice."),
        ('{"title": NaN}', "NaN is no number in JSON."),
        ("[" * 100_000, "This is nested too deeply to be an article."),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_and_the_others_are_read(line, sentence):
    content = jsonl(FIRE, line, FIRE)
    assert problems("w.jsonl", content) == [
        ("w.jsonl", "line 1", ""),
        ("w.jsonl", "line 2", sentence),
        ("w.jsonl", "line 3", ""),
    ]


def test_a_number_of_thousands_of_digits_is_refused_in_words():
    ((_, _, sentence),) = problems("w.jsonl", jsonl('{"title": ' + "9" * 5000 + "}"))
    assert sentence.startswith("This is not JSON that can be read: a number")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", [("line 1", f"The first row must name the columns. {KNOWN}")]),
        ("title\nA", [("line 1", f"The column “text” is missing. {KNOWN}")]),
        (
            "title,text,body\nA,a,b",
            [("line 1", f"The column “body” is not known. Did you mean “text”? {KNOWN}")],
        ),
        ("title,text\n\n", [("", NO_ROWS)]),
        (
            "titel,body,date,x\nA,a,b,c",
            [
                (
                    "line 1",
                    "These columns are not known: “titel” (did you mean “title”?), “body” (did you "
                    "mean “text”?), “date” (did you mean “published_on”?), “x”. " + KNOWN,
                )
            ],
        ),
        (
            "title,text,publised_on\nA,a,b",
            [
                (
                    "line 1",
                    f"The column “publised_on” is not known. Did you mean “published_on”? {KNOWN}",
                )
            ],
        ),
        ("title,text,text\nA,a,b", [("line 1", "The column “text” is there twice.")]),
        ("," * 200, [("line 1", f"The first row must name the columns. {KNOWN}")]),
        ("," * 20_000, [("line 1", f"The first row is too long to name columns. {KNOWN}")]),
        ("title" + ",x" * 200, [("line 1", f"The first row has 201 columns. {KNOWN}")]),
        (
            'title,text\nA,"a\nb",c\nB,b',
            [("line 2", "This row has 3 cells, the first row 2."), ("line 4", "")],
        ),
        (
            'title,text\nA,a\nB,"b" b\nC,c',
            [
                ("line 2", ""),
                (
                    "line 3",
                    "From here on this is not CSV: after a cell in quotation marks something else "
                    "follows than the next column. A quotation mark "
                    'inside a quoted cell is written twice ("").',
                ),
            ],
        ),
        (
            'title,text\nA,"never closed',
            [
                (
                    "line 2",
                    "From here on this is not CSV: a quotation mark opens a cell here that no "
                    "other closes. A quotation mark "
                    'inside a quoted cell is written twice ("").',
                ),
            ],
        ),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused_by_line(table, expected):
    assert [(place, problem) for _, place, problem in problems("t.csv", table.encode())] == expected


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.odt", b"x", ONLY),
        ("a", b"x", ONLY),
        (
            "a.txt",
            b"Zo\xeb",
            "Line 1, byte 3 of the file is not UTF-8. Save the file as UTF-8 and try again.",
        ),
        (
            "a.jsonl",
            b"{}\n\xff",
            "Line 2, byte 4 of the file is not UTF-8. Save the file as UTF-8 and try again.",
        ),
        (
            "a.zip",
            b"PK\x03\x04 no",
            NO_ZIP,
        ),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_problem(name, content, sentence):
    assert problems(name, content) == [(name, "", sentence)]


def test_a_name_with_control_characters_is_shown_without_them():
    assert read("a\x1b[31m\ud83d.txt", b"x")[0].name == "a\ufffd[31m\ufffd.txt"


# --- zip files that mean harm -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("../up.txt", "It holds a path to a folder above its own, “../up.txt”."),
        ("a/../../up.txt", "It holds a path to a folder above its own, “a/../../up.txt”."),
        ("..\\up.txt", "It holds a path to a folder above its own, “../up.txt”."),
        ("/etc/a.txt", "It holds an absolute path, “/etc/a.txt”."),
        ("C:\\a.txt", "It holds an absolute path, “C:/a.txt”."),
    ],
)
def test_a_zip_that_points_elsewhere_is_refused_whole(path, what):
    content = zipped({"good.txt": b"good", path: b"bad"})
    expected = f"{what} Nothing was taken from this zip file."
    assert problems("z.zip", content) == [("z.zip", "", expected)]


def test_a_link_in_a_zip_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("passwd.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    ((_, _, sentence),) = problems("z.zip", packed.getvalue())
    assert sentence.startswith("It holds a link to another file, “passwd.txt”.")


def test_a_zip_with_too_many_files_is_refused():
    content = zipped({f"{n}.txt": b"x" for n in range(4)})
    assert problems("z.zip", content, zip_entries=3) == [
        ("z.zip", "", "It holds 4 files, more than 3. Nothing was taken from this zip file.")
    ]


def test_a_zip_that_unpacks_beyond_the_limit_is_refused():
    content = zipped({"a.txt": b"x" * 600, "b.txt": b"x" * 600})
    assert problems("z.zip", content, unpacked_bytes=1000) == [
        (
            "z.zip",
            "",
            "Unpacked it is 1.2 kB; one import may unpack 1 kB. "
            "Nothing was taken from this zip file.",
        )
    ]


def test_the_limit_of_unpacking_holds_for_all_zips_together():
    reader = Reader(Limits(unpacked_bytes=1000))
    small = zipped({"a.txt": b"x" * 600})
    assert [each.problem for each in reader.read("1.zip", small)] == [""]
    assert [bool(each.problem) for each in reader.read("2.zip", small)] == [True]


def test_a_zip_that_lies_about_its_size_is_cut_off():
    """Says 9 bytes, unpacks to ten million."""
    content = bytearray(zipped({"a.txt": b"x" * 10_000_000}))
    size = (10_000_000).to_bytes(4, "little")
    assert content.count(size) == 2
    lying = bytes(content.replace(size, (9).to_bytes(4, "little")))
    found = problems("z.zip", lying, unpacked_bytes=1000)
    assert len(found) == 1
    assert found[0][0] == "z.zip: a.txt"
    assert found[0][2].startswith("This file cannot be unpacked")


def test_a_locked_zip_is_refused():
    content = bytearray(zipped({"a.txt": b"x"}))
    for signature in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.index(signature) + (6 if signature == b"PK\x03\x04" else 8)
        content[at] |= 1
    assert problems("z.zip", bytes(content)) == [
        ("z.zip: a.txt", "", "This file is locked with a password.")
    ]


def test_a_zip_in_a_zip_is_refused():
    content = zipped({"inner.zip": zipped({"a.txt": b"x"})})
    assert problems("z.zip", content) == [("z.zip: inner.zip", "", ONLY)]


@given(st.data())
def test_a_damaged_zip_never_raises(data):
    content = bytearray(zipped({"a.txt": b"hello" * 20, "b.csv": b"title,text\nA,a"}))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    for record in read("z.zip", bytes(content)):
        assert record.problem or record.fields


@given(st.binary(max_size=300), st.sampled_from([".txt", ".jsonl", ".csv", ".zip"]))
def test_no_bytes_raise(content, ending):
    for record in read(f"a{ending}", content):
        assert record.problem or "text" in record.fields


@given(st.text(max_size=200), st.sampled_from([".jsonl", ".csv"]))
def test_no_words_raise(text, ending):
    read(f"a{ending}", f"title,text\n{text}".encode("utf-8", "surrogatepass"))


def test_zip_errors_are_those_that_are_caught():
    with pytest.raises(zlib.error):
        zlib.decompress(b"no")


# --- too much ---------------------------------------------------------------------------------


def test_more_records_than_the_limit_end_the_reading():
    with pytest.raises(TooMuch) as refused:
        read("w.jsonl", jsonl(FIRE, FIRE, FIRE), records=2)
    assert str(refused.value) == (
        "There are more than 2 articles in these files. Bring them in by several imports."
    )
