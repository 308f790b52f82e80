"""JSON Lines with one annotator's work on one text a line, which doccano and Prodigy read.

Lines of one text follow each other when we write; files of others are a file for each annotator.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TypeAlias

from ..frame import Chunk, FileRefused, Findings, Hints, Reading, SourceFiles
from ..frame.json_in import parse_json
from ..records import ArticleRecord, AssignmentRecord, Corpus
from ._labelled_text import Json, Kinds, Task, TaskWork, make_article, merged, ours_of
from ._works import all_works, kinds_asked

ENDINGS = (".jsonl", ".ndjson")
WriteLine: TypeAlias = Callable[[ArticleRecord, AssignmentRecord, bool, Kinds], Json]
ReadLine: TypeAlias = Callable[[Json, str, str], TaskWork]


def write_lines(corpus: Corpus, path: str, line_of: WriteLine) -> Iterator[Chunk]:
    kinds = kinds_asked(corpus.study.codebook)
    yield path, b""
    for article in corpus.articles:
        works = list(all_works(article)) or [(False, AssignmentRecord(""))]
        for is_gold, work in works:
            line = json.dumps(line_of(article, work, is_gold, kinds), ensure_ascii=False)
            yield path, line.encode() + b"\n"


def read_lines(files: SourceFiles, hints: Hints, work_of: ReadLine) -> Reading:
    findings = Findings()
    paths = files.ending(*ENDINGS)
    if not paths:
        raise FileRefused("", "There is no .jsonl file among them.")
    return Reading(_articles(files, paths, hints, findings, work_of), findings)


def _articles(
    files: SourceFiles,
    paths: tuple[str, ...],
    hints: Hints,
    findings: Findings,
    work_of: ReadLine,
) -> Iterator[ArticleRecord]:
    def tasks() -> Iterator[Task]:
        for path in paths:
            annotator = PurePosixPath(path).stem if len(paths) > 1 else hints.annotator
            for number, line in files.lines(path):
                if not line.strip():
                    continue
                try:
                    task = _task(line, path, number, annotator or "annotator", work_of)
                    task.place = f"{path}, {task.place}" if len(paths) > 1 else task.place
                    yield task
                except FileRefused as refused:
                    findings.refused(refused.file, refused.place, refused.reason)

    for task in merged(tasks(), several=len(paths) > 1):
        try:
            file = paths[0] if len(paths) == 1 else ""
            yield make_article(task, file=file, hints=hints, findings=findings)
        except FileRefused as refused:
            findings.refused(refused.file, refused.place, refused.reason)


def _task(line: str, path: str, number: int, annotator: str, work_of: ReadLine) -> Task:
    place = f"line {number}"
    value = parse_json(line, file=path, line=number)
    text = value.get("text", value.get("data")) if isinstance(value, dict) else None
    if not isinstance(text, str) or not text:
        raise FileRefused(path, "The line is no JSON object with a text.", place=place)
    ours = ours_of(value)
    stem = f"{PurePosixPath(path).stem} {number}"
    task = Task(text, stem, place, ours.get("article"))
    meta = value.get("meta")
    for holder in (value, meta if isinstance(meta, dict) else {}):
        if isinstance(holder.get("title"), str):
            task.title = holder["title"]
    if ours.get("nobody") is True:
        return task
    try:
        work = work_of(value, annotator, place)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        why = f" ({error})" if type(error) is ValueError else ""
        reason = f"Its labels are no list of spans as this format has them{why}."
        raise FileRefused(path, reason, place=place) from error
    about = ours.get("work")
    if isinstance(about, dict):
        work.about, work.is_gold = about, about.get("gold") is True
    task.works.append(work)
    return task


def whole(value: object) -> int:
    """A whole number. Raises ValueError."""
    if type(value) is not int:
        raise ValueError(f"{str(value)[:20]!r} is no whole number")
    return value
