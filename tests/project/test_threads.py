"""Who sends slowly, or nothing, does not keep the site from others."""

import socket

import pytest

from project import threads
from project.threads import PatientSocket


def test_a_request_is_awaited_for_a_while_and_longer_the_more_has_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sender, taken = socket.socketpair()
    one = PatientSocket(fileno=taken.detach())
    monkeypatch.setattr(threads, "GRACE", 0.0)
    one.ask()
    with pytest.raises(ConnectionResetError, match="too slowly"):
        one.recv(10)
    monkeypatch.setattr(threads, "GRACE", 60.0)
    sender.sendall(b"x" * 5_000)
    assert len(one.recv(9_999)) == 5_000
    monkeypatch.setattr(threads, "GRACE", 0.0)
    sender.sendall(b"more")  # there are five seconds for that
    assert (one.recv(10), one.gettimeout()) == (b"more", None)
    one.settimeout(0.001)  # another's limit stands
    with pytest.raises(TimeoutError):
        one.recv(10)
    one.close()
    one.setblocking(True)
    sender.close()
