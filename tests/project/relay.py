"""A way to the database that can go as dead as a pulled cable: no answer, no farewell."""

import ctypes
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ATTACH_FILTER = 26  # SO_ATTACH_FILTER, which Python has no name for
DROP_ALL = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))  # BPF: return 0


class Relay:
    """Passes TCP on 127.0.0.1 to PostgreSQL's socket, until `vanish`."""

    def __init__(self, there: str) -> None:
        self.there = there
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.lines: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._receive, daemon=True).start()

    def vanish(self) -> None:
        """From now on the kernel drops whatever comes in, and so acknowledges none of it."""
        for one in [self.door, *(near for near, _ in self.lines)]:
            told = struct.pack("HP", 1, ctypes.addressof(DROP_ALL))
            one.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, told)

    def close(self) -> None:
        for one in [self.door, *(end for line in self.lines for end in line)]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _receive(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.door.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.there)
                self.lines.append((near, far))
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=pass_on, args=ends, daemon=True).start()


def pass_on(of: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while part := of.recv(65536):
            to.sendall(part)
        to.shutdown(socket.SHUT_WR)


@contextmanager
def relayed(there: str) -> Iterator[Relay]:
    relay = Relay(there)
    try:
        yield relay
    finally:
        relay.close()
