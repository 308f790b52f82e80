"""From uploaded files to records: .txt, .jsonl, .csv, web pages, Word and PDF files, and .zip files
of them.

Nothing a file holds raises here: what cannot be read becomes a record with a problem. Only too
much of everything (records, unpacked bytes) ends the reading.
"""

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from annotations.text.cleaning import UnreadableText, decode
from annotations.text.refusal import Refusal

from . import extraction
from .records import Limits, Record, RecordWrong, in_bytes, shortened
from .tables import read_csv, read_json_lines

PLAIN = (".txt", ".jsonl", ".csv")
ENDINGS = (*PLAIN, *extraction.ENDINGS, ".zip")
NO_ZIP = (
    "This is not a zip file that can be read: it is damaged, or something else under this name."
)
BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class TooMuch(Refusal):
    """This is more than one import may hold."""


class Reader:
    """Reads the files of one import and counts towards its limits.

    With `leave_out`, columns that are not known are passed over instead of refused. `again` says
    that the files were read before: files of these names could not be, and are not tried.
    """

    def __init__(
        self, limits: Limits, *, leave_out: bool = False, again: Collection[str] | None = None
    ) -> None:
        self.limits = limits
        self.leave_out = leave_out
        self._n_records = 0
        self._unpacked = 0
        self._wrong = again or ()
        # What was read before comes in, also if it takes somewhat longer now.
        times = 1 if again is None else 2
        self._extractor = extraction.Extractor(together=times * extraction.TOGETHER)

    def read(self, name: str, content: bytes) -> Iterator[Record]:
        """The records of a file in their order. Raises TooMuch."""
        name = tidy(name)
        records = (
            self._unzipped(name, content) if _ending(name) == ".zip" else self._read(name, content)
        )
        for record in records:
            self._n_records += 1
            if self._n_records > self.limits.records:
                raise TooMuch(
                    f"There are more than {self.limits.records:,} articles in these files. "
                    "Bring them in by several imports."
                )
            yield record

    def _unzipped(self, name: str, content: bytes) -> Iterator[Record]:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                entries = self._entries(archive)
                if not entries:
                    raise RecordWrong("It holds no file.")
                for entry in entries:
                    inside = f"{name}: {tidy(entry.filename)}"
                    try:
                        yield from self._read(inside, self._unpack(archive, entry))
                    except RecordWrong as wrong:
                        yield Record(inside, problem=str(wrong))
        except RecordWrong as wrong:
            yield Record(name, problem=f"{wrong} Nothing was taken from this zip file.")
        except BAD_ZIP:
            yield Record(name, problem=NO_ZIP)

    def _read(self, name: str, content: bytes) -> Iterator[Record]:
        if _ending(name) not in extraction.ENDINGS:
            yield from _plain(name, content, self.leave_out)
            return
        if name in self._wrong:
            yield Record(name, problem="This file could not be read.")
            return
        try:
            fields = self._extractor.fields(_ending(name), content)
        except RecordWrong as wrong:
            yield Record(name, problem=str(wrong))
        else:
            yield Record(name, fields={"title": _stem(name), **fields})

    def _entries(self, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
        """The files in a zip, once nothing about it is suspicious. Raises RecordWrong, TooMuch."""
        entries = archive.infolist()
        if len(entries) > self.limits.zip_entries:
            raise RecordWrong(
                f"It holds {len(entries):,} files, more than {self.limits.zip_entries:,}."
            )
        for entry in entries:
            check_path(entry)
        wanted = [entry for entry in entries if not passed_over(entry)]
        declared = sum(entry.file_size for entry in wanted)
        if declared + self._unpacked > self.limits.unpacked_bytes:
            raise RecordWrong(
                f"Unpacked it is {in_bytes(declared)}; one import may unpack "
                f"{in_bytes(self.limits.unpacked_bytes)}."
            )
        return wanted

    def _unpack(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
        """The bytes of one file, never more than the limit, whatever the zip says of its size."""
        if entry.flag_bits & 0x1:
            raise RecordWrong("This file is locked with a password.")
        left = self.limits.unpacked_bytes - self._unpacked
        try:
            with archive.open(entry) as file:
                content = file.read(left + 1)
        except BAD_ZIP as error:
            raise RecordWrong("This file cannot be unpacked: it is damaged.") from error
        self._unpacked += len(content)
        if len(content) > left:
            raise TooMuch(
                f"{tidy(entry.filename)} unpacks to more than it says, beyond "
                f"{in_bytes(self.limits.unpacked_bytes)}. Nothing was taken from these files."
            )
        return content


def tidy(name: str) -> str:
    """A file's name, fit to be shown and stored."""
    return shortened(name, 200)


def _plain(name: str, content: bytes, leave_out: bool) -> Iterator[Record]:
    ending = _ending(name)
    if ending not in PLAIN:
        known = ", ".join(ENDINGS[:-2])
        yield Record(name, problem=f"Only {known} and {ENDINGS[-2]} files hold articles here.")
        return
    try:
        text = decode(content)
    except UnreadableText as error:
        yield Record(name, problem=str(error))
        return
    if ending == ".txt":
        yield Record(name, fields={"title": _stem(name), "text": text})
    else:
        yield from (read_csv if ending == ".csv" else read_json_lines)(name, text, leave_out)


def _stem(name: str) -> str:
    return PurePosixPath(name.rpartition(": ")[2]).stem


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def check_path(entry: zipfile.ZipInfo) -> None:
    path = entry.orig_filename.replace("\\", "/")
    if path.startswith("/") or ":" in path.partition("/")[0]:
        raise RecordWrong(f"It holds an absolute path, “{tidy(path)}”.")
    if ".." in path.split("/"):
        raise RecordWrong(f"It holds a path to a folder above its own, “{tidy(path)}”.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise RecordWrong(f"It holds a link to another file, “{tidy(path)}”.")


def passed_over(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what a Mac puts into its zip files."""
    path = PurePosixPath(entry.filename)
    return entry.is_dir() or path.parts[:1] == ("__MACOSX",) or path.name == ".DS_Store"
