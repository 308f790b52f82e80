"""No file crashes, hangs or fills the memory of whoever reads it (promise R18, issue part D)."""

import random
import re
import resource
import time
import warnings
from collections.abc import Iterator

import pytest

from annotations.exchange.formats import find_format, formats, recognised
from annotations.exchange.frame import FileRefused, Form, Hints, SourceFiles
from annotations.exchange.frame.findings import Finding
from annotations.exchange.frame.placing import place_article
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    EntityRecord,
    FragmentRecord,
    GoldRecord,
    LinkRecord,
    SpanRecord,
)
from annotations.text.cleaning import sha256

from .corpora import STUDY
from .nasty import ZIPS, Files, circled, is_packed, nasty, packed_again, unpacked, zip_of
from .test_formats import written
from .test_same_on_both import FOLDER

SECONDS = 10
RISE = 200_000  # kB of memory beyond what the tests had taken before
CIRCLED = ("brat", "doccano", "label_studio", "prodigy", "refi_qda", "w3c", "xmi")
READ = [form for form in formats().values() if form.can_read and not form.is_whole]
TEXT = "Officials said the e\u0301 alleged 🔥 strike killed two.\nThe paper denied it.\n"


def span(key: str, label: str | None, *stretches: tuple[int, int], **more: object) -> SpanRecord:
    parts = tuple(FragmentRecord(start, end, TEXT[start:end]) for start, end in stretches)
    return SpanRecord(key, label, parts, **more)  # type: ignore[arg-type]


def corpus() -> Corpus:
    marks = (
        span("S1", "attribution", (0, 9), attributes={"entity": "E1"}, note="a note"),
        span("S2", "allegation", (15, 33)),
        span("S3", "loaded_word", (10, 14), (34, 40)),
    )
    links = (LinkRecord("S1", "S2", FragmentRecord(10, 14, TEXT[10:14])),)
    entities = (EntityRecord("E1", "Officials"),)
    works = (AssignmentRecord("bob", marks, links, entities), AssignmentRecord("carol"))
    article = ArticleRecord(
        "a", "Strike", TEXT, sha256(TEXT), len(TEXT), assignments=works, language="en",
        gold=GoldRecord(marks[:1], (), entities),
    )  # fmt: skip
    return Corpus(STUDY, (article,))


def right_files(form: Form) -> Files:
    """Files of the format; of one that is only read, those of any other."""
    return written(form if form.can_write else find_format("jsonl"), corpus())


def read_through(form: Form, files: Files) -> Iterator[str]:
    """Every sentence that is said about the files."""
    yield from map(str, found_in(form, files))


def found_in(form: Form, files: Files) -> Iterator[Finding]:
    assert form.read is not None
    try:
        sources = SourceFiles.uploaded(files)
        recognised(sources)
        reading = form.read(sources, Hints(annotator="bob", language="en"))
        for article in reading.articles:
            placed = place_article(article, findings=reading.findings)
            check(placed)
        yield from reading.findings
    except FileRefused as refused:
        yield Finding("refused", refused.file, refused.place, refused.reason)


def check(article: ArticleRecord) -> None:
    """Whatever is read fits: marks lie in the text and quote it."""
    assert article.sha256 == sha256(article.text)
    assert article.n_code_points == len(article.text)
    for work in article.assignments:
        ids = {each.id for each in work.spans}
        for each in work.spans:
            for part in each.fragments:
                assert article.text[part.start : part.end] == part.text != ""
        assert all({link.source, link.target} <= ids for link in work.links)


PLACE = re.compile(r"\b(?:line|row) [\d,]+\b|\bxmi:id \w|, sheet \w", re.IGNORECASE)
# What is refused without a place, and why it has none.
WHOLE = {
    r"This file is UTF-32\.": "none of it can be read",
    r"(?:zip file|workbook|XML) that can be read|cannot be unpacked": "packed bytes have no lines",
    r"There is no|^One \S+ file .*is needed, not 0|^No sheet has": "what is missing stands nowhere",
    r"holds no (?:text|sentence|project)|has no text": "what is missing stands nowhere",
    r"Its text is not (?:that of the others|the one)": "two files, whole against whole",
    r"the key \".+ stands twice": "it is named by its key",
    r"^\S+ (?:must be|is missing|holds) ": "a member, by its path",
    r"is no REFI-QDA project": "its first line says what it is instead",
    r"nested too deeply": "it ends nowhere",
    r"defines entities or a document type": "it stands before the first line of what is read",
    r"is not among the (?:articles|files)": "it is named, and the file that names it",
}
NO_FILE = re.compile(r"There is no|^One \S+ file .*is needed, not 0")  # not there: it has no name


