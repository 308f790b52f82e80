"""HTTP as far as our own server speaks it: one connection that stays open, answers with a length
or in pieces.

The driver shares its cores with what it measures. With http.client, which reads headers as if they
were those of a letter, it took a third more of them.
"""

import socket
from collections.abc import Mapping
from http.client import BadStatusLine, HTTPException, RemoteDisconnected
from typing import IO, NamedTuple

SECONDS = 30.0  # for an answer


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]  # names in lower case
    body: bytes

    def header(self, name: str) -> str:
        return next((value for each, value in self.headers if each == name), "")


class Connection:
    """Opens itself when it is first asked, and again after it was closed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket: socket.socket | None = None
        self._answers: IO[bytes]

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Raises OSError or HTTPException; the connection is then to be closed."""
        length = {} if body is None else {"Content-Length": str(len(body))}
        lines = [f"{name}: {value}" for name, value in {**headers, **length}.items()]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *lines])
        self._open().sendall(f"{head}\r\n\r\n".encode("latin-1") + (body or b""))
        answer = self._answer()
        if answer.header("connection").lower() == "close":
            self.close()
        return answer

    def close(self) -> None:
        if self._socket:
            self._answers.close()
            self._socket.close()
            self._socket = None

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._answers = self._socket.makefile("rb")
        return self._socket

    def _answer(self) -> Answer:
        first = self._answers.readline()
        if not first:
            raise RemoteDisconnected("closed without an answer")
        protocol, _, rest = first.partition(b" ")
        if not protocol.startswith(b"HTTP/1.") or not rest[:3].isdigit():
            raise BadStatusLine(first.decode("latin-1"))
        status = int(rest[:3])
        headers = []
        while (line := self._answers.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name.lower(), value.strip()))
        told = dict(headers)
        if told.get("transfer-encoding") == "chunked":
            return Answer(status, headers, b"".join(iter(self._chunk, b"")))
        if "content-length" not in told:
            raise HTTPException("an answer that does not say how long it is")
        return Answer(status, headers, self._read(int(told["content-length"])))

    def _chunk(self) -> bytes:
        """The next piece of an answer; empty at its end."""
        size = int(self._answers.readline().partition(b";")[0] or b"0", 16)
        piece = self._read(size)
        self._answers.readline()
        return piece

    def _read(self, n_bytes: int) -> bytes:
        found = self._answers.read(n_bytes)
        if len(found) < n_bytes:
            raise RemoteDisconnected("closed within an answer")
        return found
