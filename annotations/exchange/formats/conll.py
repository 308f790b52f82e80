"""CoNLL: a token a line, a column of BIO or BIOES tags for each label.

Each label is a layer of its own, so that spans of different labels may nest and cross; a first
line "# global.columns" (CoNLL-U Plus) names them. Tokens are cut where a span begins or ends, and
no sentence ends within a span. The text lies beside as .txt. Foreign files need neither: columns
of tags are found by their values, and words are joined by spaces where no text is there.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeAlias

from annotations.text.cleaning import sha256
from annotations.text.offsets import Stretch, graphemes
from annotations.text.sentences import sentences
from annotations.text.tokens import segments

from ..frame import (
    Chunk,
    FileRefused,
    Findings,
    Form,
    Hints,
    Loss,
    Option,
    Reading,
    SourceFiles,
    StoredText,
    text_file,
)
from ..frame.losses import (
    ATTRIBUTES,
    FLAGS,
    FRAGMENTED,
    HISTORY,
    LINKS,
    NOTES,
    OF_STUDY,
    ORIGINS,
    PROVENANCE,
    SUGGESTIONS,
    THREADS,
    each_assignment,
    each_span,
    strip_all,
)
from ..frame.naming import reading_order
from ..records import ArticleRecord, AssignmentRecord, Corpus, FragmentRecord, SpanRecord
from ._beside import BesideOut, read_beside
from ._gathered import Gathered, Member, gather
from ._works import EXTENT, placed_in, token, type_of, with_works

COLUMNS = "# global.columns ="
NO_LABEL = "LABEL"  # the one column where there is none: a word alone may look like a comment
ENDINGS = (".conll", ".bio", ".iob", ".iob2", ".bioes", ".conllup")
_TAG = re.compile(r"(?P<prefix>[BIESLU])-(?P<label>\S+)")
_START, _ALONE, _END = "BSU", "SU", "ESLU"


def _trimmed(span: SpanRecord) -> SpanRecord:
    parts = []
    for part in span.fragments:
        start = part.start + len(part.text) - len(part.text.lstrip())
        words = part.text.strip()
        parts.append(FragmentRecord(start, start + len(words), words))
    return replace(span, fragments=tuple(parts))


def _in_plain_words(span: SpanRecord) -> SpanRecord:
    word = type_of(span)
    return replace(span, label=None if word == EXTENT else word)


def _apart(work: AssignmentRecord) -> AssignmentRecord:
    """The first and longest of spans of one label that overlap."""
    reached: dict[str | None, int] = {}
    kept = []
    for span in sorted(work.spans, key=reading_order):
        if span.start >= reached.get(span.label, 0):
            reached[span.label] = span.end
            kept.append(span)
    return replace(work, spans=tuple(kept))


TRIMMED = Loss(
    "outer_space",
    "White space at the ends of a span is left out of it: tokens hold none.",
    each_span(_trimmed),
)
OVERLAPS = Loss(
    "overlaps",
    "Of overlapping spans of one label only the first and longest is kept.",
    each_assignment(_apart),
)
SPAN_VERSIONS = Loss(
    "span_versions",
    "Which codebook version a single span was made under is left out.",
    each_span(lambda span: replace(span, codebook=None)),
)
PLAIN_LABELS = Loss(
    "plain_labels",
    "Labels become plain words (“Named Entity” is Named_Entity), and those that are alike then are "
    "one.",
    each_span(_in_plain_words),
)
LOSSES = (
    HISTORY, *OF_STUDY, THREADS, PROVENANCE, SUGGESTIONS, LINKS, FRAGMENTED, ATTRIBUTES, NOTES,
    FLAGS, ORIGINS, SPAN_VERSIONS, TRIMMED, PLAIN_LABELS, OVERLAPS,
)  # fmt: skip


# --- writing --------------------------------------------------------------------------------------


def write(corpus: Corpus, options: Mapping[str, str]) -> Iterator[Chunk]:
    ends = options.get("scheme") == "bioes"
    divide = graphemes if options.get("unit") == "character" else segments
    beside = BesideOut()
    for whole in corpus.articles:
        article = strip_all(LOSSES, whole)
        breaks = [start for start, _ in sentences(article.text, article.language)]
        units = list(divide(article.text))
        for place, work in beside.places(article):
            slugs = (token(label.slug) for label in corpus.study.codebook.labels)
            labels = list(dict.fromkeys(slugs))
            labels += sorted({type_of(span) for span in work.spans} - set(labels))
            yield f"{place}.txt", text_file(article.text)
            lines = [f"{COLUMNS} FORM {' '.join(labels or [NO_LABEL])}"]
            tokens = _tokens(article.text, units, work.spans)
            lines += _lines(tokens, article.text, work.spans, labels, breaks, ends=ends)
            yield f"{place}.conll", "\n".join([*lines, ""]).encode()
    yield from beside.file()


def _lines(
    tokens: Sequence[Stretch],
    text: str,
    spans: Sequence[SpanRecord],
    labels: Sequence[str],
    breaks: Sequence[int],
    *,
    ends: bool,
) -> Iterator[str]:
    starts = [start for start, _ in tokens]
    tags = {label: ["O"] * len(tokens) for label in labels or [NO_LABEL]}
    inside: set[int] = set()
    for span in spans:
        first, stop = bisect_left(starts, span.start), bisect_left(starts, span.end)
        label = type_of(span)
        inside.update(range(first + 1, stop))
        for at in range(first, stop):
            prefix = "B" if at == first else "I"
            if ends and at == stop - 1:
                prefix = "S" if at == first else "E"
            tags[label][at] = f"{prefix}-{label}"
    begun = {bisect_left(starts, place) for place in breaks} - inside - {0}
    for at, (start, end) in enumerate(tokens):
        if at in begun:
            yield ""
        yield "\t".join([text[start:end], *(each[at] for each in tags.values())])
    yield ""


def _tokens(text: str, units: Sequence[Stretch], spans: Sequence[SpanRecord]) -> list[Stretch]:
    """The units without white space, cut where a span begins or ends."""
    edges = sorted({place for span in spans for place in (span.start, span.end)})
    found = []
    for start, end in units:
        low, high = bisect_left(edges, start + 1), bisect_left(edges, end)
        places = [start, *edges[low:high], end]
        for left, right in pairwise(places):
            words = text[left:right]
            for part in re.finditer(r"\S+", words):
                found.append((left + part.start(), left + part.end()))
    return found


# --- reading --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Document:
    tokens: list[tuple[str, list[str], int, bool]] = field(default_factory=list)
    # (word, its columns, line, whether it begins a sentence)


_Read: TypeAlias = tuple[StoredText, tuple[SpanRecord, ...], int]  # and its first line


def recognises(files: SourceFiles) -> bool:
    return any(_is_tagged(files.beginning(path, 20_000)) for path in _paths(files))


def _is_tagged(begins: str) -> bool:
    lines = [line for line in begins.split("\n")[:-1] if line.strip() and not _is_comment(line)]
    tagged = [line for line in lines if _TAG.fullmatch(line.split()[-1]) or line.split()[-1] == "O"]
    return begins.startswith(COLUMNS) or (len(lines) > 0 and len(tagged) > len(lines) * 0.9)


def _is_comment(line: str) -> bool:
    return line.startswith("# ") or line == "#"


def _paths(files: SourceFiles) -> list[str]:
    texts = [
        path for path in files.ending(".txt") if path.rpartition(".")[0] + ".conll" not in files
    ]
    return [*files.ending(*ENDINGS), *(p for p in texts if _is_tagged(files.beginning(p, 2000)))]


def read(files: SourceFiles, hints: Hints) -> Reading:
    findings = Findings()
    paths = _paths(files)
    if not paths:
        raise FileRefused("", "There is no file of tokens with BIO tags among them.")
    beside = read_beside(files)
    groups = gather(files, paths, lambda path: _digest(files, path), beside, hints, findings)
    return Reading(_articles(files, groups, bool(beside.articles), findings), findings)


def _digest(files: SourceFiles, path: str) -> str:
    try:
        return sha256("\f".join(made.text for made, _, _ in _read(files, path, Findings())))
    except FileRefused:
        return path


def _articles(
    files: SourceFiles, groups: list[Gathered], is_ours: bool, findings: Findings
) -> Iterator[ArticleRecord]:
    """`is_ours`: the label Extent means an extent, as it does where we wrote it."""
    for group in groups:
        read_files: list[tuple[Member, list[_Read]]] = []
        for member in group.members:
            try:
                documents = list(_read(files, member.path, findings, is_ours=is_ours))
                if read_files:
                    _check_same(*read_files[0], member, documents)
                read_files.append((member, documents))
            except FileRefused as refused:
                findings.refused(refused.file, refused.place, refused.reason)
        n_documents = len(read_files[0][1]) if read_files else 0
        for at in range(n_documents):
            stored = read_files[0][1][at][0]
            works = [
                (
                    member.is_gold,
                    placed_in(member.path, replace(member.about, spans=documents[at][1])),
                )
                for member, documents in read_files
                if member.about is not None
            ]
            ending = f" {at + 1}" if n_documents > 1 else ""
            article = replace(
                group.article,
                id=group.article.id + ending,
                title=group.article.title + ending,
                text=stored.text,
                sha256=stored.sha256,
                n_code_points=stored.n_code_points,
            )
            yield with_works(article, works)


def _check_same(
    first: Member, wanted: Sequence[_Read], member: Member, documents: Sequence[_Read]
) -> None:
    """Raises FileRefused when two annotators' files of an article hold other texts."""
    for (text, _, _), (other, _, line) in zip(wanted, documents, strict=False):
        if text.text != other.text:
            reason = f"Its text is not that of {first.path}, which is of the same article."
            raise FileRefused(member.path, reason, place=f"line {line}")
    if len(wanted) != len(documents):
        place = f"line {documents[len(wanted)][2]}" if len(documents) > len(wanted) else ""
        n, n_wanted = len(documents), len(wanted)
        reason = f"It holds {n} documents, {first.path} of the same article {n_wanted}."
        raise FileRefused(member.path, reason, place=place)


