"""`python -m bench.marking_server`: saves through real HTTP, against what it is to reach.

A gunicorn of its own for each database, with the settings of production: SQLite with every
commit synced, PostgreSQL with fsync. One client and sixteen, each an annotator on an article of
1,000 words, save without a pause. Then pages that list, with 10 articles and with 10,000.

    python -m bench.marking_server [--seconds 10] [--only sqlite|postgresql] [--json]
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bench.marking_server.clients import Measured, measure, time_page
from project.setup.postgres import temporary_server
from project.setup.tied import Tied

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = (1, 16)
PAGE_TIMES = 15
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    if name == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    with temporary_server(durable=True) as server:
        yield server.url


@contextmanager
def web_server(environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """(port, process id) of a gunicorn that answers; stopped afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:project.serving"]
    process = Tied(
        [*command, "project.wsgi"],
        cwd=ROOT,
        env={**environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port, process.pid
    finally:
        process.stop()


def wait_for(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
            return
        time.sleep(0.1)
    raise SystemExit("gunicorn does not answer.")


def cpu_seconds(pid: int) -> float:
    """Of a process and its children that live."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / TICKS
    return own + sum(cpu_seconds(int(child)) for child in children)


def told(measured: Measured, cpu: float) -> dict[str, Any]:
    times = sorted(measured.milliseconds)
    cuts = statistics.quantiles(times, n=100)
    return {
        "saves": len(times),
        "saves_per_second": round(len(times) / measured.seconds, 1),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "max_ms": round(times[-1], 1),
        "web_cpu_ms_per_save": round(cpu * 1000 / len(times), 1),
        "errors": len(measured.errors),
        "first_error": measured.errors[0] if measured.errors else "",
    }


def run(name: str, seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="sm-bench-") as made:
        folder = Path(made)
        with database(name, folder) as url:
            environment = {**os.environ, "DATABASE_URL": url, "SOURCEMARK_VAR": str(folder)}
            environment.pop("DJANGO_SETTINGS_MODULE", None)
            call("migrate", "--verbosity=0", environment=environment)
            call("collectstatic", "--noinput", "--verbosity=0", environment=environment)
            seeded = json.loads(
                subprocess.run(
                    [sys.executable, "-m", "bench.marking_server.seed"],
                    cwd=ROOT,
                    env=environment,
                    check=True,
                    stdout=subprocess.PIPE,
                ).stdout
            )
            with web_server(environment) as (port, pid):
                return {
                    "saving": {
                        n: saving(port, pid, seeded["workers"][:n], seconds) for n in CLIENTS
                    },
                    "lists": listing(port, seeded["lists"]),
                }


def call(*arguments: str, environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


def saving(port: int, pid: int, workers: list[Any], seconds: float) -> dict[str, Any]:
    before = cpu_seconds(pid)
    measured = measure(port, workers, seconds)
    return told(measured, cpu_seconds(pid) - before)


def listing(port: int, lists: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    """For each page its median and number of queries with few and with many articles."""
    return {
        few["name"]: {
            "10_ms": round(statistics.median(time_page(port, few, PAGE_TIMES)), 1),
            "10000_ms": round(statistics.median(time_page(port, many, PAGE_TIMES)), 1),
            "10_queries": few["queries"],
            "10000_queries": many["queries"],
        }
        for few, many in zip(lists["Small"], lists["Large"], strict=True)
    }


def show(name: str, found: dict[str, Any]) -> None:
    print(f"\n{name}")
    for n, each in found["saving"].items():
        print(
            f"  {n:>2} client{'' if n == 1 else 's'}: {each['saves_per_second']:>6} saves/s   "
            f"p50 {each['p50_ms']} ms   p95 {each['p95_ms']} ms   p99 {each['p99_ms']} ms   "
            f"web CPU {each['web_cpu_ms_per_save']} ms a save   {each['errors']} errors"
        )
        if each["first_error"]:
            print(f"     first error: {each['first_error']}")
    for page, each in found["lists"].items():
        print(
            f"  {page:<22} 10 articles {each['10_ms']:>6} ms, {each['10_queries']} queries; "
            f"10,000 articles {each['10000_ms']:>6} ms, {each['10000_queries']} queries"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = [options.only] if options.only else ["sqlite", "postgresql"]
    found = {name: run(name, options.seconds) for name in names}
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        for name, each in found.items():
            show(name, each)
    failed = any(each["errors"] for name in found for each in found[name]["saving"].values())
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