@pytest.mark.parametrize("form", READ, ids=lambda form: form.name)
def test_spoilt_files_are_refused_or_read_and_nothing_else(form: Form) -> None:
    warnings.simplefilter("ignore")
    slow = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for how, files in nasty(right_files(form)):
        begun = time.monotonic()
        for finding in found_in(form, files):
            sentence = str(finding)
            assert sentence.strip(), how
            assert len(sentence) < 5_000, how
            assert "Traceback" not in sentence, how
            if finding.kind == "refused":
                assert says_where(finding, [path for path, _ in files]), (how, sentence)
        if time.monotonic() - begun > SECONDS:
            slow.append(how)
    assert slow == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < RISE


def says_where(refused: Finding, paths: list[str]) -> bool:
    """Whether a person finds the file, and the place in it, or there is a reason for none."""
    sentence = str(refused)
    named = any(path in sentence for path in paths) or NO_FILE.search(refused.sentence)
    placed = PLACE.search(sentence) or any(re.search(why, refused.sentence) for why in WHOLE)
    return bool(named and placed and "\n" not in sentence)


@pytest.mark.parametrize("form", READ, ids=lambda form: form.name)
def test_the_files_themselves_are_right(form: Form) -> None:
    if form.can_write:
        assert [each for each in read_through(form, right_files(form)) if "refused" in each] == []


@pytest.mark.parametrize("name", CIRCLED)
def test_links_in_a_circle_are_read(name: str) -> None:
    form = find_format(name)
    assert form.read is not None
    files = with_circle(right_files(form))
    reading = form.read(SourceFiles.uploaded(files), Hints())
    (article,) = [place_article(each, findings=reading.findings) for each in reading.articles]
    links = {(link.source, link.target) for link in article.assignments[0].links}
    assert len(links) == 2
    assert {(target, source) for source, target in links} == links


def with_circle(files: Files) -> Files:
    return [
        (path, packed_again(with_circle(unpacked(content)))) if is_packed(content)
        else (path, circled(content, random.Random(1)))
        for path, content in files
    ]  # fmt: skip


@pytest.mark.parametrize("how", ZIPS)
def test_a_zip_that_was_made_to_harm_is_refused(how: str) -> None:
    content, said = ZIPS[how]
    with pytest.raises(FileRefused, match=said):
        read_all([("a.zip", content)])


def read_all(listed: Files) -> None:
    files = SourceFiles.uploaded(listed)
    for path in files.paths:
        files.read(path)


NO_TEXTS = {
    "xmi": ("a.xmi", b'<xmi:XMI xmlns:xmi="http://www.omg.org/XMI"/>', "holds no text"),
    "refi_qda": (
        "a.qdpx",
        zip_of(("project.qde", b'<Project xmlns="urn:QDA-XML:project:1.0"/>')),
        "a.qdpx: There is no article",
    ),
    "jsonl": ("articles.jsonl", b"\n", "no article"),
    "w3c": ("a.jsonld", b"[]", "no article"),
    "label_studio": ("a.json", b"[]", "no .json file with tasks"),
    "doccano": ("a.jsonl", b"\n", "no article"),
}


@pytest.mark.parametrize("name", NO_TEXTS)
def test_files_without_a_text_say_so(name: str) -> None:
    path, content, said = NO_TEXTS[name]
    sentences = list(read_through(find_format(name), [(path, content)]))
    assert any(said in each for each in sentences), sentences


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (b'"username"', b'"nobody"', "study.json: It is not a whole study: KeyError"),
        (b'"text_sha256": "', b'"text_sha256": "0', "study.json: It is not a whole study: ValueE"),
        (b'"user": [', b'7: [', "study.json, line 6: Here the name of a table is expected."),
        (b',\n"head": {', b', "head": {"more": 7,', "study.json: Its head is not made of tables"),
    ],
)  # fmt: skip
def test_a_whole_study_that_is_spoilt_is_refused(was: bytes, becomes: bytes, said: str) -> None:
    content = (FOLDER / "whole_study.json").read_bytes()
    assert was in content
    spoilt = [("study.json", content.replace(was, becomes, 1))]
    (refused,) = read_through(find_format("sourcemark"), spoilt)
    assert refused.startswith(said)


def test_what_is_wrong_in_xml_is_said_with_its_line() -> None:
    form = find_format("xmi")
    name, content = next(each for each in right_files(form) if each[0].endswith(".xmi"))
    lines = content.replace(b"><", b">\n<").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines, 1) if b" label=" in line)
    lines[at - 1] = re.sub(rb'begin="\d+"', b'begin="x"', lines[at - 1])
    (said, *_) = read_through(form, [(name, b"".join(lines))])
    assert f"{name}, line {at}, " in said