def _read(
    files: SourceFiles, path: str, findings: Findings, *, is_ours: bool = False
) -> Iterator[_Read]:
    names: list[str] = []
    document = _Document()
    beside = path.rpartition(".")[0] + ".txt"
    text = files.text(beside) if beside in files and beside != path else None
    begins = True
    layout = _layout(files, path)
    for number, line in files.lines(path):
        if line.startswith(COLUMNS):
            names = line.removeprefix(COLUMNS).split()[1:]
        elif line.startswith("-DOCSTART-"):
            if document.tokens:
                yield _marked(document, names, None, path, is_ours, findings)
            document, begins = _Document(), True
        elif not line.strip():
            begins = True
        elif not _is_comment(line) or layout.has_word(line):
            word, *columns = line.split("\t") if "\t" in line else line.split()
            if len(columns) != layout.n_columns:
                n, n_first = len(columns) + 1, layout.n_columns + 1
                reason = f"The line has {n} columns, the first one {n_first}."
                raise FileRefused(path, reason, place=f"line {number}")
            document.tokens.append((word, columns, number, begins))
            begins = False
    if document.tokens or text is not None:
        yield _marked(document, names, text, path, is_ours, findings)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Of a file's first line with a word: its columns after the word, and whether tabs divide."""

    n_columns: int
    is_tabbed: bool

    def has_word(self, line: str) -> bool:
        """Whether what looks like a comment is the word # or one that begins with it: it has as
        many columns as the first line, and a tag in one of them."""
        _, *columns = line.split("\t") if self.is_tabbed else line.split()
        return len(columns) == self.n_columns and any(
            tag == "O" or _TAG.fullmatch(tag) for tag in columns
        )


