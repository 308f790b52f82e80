"""Backups over HTTP: 25 saves a second arrive meanwhile, and each is restored elsewhere."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from project.setup.postgres import temporary_server
from tests.soaking import Budget

from .elsewhere import Elsewhere
from .ledger import Installation, close, run_clients, wait_for_saves

pytestmark = [pytest.mark.django_db, pytest.mark.soak]
RATE = 25  # saves a second, of all clients together


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    if connection.vendor == "sqlite":
        yield Installation(tmp_path, f"sqlite:///{tmp_path}/db.sqlite3").take_tables()
        return
    with temporary_server(durable=True) as server:
        yield Installation(tmp_path, server.url).take_tables()


def test_every_save_acknowledged_before_a_backup_began_is_in_it(
    site: Installation, elsewhere: Elsewhere, tmp_path: Path, budget: Budget
) -> None:
    told = site.prepare()
    files: list[tuple[Path, set[str]]] = []
    with ExitStack() as after:
        site.start()
        after.callback(site.kill)
        pause = len(told["clients"]) / RATE * 0.9  # a save itself takes the rest
        clients, stop = run_clients(site, told, pause=pause)
        after.callback(stop.set)
        wait_for_saves(clients, 50)
        began, n_before = time.monotonic(), sum(len(one.ledger) for one in clients)
        for n in budget.rounds(5):
            acknowledged = {entry["op"]["op_id"] for one in clients for entry in one.ledger}
            file = tmp_path / f"backup-{n}"
            site.manage("backup", str(file))
            files.append((file, acknowledged))
            wait_for_saves(clients, 20)
        saved = sum(len(one.ledger) for one in clients) - n_before
        rate = saved / (time.monotonic() - began)
        ledger = close(clients, stop)
    assert site.reckon(ledger) == ""
    everything = {entry["op"]["op_id"] for entry in ledger}
    for n, (file, acknowledged) in enumerate(files):
        code, said = elsewhere.manage("restore", str(file), *(["--replace"] if n else []))
        assert (code, said.splitlines()[-1]) == (0, "All is well."), said
        assert acknowledged <= elsewhere.op_ids() <= everything
    print(
        f"{connection.vendor}, {len(files)} backups while {rate:.0f} saves a second arrived: every "
        f"one of {len(files[-1][1])} saves acknowledged before is restored, the doctor is content"
    )
