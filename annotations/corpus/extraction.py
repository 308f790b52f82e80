"""The words of saved web pages, Word files and PDF files.

Libraries that read such files can be led astray by a file made for it: they run in a process of
their own, with a limit of time and of memory, and see nothing but the bytes.
"""

import io
import json
import math
import os
import re
import selectors
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from time import monotonic, process_time
from typing import IO, Any

from .records import LONGEST, RecordWrong, in_bytes

ENDINGS = (".html", ".htm", ".docx", ".pdf")
SECONDS = 10  # of the processor, that one file may take
PATIENCE = 2  # how much longer than that may pass meanwhile, on a machine that others use too
TOGETHER = 60  # seconds of the processor for the files of one import
MEMORY = 512 * 2**20  # bytes of addresses that the process may have
MOST_BYTES = {".html": 5_000_000, ".htm": 5_000_000}
MOST_UNPACKED = 20_000_000  # of a Word file
MOST_INSIDE = 1_000  # files that a Word file may consist of
LONGEST_TAG = 64_000  # bytes, but for long values: attributes by the thousand take minutes
MOST_PAGES = 500
_LANGUAGE = re.compile(
    rb"<html[^>]{0,500}?\slang=[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)", re.IGNORECASE
)
_LONG_VALUE = re.compile(rb"=\"[^\"]{200,}\"|='[^']{200,}'")  # a picture within the page
_LONG_TAG = re.compile(rb"<[A-Za-z][^<>]{%d}" % LONGEST_TAG)
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")
_SLOW = "This file takes too long or too much memory to read. Save its text as .txt."
_SPENT = (
    f"The files before this one took {TOGETHER} seconds to read, all that one import may take. "
    "Bring them in in parts."
)


class Extractor:
    """Reads files in its process, which is begun with the first and ended by `close`.

    `seconds` of the processor are for each file, `together` for all of them.
    """

    def __init__(self, seconds: float = SECONDS, together: float = TOGETHER) -> None:
        self._seconds = seconds
        self._left = together
        self._process: subprocess.Popen[bytes] | None = None

    def fields(self, ending: str, content: bytes) -> dict[str, str]:
        """title, text and what else the file says. Raises RecordWrong with a sentence."""
        most = MOST_BYTES.get(ending)
        if most and len(content) > most:
            raise RecordWrong(f"The page is {in_bytes(len(content))}; {in_bytes(most)} are read.")
        if self._left <= 0:
            raise RecordWrong(_SPENT)
        try:
            answer = self._ask(ending, content)
        except (OSError, ValueError, TimeoutError) as error:
            self.close()
            self._left -= self._seconds
            raise RecordWrong(_SLOW) from error
        self._left -= answer["seconds"]
        if "problem" in answer:
            raise RecordWrong(str(answer["problem"]))
        return {str(name): str(value) for name, value in answer["fields"].items()}

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            process.wait()

    def __del__(self) -> None:
        self.close()

    def _ask(self, ending: str, content: bytes) -> dict[str, Any]:
        if self._process is None:
            command = [sys.executable, "-m", "annotations.corpus.extraction"]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        asked = {"ending": ending, "n_bytes": len(content), "seconds": self._seconds}
        head = json.dumps(asked).encode() + b"\n"
        until = monotonic() + self._seconds * PATIENCE
        process.stdin.write(head + content)
        process.stdin.flush()
        found: dict[str, Any] = json.loads(_line(process.stdout, until))
        return found


def _line(pipe: IO[bytes], until: float) -> bytes:
    """Raises TimeoutError, or ValueError when the process has ended."""
    parts: list[bytes] = []
    with selectors.DefaultSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        while not parts or not parts[-1].endswith(b"\n"):
            if not waiting.select(max(0.0, until - monotonic())):
                raise TimeoutError
            part = os.read(pipe.fileno(), 1 << 20)
            if not part:
                raise ValueError("the process has ended")
            parts.append(part)
    return b"".join(parts)


# --- in the process -------------------------------------------------------------------------------


