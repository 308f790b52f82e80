"""JSON Lines with one annotator's work on one text a line, which doccano and Prodigy read.

Lines of one text follow each other when we write; others have a file for each annotator, or one
with all of the first annotator's lines before those of the second.
"""

import json
from collections import Counter
from collections.abc import Callable, Container, Iterator
from pathlib import PurePosixPath
from typing import TypeAlias

from annotations.text.cleaning import sha256

from ..frame import Chunk, FileRefused, Findings, Hints, Reading, SourceFiles
from ..frame.json_in import parse_json
from ..frame.lines_in import PlacedLines
from ..records import ArticleRecord, AssignmentRecord, Corpus
from ._labelled_text import OURS, Json, Kinds, Task, TaskWork, joined, make_article, ours_of
from ._works import all_works, kinds_asked

ENDINGS = (".jsonl", ".ndjson")
WriteLine: TypeAlias = Callable[[ArticleRecord, AssignmentRecord, bool, Kinds], Json]
# The line, whose it is where it names nobody, its place, what is left out; None is nobody's work.
ReadLine: TypeAlias = Callable[[Json, str, str, Counter[str]], TaskWork | None]
MOST_OPEN = 32


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
    """Two walks, so that one article is held at a time however the lines are ordered: which lines
    are of one text, then the lines of each text."""
    several = len(paths) > 1
    lines = _OpenLines(files)
    try:
        for same in _by_text(paths, lines).values():
            tasks: list[Task] = []
            for path, number, place in same:
                annotator = PurePosixPath(path).stem if several else hints.annotator
                line = lines.of(path).at(number, place)
                try:
                    task = _task(line, path, number, annotator or "annotator", work_of, findings)
                    task.place = f"{path}, {task.place}" if several else task.place
                    tasks.append(task)
                except FileRefused as refused:
                    findings.refused(refused.file, refused.place, refused.reason)
            try:
                if tasks:
                    file = "" if several else paths[0]
                    yield make_article(joined(tasks), file=file, hints=hints, findings=findings)
            except FileRefused as refused:
                findings.refused(refused.file, refused.place, refused.reason)
    finally:
        lines.close()


class _OpenLines:
    """The files whose lines are read; only so many are open at once."""

    def __init__(self, files: SourceFiles) -> None:
        self._files = files
        self._open: dict[str, PlacedLines] = {}

    def of(self, path: str) -> PlacedLines:
        found = self._open.pop(path, None) or self._files.placed_lines(path)
        self._open[path] = found  # the last used stands last
        if len(self._open) > MOST_OPEN:
            self._open.pop(next(iter(self._open))).close()
        return found

    def close(self) -> None:
        for each in self._open.values():
            each.close()


def _by_text(paths: tuple[str, ...], lines: _OpenLines) -> dict[object, list[tuple[str, int, int]]]:
    """(file, number, place) of the lines of each text, in the order of the first ones."""
    found: dict[object, list[tuple[str, int, int]]] = {}
    for path in paths:
        for number, place, line in lines.of(path).walk():
            if line.strip():
                found.setdefault(_key(line, path, number), []).append((path, number, place))
    return found


def _key(line: str, path: str, number: int) -> object:
    """The same for lines of one article; what is no such line is told of when it is read again."""
    try:
        value = json.loads(line)
        about = ours_of(value).get("article") or {}
        return sha256(value.get("text", value.get("data"))), str(about.get("id", ""))
    except (ValueError, RecursionError, AttributeError, TypeError):
        return path, number


def _task(
    line: str, path: str, number: int, annotator: str, work_of: ReadLine, findings: Findings
) -> Task:
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
    lost: Counter[str] = Counter()
    try:
        work = work_of(value, annotator, place, lost)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        why = f" ({error})" if type(error) is ValueError else ""
        reason = f"Its labels are no list of spans as this format has them{why}."
        raise FileRefused(path, reason, place=place) from error
    for what, n in lost.items():
        findings.count_lost(path, what, n)
    about = ours.get("work")
    if work is not None:
        if isinstance(about, dict):
            work.about, work.is_gold = about, about.get("gold") is True
        task.works.append(work)
    return task


def count_further(value: Json, known: Container[str], where: str, lost: Counter[str]) -> None:
    """What else an object of others says; names that begin with _ are a program's own."""
    for key, each in value.items():
        if key not in known and key[:1] != "_" and key != OURS and each not in (None, "", [], {}):
            lost[f"What {where} says under “{key[:40]}” is left out"] += 1


def whole(value: object) -> int:
    """A whole number. Raises ValueError."""
    if type(value) is not int:
        raise ValueError(f"{str(value)[:20]!r} is no whole number")
    return value
