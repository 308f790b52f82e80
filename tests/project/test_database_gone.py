"""Two web processes on PostgreSQL, which goes away and comes back."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from django.db import ConnectionHandler, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from project import settings
from project.setup.postgres import Server, temporary_server
from tests.project.ledger import Installation
from tests.project.relay import relayed

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


def outcome(far: BaseDatabaseWrapper, sql: str) -> tuple[str, float]:
    """Which error it ended with, and after how many seconds."""
    began = time.monotonic()
    try:
        with far.cursor() as cursor:
            cursor.execute(sql)
    except OperationalError as error:
        return type(error).__name__, time.monotonic() - began
    finally:
        far.close()
    return "answered", time.monotonic() - began


def wait_until_asked(url: str, sql: str) -> None:
    under_way = "SELECT COUNT(*) FROM pg_stat_activity WHERE query = %s AND state = 'active'"
    with psycopg.connect(url, autocommit=True) as watch:
        while watch.execute(under_way, [sql]).fetchone() != (1,):
            time.sleep(0.02)


def test_a_database_host_that_vanishes_without_a_word_is_given_up(
    db: None, database: Server
) -> None:
    """Who was in the middle of a query, who begins one, and who comes to an idle connection."""
    address = urlsplit(database.url)
    folder = unquote(address.netloc.rpartition("@")[2])
    with relayed(f"{folder}/.s.PGSQL.5432") as relay:
        name = f"{address.username}@127.0.0.1:{relay.port}{address.path}"
        config = settings.database(f"postgres://{name}?sslmode=disable")
        alone = {key: value for key, value in config["OPTIONS"].items() if key != "pool"}
        hosts = ConnectionHandler({"default": config, "held": {**config, "OPTIONS": alone}})
        asked = {"idle": "SELECT 1", "begins": "SELECT 1", "waits": "SELECT pg_sleep(60)"}
        ways = {
            kind: hosts.create_connection("default" if kind == "idle" else "held") for kind in asked
        }
        for kind, way in ways.items():
            way.ensure_connection()
            if kind == "idle":
                way.close()  # back into the pool
        with ThreadPoolExecutor(len(ways)) as at_once:
            for way in ways.values():
                way.inc_thread_sharing()
            told = {"waits": at_once.submit(outcome, ways["waits"], asked["waits"])}
            wait_until_asked(database.url, asked["waits"])
            relay.vanish()
            for kind in ("idle", "begins"):
                told[kind] = at_once.submit(outcome, ways[kind], asked[kind])
            ended = {kind: each.result() for kind, each in told.items()}
        assert {kind: error for kind, (error, _) in ended.items()} == dict.fromkeys(
            asked, "OperationalError"
        )
        assert max(seconds for _, seconds in ended.values()) < SOON
        ways["idle"].close_pool()
