"""Whom this process asks: every address that Python connects or looks up is told by the
interpreter itself (sys.audit), so nothing that a test does can reach out unseen."""

import socket
import sys
from ipaddress import ip_address
from typing import Any

ASKING = {
    "socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
    "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request", "http.client.connect",
    "smtplib.connect", "ftplib.connect",
}  # fmt: skip
OURS = {"", "localhost", "testserver", socket.gethostname()}
asked: list[str] = []


def is_here(host: Any) -> bool:
    """Whether it is this machine: a Unix socket, a loopback address, its own name."""
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host is None or not isinstance(host, str) or host in OURS or host.startswith(("/", "\0")):
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host.startswith(
            ("http://127.0.0.1:", "http://localhost:")
        )  # urllib.Request tells the whole address


def note(event: str, given: tuple[Any, ...]) -> None:
    if event not in ASKING:
        return
    at = given[0] if event.startswith(("socket.get", "urllib")) else given[1]
    host = at[0] if isinstance(at, tuple) else at
    if not is_here(host):
        asked.append(f"{event}: {host}")


sys.addaudithook(note)
