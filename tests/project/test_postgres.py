"""The launcher of temporary servers, on real ones."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from project.setup.postgres import ServerFailed, temporary_server

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = [sys.executable, "-m", "project.setup.postgres"]
SHOW = "SELECT current_setting('fsync'), current_setting('listen_addresses')"

pytestmark = pytest.mark.on_postgresql


def gone(pid: int, folder: Path) -> bool:
    """Whether the server and its folder vanish within ten seconds."""
    for _ in range(200):
        if not folder.exists() and not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


def test_a_server_answers_on_its_socket_only_and_is_gone_afterwards() -> None:
    with temporary_server() as server:
        pid, folder = server.pid, server.folder
        with psycopg.connect(server.url) as connection:
            assert connection.execute(SHOW).fetchone() == ("off", "")
        assert folder.stat().st_mode & 0o777 == 0o700
    assert gone(pid, folder)


def test_a_server_is_gone_after_an_error_inside_the_block() -> None:
    with pytest.raises(LookupError), temporary_server() as server:  # noqa: PT012
        pid, folder = server.pid, server.folder
        raise LookupError
    assert gone(pid, folder)


def test_a_durable_server_keeps_what_it_acknowledged_through_a_kill() -> None:
    with temporary_server(durable=True) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            assert connection.execute(SHOW).fetchone() == ("on", "")
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
            server.kill()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url)
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_stopped_server_has_no_process_id() -> None:
    with temporary_server() as server:
        server.stop()
        with pytest.raises(ServerFailed, match="not running"):
            _ = server.pid


def test_a_command_gets_the_url_and_its_exit_code_comes_back() -> None:
    ask = "import os, sys; sys.exit(7 if os.environ['DATABASE_URL'].startswith('postgres') else 1)"
    done = subprocess.run([*LAUNCHER, "--", sys.executable, "-c", ask], check=False, cwd=ROOT)
    assert done.returncode == 7


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_no_server_outlives_a_launcher_that_is_killed(how: signal.Signals) -> None:
    environment = {**os.environ, "TEST_DATABASE_URL": ""}
    command = ["sh", "-c", "echo $DATABASE_URL; exec sleep 30"]
    launcher = subprocess.Popen(
        [*LAUNCHER, "--", *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert launcher.stdout
    url = launcher.stdout.readline().strip()
    folder = Path(url.split("@")[1].rpartition("/")[0].replace("%2F", "/"))
    pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    launcher.send_signal(how)
    launcher.wait()
    assert gone(pid, folder)
