"""The server as `make run` starts it: gunicorn on a fresh folder, hashed static files."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.project.ledger import copy_tables

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.on_sqlite, pytest.mark.django_db]  # the tables are copied


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on an empty installation."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    var = tmp_path_factory.mktemp("var")
    environment |= {"SOURCEMARK_VAR": str(var), "PORT": port}
    copy_tables(f"sqlite:///{var}/db.sqlite3")
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    gunicorn = ["-m", "gunicorn", "--config", "python:project.serving", "project.wsgi"]
    server = subprocess.Popen(
        [sys.executable, *gunicorn], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout
    address = f"http://127.0.0.1:{port}/"
    assert server.stdout.readline() == f"Sourcemark is ready at {address} (Ctrl-C stops it)\n"
    yield address
    server.terminate()
    server.wait(timeout=30)


def answer(address: str) -> tuple[int, str]:
    for _ in range(50):  # the socket is bound before the worker has booted
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return response.status, response.read().decode()
        except ConnectionError:
            time.sleep(0.1)
    pytest.fail(f"{address} does not answer.")


def test_the_server_says_that_it_is_well(site: str) -> None:
    assert answer(f"{site}healthz") == (200, "ok\n")


def test_the_sign_in_page_and_every_file_it_names_are_served(site: str) -> None:
    status, page = answer(f"{site}accounts/login/")
    files = re.findall(r'(?:src|href)="/(static/[^"]+)"', page)
    assert (status, bool(files)) == (200, True)
    assert {path: answer(site + path)[0] for path in files} == dict.fromkeys(files, 200)
    assert [path for path in files if not re.search(r"\.[0-9a-f]{8}\.", path)] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("api/v1/nothing", 404),
        ("api/v1/studies", 405),
        (f"api/v1/studies/{uuid4()}/articles", 401),
        ("accounts/login/", 403),
        ("none/", 404),
    ],
    ids=["404", "405", "401", "page 403", "page 404"],
)
def test_who_sends_much_in_vain_hears_why(site: str, path: str, status: int) -> None:
    """The answer is ready before the body was read, and the connection is not cut off."""
    answer(f"{site}healthz")
    there = http.client.HTTPConnection(urlsplit(site).netloc, timeout=60)
    headers = {"Content-Type": "application/json"}
    there.request("POST", f"/{path}", body=bytes(20_000_000), headers=headers)
    assert there.getresponse().status == status
    there.close()


@pytest.mark.soak
@pytest.mark.parametrize("begun", [b"GET /healthz HTTP/1.1\r\nHost: 127", b""])
def test_who_never_ends_a_request_does_not_stop_the_site(site: str, begun: bytes) -> None:
    """Twice as many as there are threads, to whom a request would take for ever."""
    answer(f"{site}healthz")
    where = urlsplit(site)
    held = [socket.create_connection((str(where.hostname), where.port or 80)) for _ in range(20)]
    for each in held:
        each.sendall(begun)
    with urllib.request.urlopen(f"{site}healthz", timeout=120) as response:
        assert response.status == 200
    for each in held:
        each.close()


def test_a_static_file_is_kept_for_ever_and_carries_few_headers(site: str) -> None:
    _, page = answer(f"{site}accounts/login/")
    (path, *_) = re.findall(r'(?:src|href)="/(static/[^"]+\.js)"', page)
    with urllib.request.urlopen(site + path, timeout=10) as response:
        headers = response.headers
    assert "immutable" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] is None
    assert len(str(headers)) < 500
