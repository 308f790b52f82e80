"""The files of an export, one chunk after the other: data, then data card, then manifest."""

import hashlib
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from ..frame import Chunk, FileRefused, Form
from ..records import Corpus
from .aliases import Renaming
from .card import data_card
from .choosing import Wanted, choose, named
from .counting import CountedArticles, CountedRows, Counts, Tell
from .manifest import About, FileFacts, manifest, without_names

CARD, MANIFEST = "data_card.md", "manifest.json"
NOT_OF_THE_WHOLE = (
    "The whole study goes out with its people's names, all their marks and its texts, or it could "
    "not be brought in again. To leave something out choose another format, such as JSON Lines."
)
_DAY = (1980, 1, 1, 0, 0, 0)  # the same bytes give the same zip


class NotSo(FileRefused):
    """A format cannot be written as wanted; `field` of Wanted is why."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__("", reason)


def misfits(form: Form, wanted: Wanted) -> Iterator[NotSo]:
    """What this format cannot do of what is wanted."""
    if form.is_whole:
        for name in wanted.left_out:
            yield NotSo(name, NOT_OF_THE_WHOLE)
    elif form.needs_text and not wanted.texts:
        yield NotSo("texts", f"{form.title} cannot be written without the texts.")
    if wanted.soft_labels and not form.keeps_soft_labels:
        yield NotSo("soft_labels", f"{form.title} has no place for soft labels.")


class Packing:
    """Walk it to get the chunks; then `counts` and `files` say what there was."""

    def __init__(
        self,
        corpus: Corpus,
        form: Form,
        wanted: Wanted,
        about: About,
        options: Mapping[str, str],
        tell: Tell,
    ) -> None:
        if form.write is None:
            raise FileRefused("", f"{form.title} can be read only.")
        for misfit in misfits(form, wanted):
            raise misfit
        renaming = None
        if wanted.pseudonyms:
            renaming = Renaming(corpus.study, about.secret or secrets.token_bytes(32))
        self._form = form
        self._about = without_names(about, renaming) if renaming else about
        self._options = form.settled(options)
        self._tell = tell
        self.wanted = None if form.is_whole else named(wanted, renaming)
        self.corpus = corpus if form.is_whole else choose(corpus, wanted, renaming)
        self.files: list[FileFacts] = []
        self.counts = Counts()

    def __iter__(self) -> Iterator[Chunk]:
        self.files = []
        yield from self._noted(self._data())
        told = {
            "about": self._about,
            "form": self._form,
            "study": self.corpus.study,
            "wanted": self.wanted,
            "options": self._options,
            "counts": self.counts,
        }
        yield from self._noted([(CARD, data_card(**told))])  # type: ignore[arg-type]
        yield MANIFEST, manifest(**told, files=self.files)  # type: ignore[arg-type]

    def _data(self) -> Iterator[Chunk]:
        assert self._form.write is not None
        counted: CountedArticles | CountedRows
        if self.corpus.rows is not None and self._form.is_whole:
            counted = CountedRows(self.corpus.rows, self._tell)
            corpus = Corpus(self.corpus.study, (), counted.as_rows())
        else:
            counted = CountedArticles(self.corpus.articles, self._tell)
            corpus = Corpus(self.corpus.study, counted)
        yield from self._form.write(corpus, self._options)
        self.counts = counted.counts

    def _noted(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """The chunks, and of each file its length and hash."""
        here, n_bytes, digest = "", 0, hashlib.sha256()
        for path, chunk in chunks:
            if path != here:
                if here:
                    self.files.append(FileFacts(here, n_bytes, digest.hexdigest()))
                here, n_bytes, digest = path, 0, hashlib.sha256()
            n_bytes += len(chunk)
            digest.update(chunk)
            yield path, chunk
        if here:
            self.files.append(FileFacts(here, n_bytes, digest.hexdigest()))


def pack(
    corpus: Corpus,
    form: Form,
    *,
    about: About,
    wanted: Wanted | None = None,
    options: Mapping[str, str] | None = None,
    tell: Tell = lambda n: None,
) -> Packing:
    """Raises FileRefused when the format cannot be written, or not so."""
    return Packing(corpus, form, wanted or Wanted(), about, options or {}, tell)


def write_zip(chunks: Iterable[Chunk], path: Path) -> None:
    """One zip file, written as the chunks come."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in _by_file(chunks):
            info = zipfile.ZipInfo(name, _DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as file:
                for chunk in content:
                    file.write(chunk)


def write_folder(chunks: Iterable[Chunk], folder: Path) -> None:
    """The files of an export in a folder, which is made."""
    for name, content in _by_file(chunks):
        path = folder / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for chunk in content:
                file.write(chunk)


def _by_file(chunks: Iterable[Chunk]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(path, its chunks); each file's chunks must be taken before the next file."""
    walk = iter(chunks)
    waiting = next(walk, None)

    def file_of(path: str) -> Iterator[bytes]:
        nonlocal waiting
        while waiting is not None and waiting[0] == path:
            yield waiting[1]
            waiting = next(walk, None)

    while waiting is not None:
        yield waiting[0], file_of(waiting[0])
