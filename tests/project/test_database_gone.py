"""Two web processes on PostgreSQL, which goes away and comes back."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from project import settings
from project.setup.postgres import Server, temporary_server
from tests.project.ledger import Installation

SOON, AGAIN = 20.0, 30.0  # seconds; R27 promises 5 and 10 of a machine that is not busy

pytestmark = pytest.mark.on_postgresql


@pytest.fixture
def database() -> Iterator[Server]:
    with temporary_server() as server:
        yield server


@pytest.fixture
def site(db: None, database: Server, tmp_path: Path) -> Iterator[str]:
    installation = Installation(tmp_path, database.url).take_tables()
    installation.environment["WEB_PROCESSES"] = "2"
    installation.manage("collectstatic", "--noinput", "--verbosity=0")
    installation.start()
    yield f"http://127.0.0.1:{installation.port}"
    installation.kill()


def ask(address: str) -> tuple[int, str | None, float]:
    """(status, Retry-After, seconds); 0 for no answer. With a cookie, which leads to a session."""
    began = time.monotonic()
    request = urllib.request.Request(address, headers={"Cookie": "sessionid=" + "x" * 32})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            told = answer.status, answer.headers["Retry-After"]
    except urllib.error.HTTPError as error:
        told = error.code, error.headers["Retry-After"]
    except OSError:
        told = 0, None
    return *told, time.monotonic() - began


def wait_until_ready(site: str, seconds: float) -> float:
    began = time.monotonic()
    while ask(f"{site}/readyz")[0] != 200:
        assert time.monotonic() - began < seconds, "It is not ready."
        time.sleep(0.1)
    return time.monotonic() - began


def wait_until_every_process_serves(address: str) -> None:
    """Eight answers in a row: no process still hands out a connection that died."""
    began, in_a_row = time.monotonic(), 0
    while in_a_row < 8:
        assert time.monotonic() - began < AGAIN, "One process does not recover."
        in_a_row = in_a_row + 1 if ask(address)[0] == 200 else 0


def test_no_request_waits_for_a_connection_longer_than_is_promised() -> None:
    pool = settings.database("postgres://anyone@localhost/any")["OPTIONS"]["pool"]
    assert pool["timeout"] < 5
    assert pool["reconnect_timeout"] < pool["timeout"]


def test_without_its_database_the_site_says_so_soon_and_recovers_by_itself(
    site: str, database: Server
) -> None:
    wait_until_ready(site, 60)
    database.kill()
    paths = ["healthz", "readyz", "accounts/profile/"] * 4  # both processes
    with ThreadPoolExecutor(len(paths)) as at_once:
        asked = at_once.map(ask, [f"{site}/{path}" for path in paths])
        for path, (status, retry_after, seconds) in zip(paths, asked, strict=True):
            assert (status, retry_after) == (503, "5"), path
            assert seconds < SOON, path
    database.start()
    wait_until_ready(site, AGAIN)
    wait_until_every_process_serves(f"{site}/accounts/login/")
