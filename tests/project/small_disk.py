"""A disk of a few megabytes that can be filled and emptied: tmpfs in a namespace of one process.

Works as root and as any user where the kernel lets users make namespaces; where neither is so the
test fails and says what is missing.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

PIECE = bytes(1 << 16)
MOUNT = 'mount -t tmpfs -o size="$1"m,mode=0700 tmpfs "$0" && echo ready && exec cat'
MISSING = (
    "There is no disk of limited size to be had, so what happens when one is full was not tried. "
    "unshare(1) and mount(8) must be allowed to make a user namespace with a tmpfs in it "
    "(kernel.unprivileged_userns_clone, or run as root). They said: "
)


@dataclass
class SmallDisk:
    """`path` as processes of the namespace know it; `seen` from everywhere, for plain files only:
    SQLite would resolve the link in it and leave the disk."""

    path: Path
    seen: Path
    prefix: list[str]

    @property
    def ballast(self) -> Path:
        return self.seen / "ballast"

    def fill(self) -> None:
        """Until nothing more goes in, not even a byte."""
        with self.ballast.open("ab", buffering=0) as file:
            for piece in (PIECE, bytes(1 << 12), b"."):
                with suppress(OSError):
                    while True:
                        file.write(piece)

    def make_room(self) -> None:
        self.ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Gone, with all that is on it, when the block ends or this process dies."""
    place.mkdir()
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT]
    try:
        holder = subprocess.Popen(
            [*command, str(place), str(megabytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        pytest.fail(f"{MISSING}{error}")
    assert holder.stdout
    try:
        if holder.stdout.readline() != b"ready\n":
            pytest.fail(MISSING + holder.communicate()[1].decode())
        # The mount is seen by the holder only; through /proc everybody of the same user gets there.
        enter = ["nsenter", f"--target={holder.pid}", "--user", "--mount"]
        seen = Path(f"/proc/{holder.pid}/root{place}")
        yield SmallDisk(place, seen, [*enter, "--preserve-credentials", f"--wd={Path.cwd()}", "--"])
    finally:
        holder.communicate()
