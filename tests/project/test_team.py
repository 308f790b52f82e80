"""Several web servers on one PostgreSQL behind nginx: one goes at a time, and no save with it.

The servers use the tests' own database, which has its tables already.
"""

import os
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.project.ledger import (
    Installation,
    close,
    database_url,
    discrepancies,
    make_clients,
    run_clients,
    wait_for_saves,
)
from tests.project.proxy import proxy, wait_for_port
from tests.soaking import SAVES, Budget, put_down

pytestmark = [pytest.mark.on_postgresql, pytest.mark.django_db(transaction=True)]


def team(folder: Path, n_servers: int) -> list[Installation]:
    """Web servers on ports of their own, as on several hosts: nothing in common but rows."""
    found = []
    for n in range(n_servers):
        own = folder / f"host{n}"
        own.mkdir()
        one = Installation(own, database_url())
        one.environment["SECRET_KEY"] = os.environ["SECRET_KEY"]
        found.append(one)
    return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[ExitStack]:
    with ExitStack() as after:
        yield after


def begin(running: ExitStack, folder: Path, n_servers: int) -> tuple[list[Installation], int]:
    """The servers, and the port of the proxy before them."""
    servers = team(folder, n_servers)
    for one in servers:
        one.start()
        running.callback(one.kill)
    for one in servers:
        wait_for_port(one.port)
    return servers, running.enter_context(proxy(folder, [one.port for one in servers]))


def kill_one_at_a_time(
    running: ExitStack, folder: Path, n_servers: int, times: Iterable[int], *, gently: bool = False
) -> int:
    """How many saves were acknowledged. `gently`: each is told to reload, as after an upgrade."""
    servers, port = begin(running, folder, n_servers)
    front = Installation(folder, "")
    front.port = port
    clients, stop = run_clients(front, {"clients": make_clients()})
    running.callback(stop.set)
    wait_for_saves(clients, 40)
    dice = random.Random(20_261_122)
    for n in times:
        time.sleep(dice.uniform(0, 0.2))  # in the middle of whatever is under way
        one = servers[n % n_servers]
        if gently:
            one.reload()
            wait_for_saves(clients, SAVES)
            continue
        one.kill()
        wait_for_saves(clients, SAVES)  # by the others
        one.start()
        wait_for_port(one.port)
    ledger = close(clients, stop)
    if gently:
        assert sum((one.told_no for one in clients), start=clients[0].told_no).total() == 0
    assert list(discrepancies(ledger)) == []
    return len(ledger)


def test_no_save_is_lost_when_one_web_server_of_two_is_killed(
    running: ExitStack, tmp_path: Path
) -> None:
    assert kill_one_at_a_time(running, tmp_path, 2, range(2)) >= 80


@pytest.mark.soak
def test_no_save_is_lost_while_one_of_four_web_servers_is_killed_again_and_again(
    running: ExitStack, tmp_path: Path, budget: Budget
) -> None:
    most = int(os.environ.get("KILLS") or 100)
    n_saves = kill_one_at_a_time(running, tmp_path, 4, budget.rounds(most))
    assert n_saves >= SAVES * budget.n_done
    put_down(budget.n_done, n_saves)
    print(f"{budget.n_done} kills of one of four web servers: {n_saves} saves, 0 lost, 0 doubled")


@pytest.mark.soak
def test_no_save_is_lost_or_refused_while_web_servers_reload_in_turn(
    running: ExitStack, tmp_path: Path, budget: Budget
) -> None:
    n_saves = kill_one_at_a_time(running, tmp_path, 2, budget.rounds(100), gently=True)
    print(f"{budget.n_done} reloads of one of two web servers: {n_saves} saves, none refused")
