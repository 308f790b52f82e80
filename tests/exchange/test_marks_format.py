"""Files of one annotator's marks, with their text beside them: read like any other format."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotations.exchange.formats import recognised
from annotations.exchange.frame import Hints, SourceFiles
from annotations.exchange.frame.placing import place_article
from annotations.exchange.records import ArticleRecord
from annotations.text.cleaning import sha256

TEXT = "Officials 🔥 lied.\r\nNobody knows.\r\n"
STORED = TEXT.replace("\r\n", "\n")


def marks(annotator: str, text: str, **more: Any) -> bytes:
    start = text.index("Nobody")
    span = {"id": "A1", "label": "attribution", "start": start, "end": start + 6, "text": "Nobody"}
    told = {
        "format": "sourcemark-marks/1",
        "document": {"file": "fire.txt", "sha256": sha256(text), "code_points": len(text)},
        "annotator": annotator,
        "spans": [{**span, "attributes": {"entity": "E1"}}],
        "entities": [{"id": "E1", "name": "Nobody"}],
    }
    return json.dumps(told | more).encode()


def read(*files: tuple[str, bytes], text: str = "") -> tuple[list[ArticleRecord], list[str]]:
    source = SourceFiles.uploaded(files)
    form = recognised(source)[0]
    assert (form.name, form.read is not None) == ("marks", True)
    made = form.read(source, Hints(find_text=lambda digest, title: text))  # type: ignore[misc]
    articles = [place_article(each, findings=made.findings) for each in made.articles]
    return articles, [str(finding) for finding in made.findings]


@pytest.mark.parametrize("counted", [STORED, TEXT], ids=["as stored", "as in the file"])
def test_files_of_one_text_are_one_article_with_gold(counted: str) -> None:
    """Whichever line ends the offsets count, they come to lie in the stored text."""
    seed = {"format": "sourcemark-seed/1", "entities": [], "spans": []}
    files = [
        ("bob.json", marks("bob", counted)),
        ("gold.json", marks("gold", counted, **seed)),
        ("other.json", b'{"what": "ever"}'),
        ("the text.txt", TEXT.encode()),
    ]
    (article,), said = read(*files)
    (work,) = article.assignments
    assert (article.title, article.text, work.annotator) == ("fire", STORED, "bob")
    assert [STORED[span.start : span.end] for span in work.spans] == ["Nobody"]
    assert article.gold is not None
    assert said == ["other.json: It holds no marks of this format and was passed over."]


def test_a_study_that_has_the_text_needs_no_file_of_it() -> None:
    (article,), said = read(("bob.json", marks("bob", STORED)), text=STORED)
    assert (article.text, said) == (STORED, [])


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("b.json", marks("bob", STORED))], "Put the text beside it as a .txt file, such as fire"),
        ([("b.json", marks("bob", STORED, spans=[{"id": "A1"}]))], "b.json: Span A1"),
        (
            [(f"{n}.json", marks("gold", STORED)) for n in "ab"] + [("t.txt", STORED.encode())],
            "two sets of gold marks",
        ),
    ],
)
def test_what_cannot_be_taken_is_said(files: list[tuple[str, bytes]], said: str) -> None:
    articles, findings = read(*files)
    assert articles == []
    assert said in findings[0]


def test_convert_takes_a_folder_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    folder.mkdir()
    (folder / "bob.json").write_bytes(marks("bob", STORED))
    with pytest.raises(CommandError, match="Put the text beside it"):
        call_command("convert", str(folder / "bob.json"), str(tmp_path / "x"), "--to", "brat")
    (folder / "fire.txt").write_bytes(STORED.encode())
    out = StringIO()
    call_command("convert", str(folder), str(tmp_path / "brat"), "--to", "brat", stdout=out)
    assert "1 article from Sourcemark marks" in out.getvalue()
    assert "Nobody" in (tmp_path / "brat/bob/fire.ann").read_text()
