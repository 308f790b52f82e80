"""kill -9 of the web server and of PostgreSQL while clients save and keep a ledger."""

import random
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.load.table import Row
from project.setup.postgres import Server, temporary_server
from tests.project.ledger import Installation, close, run_clients, wait_for_saves

BACK_UP = 5.0
KILLED = {"web": "the web server", "database": "PostgreSQL", "both": "both at once"}


def kills(name: str, times: int) -> list[Row]:
    what = ["web", "database", "both"] if name == "postgresql" else ["web"]
    return [row for one in what for row in kill_loop(name, one, times)]


def kill_loop(name: str, what: str, times: int) -> list[Row]:
    dice = random.Random(20_261_122)
    with ExitStack() as after:
        folder = Path(after.enter_context(tempfile.TemporaryDirectory(prefix="sm-load-")))
        server: Server | None = None
        url = f"sqlite:///{folder}/db.sqlite3"
        if name == "postgresql":
            server = after.enter_context(temporary_server(durable=True))
            url = server.url
        here = Installation(folder, url)
        told = here.prepare()
        here.start()
        after.callback(here.kill)
        clients, stop = run_clients(here, told)
        after.callback(stop.set)
        wait_for_saves(clients, 40)
        back, restarts = [], []
        for _ in range(times):
            time.sleep(dice.uniform(0, 0.3))
            began = time.monotonic()
            if what in ("web", "both"):
                here.kill()
            if what in ("database", "both"):
                assert server
                server.kill()
                server.start()
            if what in ("web", "both"):
                here.start()
            restarts.append(time.monotonic() - began)
            back.append(restarts[-1] + wait_for_saves(clients, 20))
        ledger = close(clients, stop)
        wrong = here.reckon(ledger).strip()
    killed = KILLED[what]
    note = f"{len(ledger)} saves acknowledged; lost, doubled, phantom, doctor: {wrong or 'none'}"
    return [
        Row(name, f"{times} kills of {killed}: what does not fit",
            len(wrong.splitlines()), "", most=0, note=note),
        Row(name, "  back up, slowest", max(back), "s", most=BACK_UP,
            note=f"median {sorted(back)[times // 2]:.1f} s; start {max(restarts):.1f} s"),
    ]  # fmt: skip
