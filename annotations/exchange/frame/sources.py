"""The files of one import: uploaded or on disk, packed or not, always within limits."""

import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from annotations.corpus.files import BAD_ZIP, check_path, passed_over, tidy
from annotations.corpus.records import RecordWrong, in_bytes
from annotations.text.cleaning import UnreadableText, decode

from .lines_in import UTF8_MARK, PlacedLines, decoded_line, next_line
from .refused import FileRefused, TooMuch

_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """How much one import may hold; bytes are counted after unpacking."""

    n_files: int = 1_000
    total_bytes: int = 20_000_000
    file_bytes: int = 20_000_000
    line_bytes: int = 12_000_000


# At a command line, for who runs the site. A file is still never read whole without a bound.
LARGE = SourceLimits(
    n_files=200_000,
    total_bytes=50_000_000_000,
    file_bytes=50_000_000_000,
    line_bytes=100_000_000,
)
_HELD = 8_000_000  # bytes of a zip within a zip that are held in memory
_SMALL = 1_000_000  # bytes of a file whose lines are read at once
WHOLE = 200_000_000  # bytes that are read at once at most, whatever the limits


@dataclass(frozen=True, slots=True)
class _Entry:
    n_bytes: int
    open: Callable[[], BinaryIO]


class SourceFiles:
    """Files by path, in the order of their names. A .zip among them is opened, and a .zip in it."""

    def __init__(self, limits: SourceLimits | None = None) -> None:
        self.limits = limits or SourceLimits()
        self._entries: dict[str, _Entry] = {}
        self._n_bytes = 0
        self._inner: dict[str, tuple[int, int]] = {}  # of files of inner zips: CRC and size

    @classmethod
    def uploaded(
        cls, files: Iterable[tuple[str, bytes]], limits: SourceLimits | None = None
    ) -> "SourceFiles":
        """From (name, content). Raises FileRefused."""
        made = cls(limits)
        for name, content in files:
            made._add_or_unpack(tidy(name), len(content), _opener(content))
        return made._sorted()

    @classmethod
    def on_disk(cls, path: Path, limits: SourceLimits | None = None) -> "SourceFiles":
        """A file, or all that lies in a folder. Raises FileRefused."""
        return cls.all_on_disk([path], limits)

    @classmethod
    def all_on_disk(
        cls, paths: Sequence[Path], limits: SourceLimits | None = None
    ) -> "SourceFiles":
        """Several of them as one; each folder of several gives its name to what lies in it."""
        made = cls(limits or LARGE)
        for path in paths:
            made._add_from_disk(path, f"{path.resolve().name}/" if len(paths) > 1 else "")
        return made._sorted()

    def _add_from_disk(self, path: Path, prefix: str) -> None:
        if not path.exists():
            raise FileRefused(str(path), "There is no such file or folder.")
        if path.is_file():
            self._add_or_unpack(path.name, path.stat().st_size, _path_opener(path))
            return
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and not inner.is_symlink():
                name, n_bytes = prefix + inner.relative_to(path).as_posix(), inner.stat().st_size
                add = self._unpack_inner if _is_zip(name) else self._add
                add(name, n_bytes, _path_opener(inner))

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def ending(self, *endings: str) -> tuple[str, ...]:
        """The paths that end so, whatever their case."""
        return tuple(path for path in self._entries if path.lower().endswith(endings))

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def open(self, path: str) -> BinaryIO:
        """The bytes of a file, as a stream to be closed."""
        try:
            return self._entries[path].open()
        except (*BAD_ZIP, RecordWrong) as error:
            raise FileRefused(path, f"This file cannot be unpacked ({error}).") from error

    def read(self, path: str) -> bytes:
        """All bytes of a file."""
        n_bytes = self._entries[path].n_bytes
        if n_bytes > WHOLE:
            raise FileRefused(path, f"It is {in_bytes(n_bytes)}, too much to be read at once.")
        with self.open(path) as file:
            try:
                return file.read()
            except BAD_ZIP as error:
                raise FileRefused(path, f"This file cannot be unpacked ({error}).") from error

    def text(self, path: str) -> str:
        """The characters of a file, line ends as they are (see StoredText)."""
        try:
            return decode(self.read(path))
        except UnreadableText as error:
            raise FileRefused(path, str(error)) from error

    def lines(self, path: str) -> Iterator[tuple[int, str]]:
        """(number from 1, line without its line end), one line of a large file at a time in memory.

        Lines end with LF or CRLF, nothing else.
        """
        held = self._held(path)
        if held is not None:
            yield from enumerate(held, 1)
            return
        with self.open(path) as file:
            number = 0
            mark = b""
            while True:
                line = next_line(path, file, number + 1, self.limits.line_bytes)
                if number == 0:
                    mark = line[:2]
                if mark in _OTHER_MARKS:
                    break
                if not line:
                    return
                number += 1
                yield number, decoded_line(path, line, number)
        for at, words in enumerate(self.text(path).split("\n"), 1):
            yield at, words.removesuffix("\r")

    def placed_lines(self, path: str) -> PlacedLines:
        """The lines as `lines` has them, to be walked once and then read again; to be closed."""
        with self.open(path) as file:
            is_other = file.read(2) in _OTHER_MARKS
        words = self.text(path).split("\n") if is_other else []
        held = [line.removesuffix("\r") for line in words] if is_other else None
        return PlacedLines(path, self.anywhere(path, _SMALL), self.limits.line_bytes, held)

    def has_mark(self, path: str) -> bool:
        """Whether the file begins with a byte order mark, which `text` takes away."""
        with self.open(path) as file:
            begins = file.read(len(UTF8_MARK))
        return begins == UTF8_MARK or begins[:2] in _OTHER_MARKS

    def _held(self, path: str) -> list[str] | None:
        """All lines of a small file in UTF-8; None where it has to be read line by line."""
        if self._entries[path].n_bytes > min(_SMALL, self.limits.line_bytes):
            return None
        try:
            words = self.read(path).removeprefix(UTF8_MARK).decode()
        except UnicodeDecodeError:
            return None
        lines = words.split("\n")
        if not lines[-1]:
            lines.pop()
        return [line.removesuffix("\r") for line in lines] if "\r" in words else lines

    def beginning(self, path: str, n_bytes: int = 4096) -> str:
        """The first characters of a file, for `recognises`; "" where they cannot be read."""
        with suppress(FileRefused, *BAD_ZIP), self.open(path) as file:
            raw = file.read(n_bytes)
            encoding = "utf-16" if raw[:2] in _OTHER_MARKS else "utf-8-sig"
            return raw.decode(encoding, errors="ignore")
        return ""

    def inside(self, path: str) -> "SourceFiles":
        """The files in a file that is a zip itself (.qdpx), within the same limits."""
        inner = SourceFiles(self.limits)
        inner._unpack(path, lambda: self.anywhere(path), inner=False)
        return inner._sorted()

    def anywhere(self, path: str, most_held: int = _HELD) -> BinaryIO:
        """A file that can be read at any place: a copy on disk where it lies in a zip itself. A
        large one is not in memory."""
        file = self.open(path)
        if not isinstance(file, zipfile.ZipExtFile):
            return file
        file.close()
        return self._spooled(path, self._entries[path].open, most_held)

    def _add_or_unpack(self, name: str, n_bytes: int, opener: Callable[[], BinaryIO]) -> None:
        if _is_zip(name):
            self._unpack(name, opener)
        else:
            self._add(name, n_bytes, opener)

    def _add(self, path: str, n_bytes: int, opener: Callable[[], BinaryIO]) -> None:
        if path in self._entries:
            raise FileRefused(path, "Two files have this name.")
        if len(self._entries) >= self.limits.n_files:
            raise TooMuch("", f"There are more than {self.limits.n_files:,} files.")
        self._count(path, n_bytes)
        self._entries[path] = _Entry(n_bytes, opener)

    def _count(self, path: str, n_bytes: int) -> None:
        """Raises FileRefused when it is too much."""
        limits = self.limits
        self._n_bytes += n_bytes
        if n_bytes > limits.file_bytes:
            most = in_bytes(limits.file_bytes)
            raise TooMuch(path, f"It is {in_bytes(n_bytes)}; a file may have {most}.")
        if self._n_bytes > limits.total_bytes:
            most = in_bytes(limits.total_bytes)
            raise TooMuch(path, f"With it the files are more than {most} unpacked.")

    def _unpack(self, name: str, opener: Callable[[], BinaryIO], *, inner: bool = True) -> None:
        """The files of a zip; `inner`: those of zips within it as well."""
        archive, entries = self._listed(name, opener())
        for entry in entries:
            path, opens = tidy(entry.filename), _zip_opener(archive, entry)
            if inner and _is_zip(path):
                self._unpack_inner(path, entry.file_size, opens)
            else:
                self._add(path, entry.file_size, opens)

    def _unpack_inner(self, name: str, n_bytes: int, opener: Callable[[], BinaryIO]) -> None:
        """The files of a zip that lies in a folder or a zip, as INCEpTION has one for each
        annotator: in the same folder where one of them bears the zip's name, else in one of its
        name. Zips within it stay closed. The limits count the zip and its files."""
        self._count(name, n_bytes)
        with self._spooled(name, opener) as file:
            archive, entries = self._listed(name, file)
            archive.close()
        place = PurePosixPath(name)
        own = place.with_suffix("")
        stems = {PurePosixPath(entry.filename).stem for entry in entries}
        home = place.parent if place.stem in stems else own
        for entry in entries:
            opens = partial(self._open_inner, name, opener, entry)
            path = str(home / tidy(entry.filename))
            same = self._inner.get(path)
            if same == (entry.CRC, entry.file_size):  # the type system, which each of them has
                continue
            path = str(own / tidy(entry.filename)) if path in self._entries else path
            self._inner[path] = entry.CRC, entry.file_size
            self._add(path, entry.file_size, opens)

    def _open_inner(
        self, name: str, opener: Callable[[], BinaryIO], entry: zipfile.ZipInfo
    ) -> BinaryIO:
        """Unpacked anew each time, so that no zip is held."""
        return cast(BinaryIO, zipfile.ZipFile(self._spooled(name, opener)).open(entry))

    def _spooled(
        self, name: str, opener: Callable[[], BinaryIO], most_held: int = _HELD
    ) -> BinaryIO:
        copy = tempfile.SpooledTemporaryFile(max_size=most_held)  # noqa: SIM115  # who asked closes it
        try:
            with opener() as file:
                shutil.copyfileobj(file, copy)
        except BAD_ZIP as error:
            raise FileRefused(name, f"This file cannot be unpacked ({error}).") from error
        return cast(BinaryIO, copy)

    def _listed(self, name: str, file: BinaryIO) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
        """A zip and what lies in it, without what is to be passed over. Raises FileRefused."""
        try:
            archive = zipfile.ZipFile(file)
            entries = archive.infolist()
        except BAD_ZIP as error:
            reason = f"This is not a zip file that can be read ({error})."
            raise FileRefused(name, reason) from error
        if len(entries) > self.limits.n_files:
            reason = f"It holds {len(entries):,} files, more than {self.limits.n_files:,}."
            raise TooMuch(name, reason)
        for entry in entries:
            try:
                check_path(entry)
            except RecordWrong as wrong:
                raise FileRefused(name, f"{wrong} Nothing was taken from it.") from wrong
            if entry.flag_bits & 0x1 and not passed_over(entry):
                inside = tidy(entry.filename)
                raise FileRefused(name, f"“{inside}” in it is locked with a password.")
        return archive, [entry for entry in entries if not passed_over(entry)]

    def _sorted(self) -> "SourceFiles":
        self._entries = dict(sorted(self._entries.items()))
        return self


def _is_zip(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() == ".zip"


def _opener(content: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(content)


def _path_opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _zip_opener(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    # zipfile reads no more than the size that an entry declares, which the limits have counted.
    return lambda: cast(BinaryIO, archive.open(entry))
