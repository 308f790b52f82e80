"""No room on the disk: saves are refused and said to be, reading goes on, and it heals alone."""

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from project.setup.postgres import Elsewhere, temporary_server
from tests.project.ledger import (
    Client,
    Installation,
    close,
    copy_tables,
    run_clients,
    wait_for_saves,
)
from tests.project.small_disk import SmallDisk, small_disk
from tests.soaking import Budget, put_down

pytestmark = pytest.mark.django_db
PATIENCE = 90  # seconds
SQLITE, POSTGRESQL = 24, 160  # megabytes


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    size = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    with small_disk(tmp_path / "disk", size) as disk:
        yield disk


@pytest.fixture
def site(disk: SmallDisk, tmp_path: Path) -> Iterator[Installation]:
    """The database, and nothing else, lies on the small disk."""
    if connection.vendor == "sqlite":
        copy_tables(f"sqlite:///{tmp_path}/empty.sqlite3")
        shutil.copy(tmp_path / "empty.sqlite3", disk.seen / "db.sqlite3")
        site = Installation(tmp_path, f"sqlite:///{disk.path}/db.sqlite3", disk.prefix)
        site.has_tables = True
        yield site
        return
    there = Elsewhere(disk.prefix, disk.seen / "data")
    there.seen.mkdir(mode=0o700)
    with temporary_server(durable=True, data=disk.path / "data", elsewhere=there) as server:
        yield Installation(tmp_path, server.url).take_tables()


def wait_until_refused(clients: list[Client], more: int) -> None:
    """Each of them, so many times."""
    goal = {client: client.told_no.total() + more for client in clients}
    began = time.monotonic()
    while any(client.told_no.total() < goal[client] for client in clients):
        assert time.monotonic() < began + PATIENCE, "The disk is full and saves still go through."
        time.sleep(0.02)


def fill_and_empty(site: Installation, disk: SmallDisk, times: Iterable[int]) -> tuple[str, int]:
    """What came of it, for people, and how many saves were acknowledged."""
    told = site.prepare()
    site.manage("collectstatic", "--noinput", "--verbosity=0")
    with ExitStack() as after:
        site.start()
        after.callback(site.kill)
        clients, stop = run_clients(site, told)
        after.callback(stop.set)
        wait_for_saves(clients, 20)
        n_times = 0
        for _ in times:
            n_times += 1
            disk.fill()
            wait_until_refused(clients, 3)
            assert all("The site has no room to save" in client.heard for client in clients)
            for client in clients[:2]:  # a page that was never opened before, and one that was
                for path in (client.told["page"], f"{client.told['page']}history/"):
                    status, page = client.get(path)
                    assert status == 200, page
                assert "0042" in client.get(client.told["page"])[1].partition('id="text"')[2]
            disk.make_room()
            wait_for_saves(clients, 20)
        ledger = close(clients, stop)
    refused = sum((client.told_no for client in clients), start=type(clients[0].told_no)())
    assert set(refused) == {503}
    assert site.reckon(ledger) == ""
    said = (
        f"{connection.vendor}, disk full {n_times} times: {len(ledger)} saves acknowledged, "
        f"{refused.total()} refused (503), 0 lost, 0 doubled, 0 phantom"
    )
    return said, len(ledger)


def test_a_full_disk_refuses_saves_lets_people_read_and_heals(
    site: Installation, disk: SmallDisk
) -> None:
    fill_and_empty(site, disk, range(1))


@pytest.mark.soak
def test_a_disk_that_is_full_again_and_again_loses_nothing(
    site: Installation, disk: SmallDisk, budget: Budget
) -> None:
    said, n_saves = fill_and_empty(site, disk, budget.rounds(20))
    put_down(budget.n_done, n_saves)
    print(said)