def read_html(content: bytes) -> dict[str, str]:
    """The main text of a page and what it says of itself. Raises RecordWrong."""
    if _LONG_TAG.search(_LONG_VALUE.sub(b"=", content)):
        raise RecordWrong(
            f"One of its tags is longer than {in_bytes(LONGEST_TAG)}. Save its text as .txt."
        )
    from trafilatura import bare_extraction

    found: Any = bare_extraction(content, include_comments=False, with_metadata=True)
    if found is None or not (found.text or "").strip():
        raise RecordWrong("No main text was found in this page. Save its text as .txt.")
    fields = {
        "title": found.title,
        "text": _paragraphs(found.text.split("\n")),
        "outlet": found.sitename,
        "byline": found.author,
        "url": found.url,
        "published_on": found.date,
    }
    if language := _LANGUAGE.search(content[:20_000]):
        fields["language"] = language[1].decode()
    return {name: str(value) for name, value in fields.items() if value}


def read_docx(content: bytes) -> dict[str, str]:
    """Paragraphs and tables of a Word file, in their order. Raises RecordWrong."""
    from docx import Document
    from docx.table import Table

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = archive.infolist()
    n_bytes = sum(entry.file_size for entry in inside)
    if n_bytes > MOST_UNPACKED:
        raise RecordWrong(
            f"Unpacked it is {in_bytes(n_bytes)}, more than {in_bytes(MOST_UNPACKED)}. "
            "Save its text as .txt."
        )
    if len(inside) > MOST_INSIDE:
        raise RecordWrong(f"It consists of {len(inside):,} files, more than {MOST_INSIDE:,}.")
    opened = Document(io.BytesIO(content))
    words: list[str] = []
    for part in opened.iter_inner_content():
        if isinstance(part, Table):
            words += ["\t".join(cell.text for cell in row.cells) for row in part.rows]
        else:
            words.append(part.text)
    return {"title": opened.core_properties.title or "", "text": _paragraphs(words)}


def read_pdf(content: bytes) -> dict[str, str]:
    """The text layer of a PDF file. Raises RecordWrong."""
    from pypdf import PdfReader

    opened = PdfReader(io.BytesIO(content))
    if opened.is_encrypted and not opened.decrypt(""):
        raise RecordWrong("This PDF file is locked with a password.")
    n_pages = len(opened.pages)
    if n_pages > MOST_PAGES:
        raise RecordWrong(f"It has {n_pages:,} pages, more than {MOST_PAGES}.")
    text = _paragraphs(page.extract_text() for page in opened.pages)
    if not text:
        raise RecordWrong("This PDF file has no text layer, only pictures of its pages.")
    title = opened.metadata.title if opened.metadata else ""
    return {"title": title or "", "text": text}


READERS = {".html": read_html, ".htm": read_html, ".docx": read_docx, ".pdf": read_pdf}
NAMES = {".html": "web page", ".htm": "web page", ".docx": "Word file", ".pdf": "PDF file"}


def _paragraphs(words: Iterable[str]) -> str:
    """Joined by empty lines, without what cannot be stored."""
    parts = (_UNSTORABLE.sub("", each.replace("\r\n", "\n").replace("\r", "\n")) for each in words)
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _answer(ending: str, content: bytes) -> dict[str, Any]:
    try:
        fields = READERS[ending](content)
    except RecordWrong as wrong:
        return {"problem": str(wrong)}
    except (MemoryError, RecursionError):
        return {"problem": _SLOW}
    except Exception:
        what = f"This is not a {NAMES[ending]} that can be read"
        return {"problem": f"{what}: it may be damaged, or something else under this name."}
    for name, most in LONGEST.items():
        line = " ".join(_UNSTORABLE.sub("", fields.get(name, "")).split())
        if line and len(line) <= most and (name != "url" or line.startswith("http")):
            fields[name] = line
        else:
            fields.pop(name, None)
    return {"fields": fields}


def _bound_memory() -> None:
    with suppress(ImportError):  # there is no such module on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _bound_time(until: float) -> None:
    """The process is ended once it has used so many seconds of the processor, its next whole one
    at the latest. Where there is no such limit, the time that passes is one."""
    with suppress(ImportError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(until), most))


def serve() -> None:
    """Answer for one file after another, until there are no more."""
    _bound_memory()
    source, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    sys.stdout = sys.stderr  # libraries that print shall not answer
    while head := source.readline():
        asked = json.loads(head)
        content = source.read(asked["n_bytes"])
        begun = process_time()
        _bound_time(begun + asked["seconds"])
        answer = _answer(asked["ending"], content)
        out.write(json.dumps({**answer, "seconds": process_time() - begun}).encode() + b"\n")
        out.flush()


if __name__ == "__main__":
    serve()
