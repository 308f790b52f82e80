"""JSON Lines: one article a line, with everybody's marks, gold and threads.

A line is the JSON object of an ArticleRecord with all its keys, so that every line has the same
shape and `datasets.load_dataset("json")` or a loop of json.loads reads it without a word about
this program. The codebook, the people and the rounds lie beside it in study.json.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..frame import Chunk, FileRefused, Findings, Form, Hints, Reading, SourceFiles
from ..frame.json_in import parse_json
from ..frame.losses import HISTORY, REPORTS
from ..frame.record_json import Wrong, dump, further_keys, load
from ..frame.settling import settle_text
from ..records import ArticleRecord, Corpus, StudyRecord

NAME = "sourcemark-articles/1"
ARTICLES, STUDY = "articles.jsonl", "study.json"
LOSSES = (HISTORY, REPORTS)


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    head = {"format": NAME, **dump(corpus.study, all_keys=True)}
    yield STUDY, (json.dumps(head, ensure_ascii=False, indent=1) + "\n").encode()
    yield ARTICLES, b""
    for article in corpus.articles:
        line = json.dumps(dump(article, all_keys=True), ensure_ascii=False)
        yield ARTICLES, line.encode() + b"\n"


def recognises(files: SourceFiles) -> bool:
    if any(NAME in files.beginning(path) for path in files.ending(STUDY)):
        return True
    return any(
        begins.startswith("{") and '"assignments"' in begins and '"n_code_points"' in begins
        for path in files.ending(".jsonl", ".ndjson")
        if (begins := files.beginning(path, 200_000))
    )


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    return Reading(_articles(files, hints, findings), findings, _study(files, findings))


def _study(files: SourceFiles, findings: Findings) -> StudyRecord:
    for path in files.ending(STUDY):
        head = parse_json(files.text(path), file=path)
        if isinstance(head, dict) and head.get("format") == NAME:
            try:
                return load(StudyRecord, head)
            except Wrong as wrong:
                raise FileRefused(path, str(wrong)) from wrong
    return StudyRecord()


def _articles(files: SourceFiles, hints: Hints, findings: Findings) -> Iterator[ArticleRecord]:
    for path in files.ending(".jsonl", ".ndjson"):
        for number, line in files.lines(path):
            if line.strip():
                yield from _article(path, number, line, hints, findings)


def _article(
    path: str, number: int, line: str, hints: Hints, findings: Findings
) -> Iterator[ArticleRecord]:
    """One, or none when the line is refused."""
    place = f"line {number}"
    try:
        value = parse_json(line, file=path, line=number)
        article = load(ArticleRecord, value)
        for key in further_keys(ArticleRecord, value):
            findings.count_lost(path, f"“{key[:60]}” is not part of the format and is left out")
        yield settle_text(replace(article, place=place), file=path, hints=hints)
    except Wrong as wrong:
        findings.refused(path, place, str(wrong))
    except FileRefused as refused:
        findings.refused(refused.file, refused.place, refused.reason)


FORM = Form(
    name="jsonl",
    title="JSON Lines, one article a line",
    endings=(".jsonl", ".ndjson"),
    about="For programs: every annotator, gold and threads, in one object for each article.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
    needs_text=False,
    keeps_soft_labels=True,
)
