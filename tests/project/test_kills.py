"""kill -9 of the web server, of PostgreSQL, of both, and of its connections while clients save:
nothing lost, nothing doubled. The last of the kills falls into the submissions at the end.
"""

import os
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from project.setup.postgres import Server, temporary_server
from tests.project.ledger import Client, Cutter, Installation, close, run_clients, wait_for_saves
from tests.soaking import SAVES, Budget, put_down

pytestmark = pytest.mark.django_db
KILLS = int(os.environ.get("KILLS") or 100)
BACK_UP = 30  # seconds; the release figure, 5, is for a quiet machine and measured in bench/


@pytest.fixture
def server() -> Iterator[Server | None]:
    """A PostgreSQL that may be killed; None on SQLite."""
    if connection.vendor == "sqlite":
        yield None
        return
    with temporary_server(durable=True) as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, server: Server | None) -> Installation:
    url = server.url if server else f"sqlite:///{tmp_path}/db.sqlite3"
    return Installation(tmp_path, url).take_tables()


def kill_and_reckon(
    site: Installation, server: Server | None, what: str, times: Iterable[int]
) -> tuple[int, int]:
    """(kills, saves that were acknowledged). Every second client’s line is cut, again and again."""
    told = site.prepare()
    dice = random.Random(20_251_122)
    with ExitStack() as after:
        site.start()
        after.callback(site.kill)
        clients, stop = run_clients(site, told, (Client, Cutter))
        after.callback(stop.set)
        wait_for_saves(clients, 40)
        slowest, n_kills = 0.0, 1
        for _ in times:
            n_kills += 1
            time.sleep(dice.uniform(0, 0.3))  # in the middle of whatever is under way
            make_fault(site, server, what)
            slowest = max(slowest, wait_for_saves(clients, SAVES))
            assert slowest < BACK_UP
        stop.set()
        time.sleep(dice.uniform(0, 0.1))
        make_fault(site, server, what)
        ledger = close(clients, stop)
    assert site.reckon(ledger) == ""
    assert sum(one.n_retried for one in clients) >= n_kills
    n_cut = sum(one.n_cut for one in clients if isinstance(one, Cutter))
    assert n_cut >= 20
    put_down(n_kills, len(ledger))
    print(
        f"{connection.vendor}, {n_kills} kills of {what}, {n_cut} lines cut: {len(ledger)} "
        f"saves acknowledged, 0 lost, 0 doubled, 0 phantom; back up after at most {slowest:.1f} s"
    )
    return n_kills, len(ledger)


def make_fault(site: Installation, server: Server | None, what: str) -> None:
    if what in ("web", "both"):
        site.kill()
    if what in ("database", "both"):
        assert server
        server.kill()
        server.start()
    if what == "connections":
        assert server
        with psycopg.connect(server.url) as line:
            line.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    if what in ("web", "both"):
        site.start()


@pytest.mark.on_sqlite  # on PostgreSQL tests/project/test_team.py kills one web server of two
def test_no_save_is_lost_when_the_web_server_is_killed(
    site: Installation, server: Server | None
) -> None:
    assert kill_and_reckon(site, server, "web", range(1))[1] >= 60


@pytest.mark.on_postgresql
def test_no_save_is_lost_when_postgresql_is_killed(
    site: Installation, server: Server | None
) -> None:
    """The web server stays up, and finds the database again by itself."""
    assert kill_and_reckon(site, server, "database", range(1))[1] >= 60


@pytest.mark.soak
def test_no_save_is_lost_in_many_kills_of_the_web_server(
    site: Installation, server: Server | None, budget: Budget
) -> None:
    n_kills, n_saves = kill_and_reckon(site, server, "web", budget.rounds(KILLS))
    assert n_saves >= SAVES * n_kills


@pytest.mark.soak
@pytest.mark.on_postgresql
def test_no_save_is_lost_in_many_kills_of_postgresql(
    site: Installation, server: Server | None, budget: Budget
) -> None:
    n_kills, n_saves = kill_and_reckon(site, server, "database", budget.rounds(KILLS))
    assert n_saves >= SAVES * n_kills


@pytest.mark.soak
@pytest.mark.on_postgresql
@pytest.mark.parametrize("what", ["both", "connections"])
def test_no_save_is_lost_in_many_kills(
    site: Installation, server: Server | None, budget: Budget, what: str
) -> None:
    """Of the web server and PostgreSQL at once; of all the connections that saves go through."""
    n_kills, n_saves = kill_and_reckon(site, server, what, budget.rounds(KILLS // 2))
    assert n_saves >= SAVES * n_kills
