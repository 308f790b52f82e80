"""Web pages, Word files and PDF files: their words, and refusals in sentences."""

import io
import resource
import zipfile

import pytest
from docx import Document
from pypdf import PdfWriter

from annotations.corpus.extraction import Extractor
from annotations.corpus.files import Reader
from annotations.corpus.records import Limits, Record

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>Strike in Arden</title>
<meta property="og:site_name" content="The Paper"><meta name="author" content="Ann Writer">
<link rel="canonical" href="https://example.org/strike"></head><body>
<nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>Strike in Arden</h1>
<p>Officials in Arden said on Friday that the strike \U0001f525 would go on for another week.</p>
<p>The mayor, who has been critical of the union, could not be reached for comment today.</p>
</article><footer>All rights reserved.</footer></body></html>"""
NO_WORD_FILE = (
    "This is not a Word file that can be read: it may be damaged, or something else under this "
    "name."
)


def records(name: str, content: bytes) -> list[Record]:
    return list(Reader(Limits()).read(name, content))


def word_file(*paragraphs: str) -> bytes:
    made, out = Document(), io.BytesIO()
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    made.core_properties.title = "Strike in Arden"
    made.save(out)
    return out.getvalue()


def pdf_file(words: str = "") -> bytes:
    """A page by hand: what a text layer is."""
    stream = f"BT /F1 12 Tf 72 700 Td ({words}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out + b"xref\n0 6\n0000000000 65535 f \n" + table
        + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    )  # fmt: skip


def test_a_web_page_gives_its_main_text_and_particulars() -> None:
    (record,) = records("page.html", PAGE.encode())
    assert record.problem == ""
    text = record.fields["text"]
    assert "strike \U0001f525 would go on" in text
    assert "Home" not in text
    assert "rights reserved" not in text
    assert record.fields["title"] == "Strike in Arden"
    assert (record.fields["outlet"], record.fields["byline"]) == ("The Paper", "Ann Writer")
    assert (record.fields["url"], record.fields["language"]) == (
        "https://example.org/strike",
        "en-GB",
    )


def test_a_word_file_gives_its_paragraphs_and_tables() -> None:
    (record,) = records("a.docx", word_file("Officials said.", "", "The mayor \U0001f525 lied."))
    assert record.fields == {
        "title": "Strike in Arden",
        "text": "Officials said.\n\nThe mayor \U0001f525 lied.\n\nleft\tright",
    }


def test_a_pdf_file_gives_its_text_layer() -> None:
    (record,) = records("strike.pdf", pdf_file("Officials said so."))
    assert record.fields == {"title": "strike", "text": "Officials said so."}


def test_files_in_a_zip_are_read_too() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("strike.pdf", pdf_file("Officials said so."))
        archive.writestr("page.htm", PAGE)
    assert [record.problem for record in records("all.zip", out.getvalue())] == ["", ""]


def locked_pdf() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def packed_tight() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\x00" * 20_400_000)
    return out.getvalue()


def with_entities() -> bytes:
    source, out = io.BytesIO(word_file("x")), io.BytesIO()
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(out, "w") as archive:
        for name in before.namelist():
            content = before.read(name)
            if name == "word/document.xml":
                evil = b'<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document'
                content = content.replace(b"<w:document", evil, 1).replace(b">x<", b">x&e;<")
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.html", b"", "This is not a web page that can be read|No main text was found"),
        ("a.html", b"<html><body></body></html>", "No main text was found"),
        ("a.html", b"<p " + b"a=1 " * 17_000 + b">x</p>", "One of its tags is longer than 64 kB."),
        ("a.html", b"x" * 5_000_001, "The page is 5 MB; 5 MB are read."),
        (
            "a.docx",
            b"PK no zip",
            NO_WORD_FILE,
        ),
        (
            "a.docx",
            word_file("x")[:300],
            NO_WORD_FILE,
        ),
        ("a.docx", packed_tight(), "Unpacked it is 20.4 MB, more than 20 MB. Save its"),
        ("a.pdf", b"%PDF-1.4 and no more", "This is not a PDF file that can be read"),
        ("a.pdf", pdf_file(), "This PDF file has no text layer, only pictures of its pages."),
        ("a.pdf", locked_pdf(), "This PDF file is locked with a password."),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    name: str, content: bytes, said: str
) -> None:
    (record,) = records(name, content)
    assert record.problem.startswith(tuple(said.split("|")))


def test_entities_of_a_word_file_lead_nowhere() -> None:
    (record,) = records("a.docx", with_entities())
    assert "root:" not in record.fields.get("text", "")


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    extractor = Extractor(seconds=0.0)
    reader = Reader(Limits())
    reader._extractor = extractor
    (slow,) = reader.read("page.html", PAGE.encode())
    assert slow.problem == (
        "This file takes too long or too much memory to read. Save its text as .txt."
    )
    reader._extractor = Extractor()
    (record,) = reader.read("page.html", PAGE.encode())
    assert record.problem == ""


def test_a_file_may_use_ten_seconds_of_the_processor_and_512_mb() -> None:
    extractor = Extractor()
    extractor.fields(".pdf", pdf_file("Officials said so."))
    assert extractor._process is not None
    pid = extractor._process.pid
    seconds, _ = resource.prlimit(pid, resource.RLIMIT_CPU)
    assert seconds <= 10 + 5  # and what it took to begin
    assert resource.prlimit(pid, resource.RLIMIT_AS) == (512 * 2**20, 512 * 2**20)


def test_once_an_import_has_read_long_enough_the_rest_is_named() -> None:
    reader = Reader(Limits())
    reader._extractor = Extractor(together=0.000_001)
    said = [
        record.problem
        for name in ("a.pdf", "b.pdf")
        for record in reader.read(name, pdf_file("Officials said so."))
    ]
    assert said[0] == ""
    assert said[1].startswith("The files before this one took 60 seconds to read")
    assert said[1].endswith("Bring them in in parts.")


def test_what_could_not_be_read_is_not_tried_again_when_the_rest_is_stored() -> None:
    reader = Reader(Limits(), again={"a.pdf"})
    (record,) = reader.read("a.pdf", pdf_file("Officials said so."))
    assert record.problem != ""
    assert reader._extractor._process is None


def test_long_articles_and_pages_with_pictures_inside_come_in() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 200_000}">'
    (page,) = records("page.html", PAGE.replace("<nav>", picture + "<nav>").encode())
    (long,) = records("long.docx", word_file("Officials in Arden said so. " * 70_000))
    assert (page.problem, long.problem) == ("", "")
    assert len(long.fields["text"]) > 1_900_000


def test_the_same_file_is_read_alike_twice() -> None:
    assert records("page.html", PAGE.encode()) == records("page.html", PAGE.encode())