def _layout(files: SourceFiles, path: str) -> _Layout:
    for _, line in files.lines(path):
        if line.strip() and not line.startswith("-DOCSTART-") and not _is_comment(line):
            is_tabbed = "\t" in line
            return _Layout(len(line.split("\t") if is_tabbed else line.split()) - 1, is_tabbed)
    return _Layout(0, False)


def _marked(
    document: _Document,
    names: list[str],
    text: str | None,
    path: str,
    is_ours: bool,
    findings: Findings,
) -> _Read:
    pieces: list[str] = []
    places: list[Stretch] = []
    at = 0
    for word, _, line, begins in document.tokens:
        if text is None:
            gap = ("\n" if begins else " ") if pieces else ""
            pieces += [gap, word]
            start = at + len(gap)
        else:
            start = text.find(word, at)
            if start < 0 or text[at:start].strip():
                reason = f"“{word[:40]}” is not the next word of the text beside it."
                raise FileRefused(path, reason, place=f"line {line}")
        at = start + len(word)
        places.append((start, at))
    stored = StoredText("".join(pieces) if text is None else text, file=path)
    spans: list[SpanRecord] = []
    n_columns = len(document.tokens[0][1]) if document.tokens else 0
    for column in range(n_columns):
        values = [columns[column] for _, columns, _, _ in document.tokens]
        if names or all(value == "O" or _TAG.fullmatch(value) for value in values):
            spans += _decoded(document, column, places, stored, path, is_ours, findings)
        else:
            findings.lost_once(path, f"Column {column + 2} holds no BIO tags and is left out.")
    return stored, tuple(spans), document.tokens[0][2] if document.tokens else 1


