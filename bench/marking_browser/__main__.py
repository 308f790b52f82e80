"""`python -m bench.marking_browser`: the marking page in Chromium, against what it is to reach.

A gunicorn of its own on a temporary SQLite database, with collected and compressed static files,
and Debian's Chromium without a window. Articles of 1,000 words with 50 spans, 20,000 with 1,000
and 100,000 with 5,000, spans nested and linked.

    python -m bench.marking_browser [--only small|middle|large] [--rounds 30] [--visits 7] [--json]

What is measured: a cold visit (nothing cached) until the text can be worked on and is painted,
and all bytes that came over the wire, headers included, in gzip and once in brotli; from a key to
the paint of the mark it adds, relabels or removes; what the browser reports of each key (Event
Timing: INP is its 98th percentile); main-thread time for each frame while scrolling. Times on the
wall are only worth something on a machine that does nothing else; CPU of the main thread holds on
a busy one too.
"""

import argparse
import dataclasses
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.marking_browser.drive import Figures, measure_opening, measure_working
from bench.marking_server.__main__ import ROOT, call, web_server
from project.setup.environment import apt
from project.setup.suites import CHROMIUM_NAMES

SIZES = ("small", "middle", "large")
# (size, figure, which value of it, goal, unit)
GOALS = (
    ("small", "shown", "median", 1000, "ms"),
    ("small", "bytes", "max", 100_000, "bytes"),
    ("large", "add", "p95", 50, "ms"),
    ("large", "relabel", "p95", 50, "ms"),
    ("large", "remove", "p95", 50, "ms"),
    ("large", "keys", "p98", 100, "ms"),
)
TITLES = {
    "first_text": "first text painted, cold",
    "ready": "text ready for work, cold",
    "shown": "  and painted",
    "opening_cpu": "  CPU of the main thread for it",
    "bytes_ready": "bytes until ready, cold, gzip",
    "bytes": "  and in all, rare parts too",
    "bytes_ready_brotli": "bytes until ready, cold, brotli",
    "bytes_brotli": "  and in all, rare parts too",
    "add": "add until painted",
    "add_cpu": "  CPU of the main thread for it",
    "relabel": "relabel until painted",
    "relabel_cpu": "  CPU of the main thread for it",
    "remove": "remove until painted",
    "remove_cpu": "  CPU of the main thread for it",
    "change_cpu": "CPU of a change, saving included",
    "keys": "any key until painted (INP: p98)",
    "scroll": "scrolling, CPU a frame",
}


def chromium() -> str:
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        raise SystemExit(
            f"Chromium is missing: install it with `{apt('chromium-headless-shell')}`."
        )
    return found


def arguments() -> list[str]:
    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    return [*quiet, "--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def run(sizes: list[str], rounds: int, visits: int) -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="sm-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        environment = {**os.environ, "DATABASE_URL": url, "SOURCEMARK_VAR": folder}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        call("migrate", "--verbosity=0", environment=environment)
        call("collectstatic", "--noinput", "--verbosity=0", environment=environment)
        seed = [sys.executable, "-m", "bench.marking_browser.seed", *sizes]
        printed = subprocess.run(
            seed, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
        ).stdout
        seeded = json.loads(printed)
        with web_server(environment) as (port, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=arguments())
            site = f"http://127.0.0.1:{port}"
            found = {}
            for name, article in seeded["articles"].items():
                figures = visit(browser, site, seeded["session"], article["path"], rounds, visits)
                found[name] = {**article, **told(figures)}
                show(name, found[name])
            browser.close()
            return found


def visit(
    browser: Browser, site: str, session: str, path: str, rounds: int, visits: int
) -> Figures:
    figures = Figures()
    measure_opening(browser, site, session, path, Figures())  # the server warms up
    for _ in range(visits):
        measure_opening(browser, site, session, path, figures)
    in_brotli = Figures()
    measure_opening(browser, site, session, path, in_brotli, encoding="br")
    figures.bytes_ready_brotli, figures.bytes_brotli = in_brotli.bytes_ready, in_brotli.bytes
    measure_working(browser, site, session, path, rounds, figures)
    return figures


def told(figures: Figures) -> dict[str, Any]:
    values = dataclasses.asdict(figures)
    listed = {name: spread(value) for name, value in values.items() if isinstance(value, list)}
    return {**{name: each for name, each in values.items() if name not in listed}, **listed}


def spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    cuts = (
        statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    )
    named = {"median": cuts[49], "p95": cuts[94], "p98": cuts[97], "max": max(values)}
    return {**{name: round(value, 1) for name, value in named.items()}, "n": len(values)}


def show(name: str, found: dict[str, Any]) -> None:
    print(f"\n{name}: {found['words']:,} words, {found['spans']:,} spans", flush=True)
    for figure, title in TITLES.items():
        each = found[figure]
        if each:
            print(
                f"  {title:<34} median {each['median']:>9,}   p95 {each['p95']:>9,}   "
                f"max {each['max']:>9,}   of {each['n']}"
            )
    print(
        "  bytes by kind, gzip:", ", ".join(f"{k} {v:,}" for k, v in found["bytes_by_kind"].items())
    )
    if found["missed"]:
        print(f"  {found['missed']} changes were not seen in the text", flush=True)


def compare(found: dict[str, dict[str, Any]]) -> bool:
    """Print each goal with how much of it is used up; whether all are met."""
    met = True
    print("\ngoals")
    for size, figure, which, goal, unit in GOALS:
        each = found.get(size, {}).get(figure)
        if not each:
            continue
        ratio = each[which] / goal
        met = met and ratio <= 1
        print(
            f"  {size:<7} {TITLES[figure].strip():<34} {which:<6} {each[which]:>9,} of {goal:>7,} "
            f"{unit:<5} ratio {ratio:.2f} {'' if ratio <= 1 else 'MISSED'}"
        )
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=SIZES)
    parser.add_argument("--rounds", type=int, default=30, help="marks made in each article")
    parser.add_argument("--visits", type=int, default=7, help="cold visits to each article")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON too")
    options = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    sizes = [options.only] if options.only else list(SIZES)
    found = run(sizes, options.rounds, options.visits)
    met = compare(found)
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")
    if options.json:
        print(json.dumps(found, indent=1))
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
