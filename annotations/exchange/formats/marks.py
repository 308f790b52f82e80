"""Sourcemark marks: one annotator's marks on one article, "sourcemark-marks/1" or its forerunner.

Such a file names its text by the SHA-256 alone. The text is that of the study, or of a .txt file
that lies beside it; the files of one text are one article. The annotator "gold" is gold.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from annotations.text.cleaning import sha256

from .. import native
from ..frame import FileRefused, Findings, Form, Hints, Reading, SourceFiles
from ..frame.settling import settle_text
from ..frame.stored_text import StoredText
from ..native_seed import SEED_FORMAT
from ..records import ArticleRecord, AssignmentRecord, MarksRecord, MarksRefused
from ._works import GOLD, placed_in, with_works

NO_TEXT = (
    "It holds marks but not their text. Put the text beside it as a .txt file, {name}and take "
    "both together, in a folder or a zip."
)
OTHER = "It holds no marks of this format and was passed over."
Marked = tuple[str, MarksRecord]


def recognises(files: SourceFiles) -> bool:
    return any(_is_marks(files, path) for path in files.ending(".json"))


def _is_marks(files: SourceFiles, path: str) -> bool:
    begins = files.beginning(path, 200)
    return f'"{native.FORMAT}"' in begins or f'"{SEED_FORMAT}"' in begins


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    return Reading(_articles(files, hints, findings), findings)


def _articles(files: SourceFiles, hints: Hints, findings: Findings) -> Iterator[ArticleRecord]:
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    for path in files.ending(".json"):
        if not _is_marks(files, path):
            findings.lost_once(path, OTHER)
        elif marks := _marks(files, path, findings):
            by_text[marks.text_sha256].append(path)
    texts = _texts(files) if by_text else {}
    for digest, paths in by_text.items():
        marked = [
            (path, marks)
            for path in paths
            if (marks := _marks(files, path, Findings())) is not None
        ]
        try:
            yield _article(marked, _text(files, texts.get(digest), digest), hints, findings)
        except FileRefused as refused:
            findings.refused(refused.file, refused.place, refused.reason)


def _marks(files: SourceFiles, path: str, findings: Findings) -> MarksRecord | None:
    """None where the file is refused, which is said."""
    try:
        reading = native.read(files.read(path))
    except MarksRefused as wrong:
        for problem in wrong.problems:
            findings.refused(path, "", problem)
        return None
    except FileRefused as refused:
        findings.refused(refused.file, refused.place, refused.reason)
        return None
    for sentence in reading.losses:
        findings.lost(path, "", sentence)
    return reading.marks


def _texts(files: SourceFiles) -> dict[str, str]:
    """Which .txt file has a text of which SHA-256, as it stands there and as it would be stored."""
    found: dict[str, str] = {}
    for path in files.ending(".txt"):
        try:
            source = files.text(path)
            found |= {sha256(source): path, StoredText(source, file=path).sha256: path}
        except FileRefused:
            continue  # no text that these marks could lie in
    return found


def _text(files: SourceFiles, path: str | None, digest: str) -> str:
    """The characters that the offsets count; "" where no file has them."""
    if path is None:
        return ""
    source = files.text(path)
    return source if sha256(source) == digest else StoredText(source, file=path).text


def _article(
    marked: Sequence[Marked], text: str, hints: Hints, findings: Findings
) -> ArticleRecord:
    path, first = marked[0]
    title = first.title or PurePosixPath(first.file).stem or PurePosixPath(path).stem
    text = text or hints.find_text(first.text_sha256, title)
    if not text:
        name = f"such as {first.file[:60]}, " if first.file else ""
        raise FileRefused(path, NO_TEXT.format(name=name))
    article = ArticleRecord(title, title, text, first.text_sha256, 0, language=hints.language)
    works = [(each.annotator.lower() == GOLD, _work(path, each)) for path, each in marked]
    if sum(is_gold for is_gold, _ in works) > 1:
        raise FileRefused(path, f"There are two sets of gold marks on “{title[:60]}”.")
    return settle_text(with_works(article, works), file="", hints=hints)


def _work(path: str, marks: MarksRecord) -> AssignmentRecord:
    work = AssignmentRecord(
        marks.annotator, marks.spans, marks.links, marks.entities, codebook=marks.codebook
    )
    return placed_in(path, work)


FORM = Form(
    name="marks",
    title="Sourcemark marks, one annotator and article a file",
    endings=(".json",),
    about="What the pages and export_marks write for one piece of work.",
    read=read,
    recognises=recognises,
)
