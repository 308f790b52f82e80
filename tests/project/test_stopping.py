"""A server that is told to stop finishes what it began; one that is asked too much says so."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLOW = """
import time
from project import overload
from project.wsgi import application as whole

overload.PATIENCE = 0.5


def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        open(environ["HTTP_X_BEGUN"], "w").close()
        time.sleep(1.5)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"finished"]
    return whole(environ, start_response)
"""

pytestmark = pytest.mark.on_sqlite


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Ours as it is started for teams, but one thread, with one address that takes its time."""
    tmp_path = tmp_path_factory.mktemp("server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    (tmp_path / "slow_door.py").write_text(SLOW)
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "SOURCEMARK_VAR": str(tmp_path), "PORT": port, "PYTHONPATH": path}
    environment |= {"WEB_THREADS": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    gunicorn = ["-m", "gunicorn", "--config", "python:project.serving", "slow_door"]
    run = subprocess.Popen(
        [sys.executable, *gunicorn], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    assert run.stdout
    run.stdout.readline()
    yield run, f"http://127.0.0.1:{port}"
    if run.poll() is None:
        run.kill()
    run.wait(timeout=10)


def test_who_waited_too_long_for_a_thread_is_told_to_come_again(
    server: tuple[subprocess.Popen[bytes], str], tmp_path: Path
) -> None:
    _, site = server
    begun = tmp_path / "begun"
    asking = threading.Thread(target=ask_slow, args=(site, begun, []))
    asking.start()
    wait_for(begun.exists)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{site}/accounts/login/", timeout=20)
    asking.join(timeout=20)
    assert (refused.value.code, refused.value.headers["Retry-After"]) == (503, "5")
    assert b"Too many people at once" in refused.value.read()
    assert "default-src 'none'" in refused.value.headers["Content-Security-Policy"]


def test_a_reload_brings_new_processes_and_refuses_nobody(
    server: tuple[subprocess.Popen[bytes], str],
) -> None:
    """What `systemctl reload` does, after new code was laid down."""
    run, site = server
    before, statuses, ended = children(run.pid), [], threading.Event()
    broken: list[OSError] = []

    def ask() -> None:
        """A connection that nothing was sent over yet may be closed: then again, as nginx does."""
        while not ended.is_set():
            try:
                with urllib.request.urlopen(f"{site}/healthz", timeout=20) as answer:
                    statuses.append(answer.status)
            except urllib.error.HTTPError as refused:
                statuses.append(refused.code)
            except OSError as error:
                broken.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_for(lambda: len(statuses) > 5)
    run.send_signal(signal.SIGHUP)
    wait_for(lambda: children(run.pid) and not children(run.pid) & before)
    since = len(statuses)
    wait_for(lambda: len(statuses) > since + 5)
    ended.set()
    asking.join(timeout=20)
    assert before
    assert set(statuses) == {200}
    assert len(broken) <= len(before), broken


def test_a_request_in_flight_is_finished_and_then_nobody_listens(
    server: tuple[subprocess.Popen[bytes], str], tmp_path: Path
) -> None:
    run, site = server
    begun = tmp_path / "begun"
    told: list[bytes] = []

    asking = threading.Thread(target=ask_slow, args=(site, begun, told))
    asking.start()
    wait_for(begun.exists)
    run.send_signal(signal.SIGTERM)
    asking.join(timeout=20)
    assert told == [b"finished"]
    assert run.wait(timeout=20) == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{site}/healthz", timeout=2)


def children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def ask_slow(site: str, begun: Path, told: list[bytes]) -> None:
    request = urllib.request.Request(f"{site}/slow", headers={"X-Begun": str(begun)})
    with urllib.request.urlopen(request, timeout=20) as answer:
        told.append(answer.read())


def wait_for(condition: object, seconds: float = 30) -> None:
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "It never happened."
        time.sleep(0.05)
