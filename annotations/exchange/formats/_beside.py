"""sourcemark.jsonl: what lies beside files that hold nothing but text and marks.

A line an article: its id, title and particulars, whose work lies in which folder, and its state.
Other programs pass the file over. Without it articles are called by their files, annotators by
their folders.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..frame import Chunk, FileRefused, SourceFiles
from ..frame.json_in import parse_json
from ..frame.paths import FileNames
from ..frame.record_json import Wrong, dump, load
from ..records import ArticleRecord, AssignmentRecord
from ._works import GOLD, all_works

BESIDE = "sourcemark.jsonl"
NAME = "sourcemark-beside/1"
NOBODY = "nobody"  # the folder of articles that no annotator has


class BesideOut:
    """Names of folders and files while they are written, and the file beside them at the end."""

    def __init__(self) -> None:
        self._stems = FileNames()
        self._folders: dict[str, str] = {}
        self._taken = FileNames()
        for name in (GOLD, NOBODY):
            self._taken.unique(name)
        self._lines: list[bytes] = []

    def places(
        self, article: ArticleRecord, *, lead: str = ""
    ) -> list[tuple[str, AssignmentRecord]]:
        """("bob/officials-say", the marks) of everyone, at least one.

        `lead` is the white space before the first word, for formats that begin with a word.
        """
        stem = self._stems.of(article)
        placed: list[tuple[str, AssignmentRecord]] = []
        rows = []
        for is_gold, work in all_works(article):
            folder = GOLD if is_gold else self._folder(work.annotator)
            placed.append((f"{folder}/{stem}", work))
            about = replace(work, spans=(), links=(), entities=())
            rows.append({"folder": folder, "gold": is_gold, **dump(about)})
        bare = replace(article, text="", assignments=(), gold=None, threads=(), soft_labels=())
        row = {"stem": stem, "article": dump(bare), "works": rows, "lead": lead}
        self._lines.append(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        return placed or [(f"{NOBODY}/{stem}", AssignmentRecord(""))]

    def file(self) -> Iterator[Chunk]:
        yield BESIDE, json.dumps({"format": NAME}).encode() + b"\n"
        for line in self._lines:
            yield BESIDE, line

    def _folder(self, annotator: str) -> str:
        if annotator not in self._folders:
            self._folders[annotator] = self._taken.unique(annotator)
        return self._folders[annotator]


@dataclass(frozen=True, slots=True)
class Beside:
    """What sourcemark.jsonl says: of articles by their stem, of works by "folder/stem"."""

    root: str = ""
    articles: Mapping[str, ArticleRecord] = field(default_factory=dict)
    works: Mapping[str, tuple[bool, AssignmentRecord]] = field(default_factory=dict)
    leads: Mapping[str, str] = field(default_factory=dict)

    def work(self, place: str) -> tuple[bool, AssignmentRecord] | None:
        """Of "corpus/bob/officials-say"."""
        return self.works.get(place.removeprefix(self.root))


def read_beside(files: SourceFiles) -> Beside:
    """Empty when there is none. Raises FileRefused."""
    for path in files.ending(BESIDE):
        if NAME not in files.beginning(path, 200):
            continue
        root = path[: -len(BESIDE)]
        articles: dict[str, ArticleRecord] = {}
        works: dict[str, tuple[bool, AssignmentRecord]] = {}
        leads: dict[str, str] = {}
        for number, line in files.lines(path):
            if number == 1 or not line.strip():
                continue
            try:
                _read_line(parse_json(line, file=path, line=number), articles, works, leads)
            except (Wrong, KeyError, TypeError, AttributeError) as wrong:
                reason = f"It does not say what this file says of an article ({wrong})."
                raise FileRefused(path, reason, place=f"line {number}") from wrong
        return Beside(root, articles, works, leads)
    return Beside()


def _read_line(
    row: Mapping[str, Any],
    articles: dict[str, ArticleRecord],
    works: dict[str, tuple[bool, AssignmentRecord]],
    leads: dict[str, str],
) -> None:
    stem = str(row["stem"])
    leads[stem] = str(row.get("lead", ""))
    articles[stem] = load(ArticleRecord, row["article"])
    for each in row["works"]:
        about = {key: value for key, value in each.items() if key not in ("folder", "gold")}
        work = load(AssignmentRecord, about)
        works[f"{each['folder']}/{stem}"] = (each["gold"] is True, work)
