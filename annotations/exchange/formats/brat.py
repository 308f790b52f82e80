"""brat standoff: a .txt and an .ann for each article and annotator.

Written in a folder for each annotator and one for gold, with annotation.conf for brat itself and
sourcemark.jsonl for what lies beside. Read from any such folders: files of one name and one text
in several folders are several annotators' work on one article; a name such as story_bob.ann is
bob's work on story.txt.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from annotations.text.cleaning import sha256

from ..frame import (
    Chunk,
    FileRefused,
    Findings,
    Form,
    Hints,
    Reading,
    SourceFiles,
    StoredText,
    text_file,
)
from ..frame.losses import HISTORY, OF_STUDY, PROVENANCE, THREADS
from ..records import ArticleRecord, AssignmentRecord, Corpus
from ._beside import Beside, BesideOut, read_beside
from ._brat_lines import Lines, configuration
from ._brat_reading import read_work
from ._works import EXTENT, GOLD, kinds_asked, token, with_works

LOSSES = (HISTORY, *OF_STUDY, THREADS, PROVENANCE)
MARKS, TEXT = (".ann", ".a1", ".a2"), ".txt"
UNNAMED = "annotator"


# --- writing --------------------------------------------------------------------------------------


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    beside = BesideOut()
    book = corpus.study.codebook
    kinds = kinds_asked(book)
    types: dict[str, dict[str, dict[str, None]]] = {}
    for label in book.labels:
        asked = types.setdefault(token(label.slug), {})
        for each in label.attributes:
            if each.kind == "choice" and each.choices:
                asked[token(each.name)] = {token(choice.value): None for choice in each.choices}
    for article in corpus.articles:
        for place, work in beside.places(article):
            lines = Lines(article.text, kinds)
            marks = "".join(f"{line}\n" for line in lines.of(work))
            yield f"{place}{TEXT}", text_file(article.text)
            yield f"{place}.ann", marks.encode()
            for kind, attributes in lines.types.items():
                for name, values in attributes.items():
                    types.setdefault(kind, {}).setdefault(name, {}).update(values)
                types.setdefault(kind, {})
    conf = "\n".join(configuration(types, [EXTENT]))
    yield "annotation.conf", f"{conf}\n".encode()
    yield from beside.file()


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    """A text and the files with marks on it; `place` is "folder/stem" of the marks."""

    place: str
    text: str  # path, "" where there is none
    marks: tuple[str, ...]
    annotator: str = ""

    @property
    def stem(self) -> str:
        return PurePosixPath(self.text or self.place).name.removesuffix(TEXT)


def recognises(files: SourceFiles) -> bool:
    found = files.ending(".ann")
    return bool(found) and any(
        not (begins := files.beginning(path, 200)) or (begins[0] in "TREANM#*" and "\t" in begins)
        for path in found[:20]
    )


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    beside = read_beside(files)
    pairs = _pairs(files, beside, findings)
    if not pairs:
        raise FileRefused("", "There is no .ann file among them.")
    return Reading(_articles(files, pairs, beside, hints, findings), findings)


def _pairs(files: SourceFiles, beside: Beside, findings: Findings) -> list[list[_Pair]]:
    """The files by article: first those of one name, told apart later by their texts."""
    texts = {path[: -len(TEXT)]: path for path in files.ending(TEXT)}
    by_stem: dict[str, str] = {PurePosixPath(place).name: path for place, path in texts.items()}
    marks: defaultdict[str, list[str]] = defaultdict(list)
    for path in files.ending(*MARKS):
        marks[path.rpartition(".")[0]].append(path)
    groups: defaultdict[str, list[_Pair]] = defaultdict(list)
    used = set()
    for place, found in marks.items():
        text, annotator = texts.get(place, ""), ""
        if not text:
            text, annotator = _text_of(PurePosixPath(place).name, by_stem)
        used.add(text)
        pair = _Pair(place, text, tuple(found), annotator)
        groups[pair.stem].append(pair)
    for path in texts.values():
        if path not in used:
            findings.lost(path, "", "There is no .ann file beside it, so it was left out.")
    return list(groups.values())


def _text_of(stem: str, by_stem: Mapping[str, str]) -> tuple[str, str]:
    """The text of "story_bob" is story.txt, and bob is who marked it."""
    for at in range(len(stem) - 1, 0, -1):
        if stem[at] in "_.-" and stem[:at] in by_stem:
            return by_stem[stem[:at]], stem[at + 1 :]
    return by_stem.get(stem, ""), ""


def _articles(
    files: SourceFiles, groups: list[list[_Pair]], beside: Beside, hints: Hints, findings: Findings
) -> Iterator[ArticleRecord]:
    names = _annotators(groups, hints)
    lost: Counter[str] = Counter()
    for pairs in groups:
        by_text: defaultdict[str, list[_Pair]] = defaultdict(list)
        for pair in pairs:
            by_text[_digest(files, pair, hints)].append(pair)
        for same in by_text.values():
            try:
                yield _article(files, same, names, beside, hints, findings, lost)
            except FileRefused as refused:
                findings.refused(refused.file, refused.place, refused.reason)
    for what, n in sorted(lost.items()):
        findings.lost("", "", f"There is no place for {what}: {n:,} in these files.")


def _digest(files: SourceFiles, pair: _Pair, hints: Hints) -> str:
    try:
        return sha256(_text(files, pair, hints))
    except FileRefused:
        return pair.text  # refused again, and said, when it is read


def _text(files: SourceFiles, pair: _Pair, hints: Hints) -> str:
    if pair.text:
        return files.text(pair.text)
    text = hints.find_text("", pair.stem)
    if not text:
        raise FileRefused(pair.marks[0], f"There is no text “{pair.stem}.txt” for it.")
    return text


def _annotators(groups: list[list[_Pair]], hints: Hints) -> dict[str, str]:
    """Who marked, by the place of a pair: folders name people where several hold the same name."""
    folders = {str(PurePosixPath(pair.place).parent) for pairs in groups for pair in pairs}
    several = any(len({pair.place for pair in pairs if not pair.annotator}) > 1 for pairs in groups)
    last = [PurePosixPath(folder).name for folder in folders]
    unique = len(set(last)) == len(last)
    names = {}
    for pairs in groups:
        for pair in pairs:
            folder = PurePosixPath(pair.place).parent
            name = pair.annotator
            if not name and several:
                name = folder.name if unique else str(folder)
            names[pair.place] = name or hints.annotator or UNNAMED
    return names


def _article(
    files: SourceFiles,
    pairs: list[_Pair],
    names: Mapping[str, str],
    beside: Beside,
    hints: Hints,
    findings: Findings,
    lost: Counter[str],
) -> ArticleRecord:
    first = pairs[0]
    file = first.text or first.marks[0]
    stored = StoredText(_text(files, first, hints), file=file)
    has_mark = first.text != "" and files.has_mark(first.text)
    works = []
    for pair in pairs:
        known = beside.work(pair.place)
        if known is None and beside.articles and f"/{pair.place}".endswith(f"nobody/{pair.stem}"):
            continue
        is_gold, about = known or (PurePosixPath(pair.place).parent.name == GOLD, None)
        about = about or AssignmentRecord(names[pair.place])
        is_ours = bool(beside.articles)
        marks = read_work(
            files, pair.marks, stored, findings, lost, is_ours=is_ours, has_mark=has_mark
        )
        work = replace(about, spans=marks.spans, links=marks.links, entities=marks.entities)
        works.append((is_gold, work))
    bare = beside.articles.get(first.stem) or ArticleRecord(
        first.stem, first.stem, "", "", 0, language=hints.language
    )
    article = replace(
        bare, text=stored.text, sha256=stored.sha256, n_code_points=stored.n_code_points, place=file
    )
    return with_works(article, works)


FORM = Form(
    name="brat",
    title="brat standoff",
    endings=MARKS,
    about="A text and a file of marks for each annotator, with annotation.conf. Offsets are code "
    "points. Read brat folders of any origin, one folder or one ending for each annotator.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
)