def _decoded(
    document: _Document,
    column: int,
    places: Sequence[Stretch],
    stored: StoredText,
    path: str,
    is_ours: bool,
    findings: Findings,
) -> Iterator[SpanRecord]:
    """Spans of a column, in any of IOB, IOB2, BIOES and BILOU; what is odd is said."""
    label, first = "", 0
    number = 0
    odd: list[int] = []  # lines where a span begins with a tag that goes on

    def span(last: int) -> SpanRecord:
        start = stored.from_code_points(places[first][0])
        end = stored.from_code_points(places[last][1])
        words = stored.text[start:end]
        line = document.tokens[first][2]
        name = None if label == EXTENT and is_ours else label
        key = f"c{column}-{number}"
        return SpanRecord(key, name, (FragmentRecord(start, end, words),), place=f"line {line}")

    for at, (_, columns, line, begins) in enumerate(document.tokens):
        found = _TAG.fullmatch(columns[column])
        if found is None and columns[column] not in ("O", "_", ""):
            reason = f"“{columns[column][:40]}” is no tag such as B-X, I-X or O."
            findings.refused(path, f"line {line}", reason)
        prefix, now = (found["prefix"], found["label"]) if found else ("O", "")
        goes_on = label != "" and now == label and prefix not in _START and not begins
        if label and not goes_on:
            number += 1
            yield span(at - 1)
            label = ""
        if now and not goes_on:
            if prefix in "IEL":
                odd.append(line)
            label, first = now, at
        if now and prefix in _END:
            number += 1
            yield span(at)
            label = ""
    if label:
        number += 1
        yield span(len(document.tokens) - 1)
    if odd:
        more = f", and {len(odd) - 1:,} more do so" if len(odd) > 1 else ""
        sentence = f"A span begins with a tag that goes on (as in IOB){more}."
        findings.repaired(path, f"line {odd[0]}", sentence)


FORM = Form(
    name="conll",
    title="CoNLL, BIO or BIOES tags",
    endings=ENDINGS,
    about="For sequence labelling: a token a line, a column of tags for each label.",
    losses=LOSSES,
    write=write,
    read=read,
    recognises=recognises,
    options=(
        Option(
            "scheme",
            "Tags",
            (("bio", "BIO: beginning, inside"), ("bioes", "BIOES: end and single, too")),
            default="bio",
        ),
        Option(
            "unit",
            "A line is",
            (("word", "a word"), ("character", "a character")),
            default="word",
            help="Words are cut where a span begins or ends within them.",
        ),
    ),
)
