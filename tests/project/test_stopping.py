"""A server that is told to stop finishes what it began; one without its database says so."""

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
from project.wsgi import application as whole


def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        open(environ["HTTP_X_BEGUN"], "w").close()
        time.sleep(1.5)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"finished"]
    return whole(environ, start_response)
"""

pytestmark = pytest.mark.on_sqlite


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Ours as it is started for teams, with one address more that takes its time."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    (tmp_path / "slow_door.py").write_text(SLOW)
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "SOURCEMARK_VAR": str(tmp_path), "PORT": port, "PYTHONPATH": path}
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


def test_a_request_in_flight_is_finished_and_then_nobody_listens(
    server: tuple[subprocess.Popen[bytes], str], tmp_path: Path
) -> None:
    run, site = server
    begun, told = tmp_path / "begun", []

    def ask() -> None:
        request = urllib.request.Request(f"{site}/slow", headers={"X-Begun": str(begun)})
        with urllib.request.urlopen(request, timeout=20) as answer:
            told.append(answer.read())

    asking = threading.Thread(target=ask)
    asking.start()
    wait_for(begun.exists)
    run.send_signal(signal.SIGTERM)
    asking.join(timeout=20)
    assert told == [b"finished"]
    assert run.wait(timeout=20) == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{site}/healthz", timeout=2)


def wait_for(condition: object, seconds: float = 30) -> None:
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "It never happened."
        time.sleep(0.05)
