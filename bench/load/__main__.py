"""`python -m bench.load`: what a team's site has to bear, measured on both databases.

A line for each figure: what is to be reached, what was measured, whether it was reached; the exit
code is 1 if anything was not. Each part makes an installation of its own (gunicorn, a database
that syncs every commit, a folder) on this machine, asks it on 127.0.0.1 and takes it down.

    python -m bench.load                                   # all of it, some 25 minutes
    python -m bench.load --only save --database sqlite
    python -m bench.load --only large --large 10000 --json
    python -m bench.load --only large --keep /tmp/large    # the study stays there for next time

    save        50 annotators, a save per 2 s each, 10 % page opens
    saturation  as many saves as two cores take, twice that, recovery
    kill        kill -9 of the web server and of PostgreSQL while clients save
    import      10,000 articles of 600 words
    large       the pages of a study of 100,000 articles (PostgreSQL only)

Run it on a machine that does nothing else; the driver itself takes a part of the two cores.
"""

import argparse
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from bench.load.importing import importing
from bench.load.kills import kills
from bench.load.large import large
from bench.load.saving import saturation, steady
from bench.load.site import OPEN_FILES
from bench.load.table import HEAD, Row

DATABASES = ("postgresql", "sqlite")


def parts(options: argparse.Namespace) -> dict[str, Callable[[str], list[Row]]]:
    return {
        "save": lambda name: steady(name, options.seconds, options.web_processes),
        "saturation": lambda name: saturation(name, options.seconds / 3, options.web_processes),
        "kill": lambda name: kills(name, options.kills),
        "import": lambda name: importing(name, options.articles),
        "large": lambda name: (
            large(name, options.large, options.keep) if name == "postgresql" else []
        ),
    }


def parser_of() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", action="append", choices=["save", "saturation", "kill", "import", "large"]
    )
    parser.add_argument("--database", choices=DATABASES)
    parser.add_argument("--seconds", type=float, default=60.0, help="of saving at a pace")
    parser.add_argument("--kills", type=int, default=20, help="of each kind")
    parser.add_argument("--articles", type=int, default=10_000, help="of the import")
    parser.add_argument("--large", type=int, default=100_000, help="articles of the large study")
    parser.add_argument("--keep", type=Path, help="folder for the large study, used again")
    parser.add_argument("--web-processes", type=int, default=2, help="on PostgreSQL")
    parser.add_argument("--json", action="store_true")
    return parser


def allow_many_connections() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def main() -> int:
    options = parser_of().parse_args()
    allow_many_connections()
    chosen = [options.database] if options.database else list(DATABASES)
    found: list[Row] = []
    if not options.json:
        print(HEAD, flush=True)
    for part, measure in parts(options).items():
        if options.only and part not in options.only:
            continue
        for name in chosen:
            rows = measure(name)
            found += rows
            if not options.json:
                print("\n".join(map(str, rows)), flush=True)
    if options.json:
        json.dump([row.as_json() for row in found], sys.stdout, indent=1)
    return int(not all(row.is_reached for row in found))


if __name__ == "__main__":
    raise SystemExit(main())
