"""`python -m bench.lists`: pages that list, with 10, 1,000 and 10,000 articles.

On SQLite and on a PostgreSQL of its own: median milliseconds of the server and queries of each
page, and how many times longer 10,000 articles take than 10 (nine rows on a page) and than 1,000
(a full page, as with 10,000).

    python -m bench.lists [--only sqlite|postgresql] [--times 15] [--slow] [--json]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.marking_server.__main__ import ROOT, call, database

Costs = dict[str, dict[str, dict[str, Any]]]


def run(name: str, times: int) -> Costs:
    with tempfile.TemporaryDirectory(prefix="sm-bench-") as made:
        folder = Path(made)
        with database(name, folder) as url:
            environment = {
                **os.environ,
                "DATABASE_URL": url,
                "SOURCEMARK_VAR": str(folder),
                "BENCH_TIMES": str(times),
            }
            environment.pop("DJANGO_SETTINGS_MODULE", None)
            call("migrate", "--verbosity=0", environment=environment)
            call("collectstatic", "--noinput", "--verbosity=0", environment=environment)
            told = subprocess.run(
                [sys.executable, "-m", "bench.lists.pages"],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.PIPE,
            )
    costs: Costs = json.loads(told.stdout)
    return costs


def ratio(sizes: dict[str, dict[str, Any]], few: str = "1000") -> float:
    return float(sizes["10000"]["ms"] / sizes[few]["ms"])


def show(name: str, costs: Costs, slow: bool) -> None:
    columns = "".join(f"{n + ' articles':>24}" for n in ("10", "1,000", "10,000"))
    print(f"\n{name:<22}{columns}   10,000 : 10   10,000 : 1,000")
    for page, sizes in costs.items():
        figures = "".join(
            f"{each['ms']:>11.1f} ms,{each['queries']:>3} queries" for each in sizes.values()
        )
        print(f"{page:<22}{figures}   {ratio(sizes, '10'):>11.2f}   {ratio(sizes):>14.2f}")
        if slow:
            worst = sizes["10000"]
            print(f"      {worst['slowest_s'] * 1000:.0f} ms: {worst['slowest'][:1500]}")
    for few, named in (("10", "10"), ("1000", "1,000")):
        ratios = {page.strip(): ratio(sizes, few) for page, sizes in costs.items()}
        worst = max(ratios, key=lambda page: ratios[page])
        median = statistics.median(ratios.values())
        print(f"10,000 : {named}: median {median:.2f}, highest {ratios[worst]:.2f} ({worst})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--times", type=int, default=15, help="how often each page is asked")
    parser.add_argument("--slow", action="store_true", help="show each page's slowest query")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = [options.only] if options.only else ["sqlite", "postgresql"]
    found = {name: run(name, options.times) for name in names}
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    for name, costs in found.items():
        show(name, costs, options.slow)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
