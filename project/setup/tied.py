"""Processes that end with the one that started them, however that ends, also by kill -9."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

GUARD = 'trap "" INT TERM HUP; cat >/dev/null; kill -s KILL -- "-$0" 2>/dev/null'
Output = int | IO[bytes] | None


class Tied:
    """A process and its children, and a shell that waits on a pipe from us: once that closes,
    since we ended it or are gone ourselves, it kills them all."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        stdout: Output = None,
        stderr: Output = None,
    ) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        self.guard = subprocess.Popen(
            ["sh", "-c", GUARD, str(self.process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def end(self) -> None:
        """SIGKILL to all of them at once; nothing when that was done before."""
        if self.guard.returncode is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self.guard.communicate()

    def stop(self, seconds: float = 30, by: int = signal.SIGTERM) -> None:
        """SIGTERM, and the time to finish what was begun."""
        self.process.send_signal(by)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.end()
