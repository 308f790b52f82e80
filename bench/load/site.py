"""An installation of its own as in production: gunicorn, a database that syncs, a folder."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.marking_server.__main__ import ROOT, call, cpu_seconds, database, web_server
from project.setup.postgres import Server, find_binaries, unprivileged

OPEN_FILES = 8_192  # connections of the driver and of the server


@dataclass(frozen=True)
class Site:
    port: int
    pid: int
    environment: dict[str, str]

    @property
    def cpu(self) -> float:
        """Seconds that the web processes have used."""
        return cpu_seconds(self.pid)


@contextmanager
def environment(name: str) -> Iterator[dict[str, str]]:
    """A folder and an empty database with all tables; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sm-load-") as made, database(name, Path(made)) as url:
        yield settings_for(url, made)


@contextmanager
def kept_environment(folder: Path) -> Iterator[dict[str, str]]:
    """The same with a PostgreSQL whose files stay in `folder`, for the next time."""
    is_new = not (folder / "data").exists()
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(find_binaries(), folder, durable=False, prefix=unprivileged(folder))
    if is_new:
        server.create()
    server.start()
    try:
        if is_new:
            server.create_database()
        var = folder / "var"
        var.mkdir(exist_ok=True)
        yield settings_for(server.url, str(var))
    finally:
        server.stop()


def settings_for(url: str, var: str) -> dict[str, str]:
    """What programs are run with; the tables are those of today."""
    clean = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    clean |= {"DATABASE_URL": url, "SOURCEMARK_VAR": var, "PYTHONPATH": str(ROOT)}
    call("migrate", "--verbosity=0", environment=clean)
    call("collectstatic", "--noinput", "--verbosity=0", environment=clean)
    return clean


@contextmanager
def site(name: str, web_processes: int) -> Iterator[Site]:
    """One process on SQLite, as many as said on PostgreSQL."""
    with environment(name) as settings:
        processes = 1 if name == "sqlite" else web_processes
        settings |= {"WEB_PROCESSES": str(processes)}
        with web_server(settings) as (port, pid):
            yield Site(port, pid, settings)


def run_inside(module: str, *arguments: str, environment: dict[str, str]) -> Any:
    """What a module prints as JSON, run with the settings of the installation."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{module} ended with code {done.returncode}.\n{done.stderr[-4_000:]}")
    return json.loads(done.stdout)


def measured_run(
    *command: str, environment: dict[str, str], seconds: float = 3_600
) -> tuple[float, float, float]:
    """(seconds, CPU seconds, peak memory in MB) of a command that has to succeed."""
    import time

    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    signal.alarm(int(seconds))
    _, status, used = os.wait4(process.pid, 0)
    signal.alarm(0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with code {process.returncode}.")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
