"""The database of each version that was released, or is kept for this, becomes today's.

Killed in the middle it can be upgraded again; its marks come out as the same bytes as then.
"""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.soaking import Budget

from .elsewhere import Elsewhere
from .upgrades.lay import kept_files, read_kept
from .upgrades.shape import shape

ROOT = Path(__file__).resolve().parents[2]
# Columns whose values a migration changes on purpose, "table.column", with the reason.
CHANGED: dict[str, str] = {}
AMID = 10  # changes: any kept database needs more
FAR = 40  # changes; a migration that makes more of them is begun anew and done at the end
A_WHILE = 120  # seconds, in which killing at each change comes far
CHANGES = "CREATE TABLE|ALTER TABLE|CREATE INDEX|CREATE UNIQUE|DROP TABLE|INSERT INTO|UPDATE"

# Kills itself before the nth statement that changes the database, or says how many there were.
INTERRUPTED = f"""
import os, re, signal, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
django.setup()
from django.core.management import call_command
from django.db import connection
left, n = int(sys.argv[1]), 0
def count(execute, sql, *more):
    global n
    n += bool(re.match("{CHANGES}", str(sql)))
    if n == left:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, *more)
with connection.execute_wrapper(count):
    call_command("migrate", verbosity=0)
print(n)
"""


def plain(value: Any) -> Any:
    """The same value as the two databases tell it: ids, times, numbers and JSON differ in form."""
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        return value
    if re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        return value.replace("-", "")
    if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value):
        head, _, rest = value.removesuffix("+00:00").partition(".")
        return f"{head}.{rest:0<6}"
    if value[:1] in ("{", "["):
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    return value


def by_plain_ids(exports: dict[str, str]) -> dict[str, str]:
    return {work.replace("-", ""): content for work, content in exports.items()}


def laid_out(told: dict[str, Any], columns: list[str]) -> list[str]:
    places = [told["columns"].index(name) for name in columns]
    return sorted(str([plain(row[place]) for place in places]) for row in told["rows"])


def check_all_is_kept(site: Elsewhere, kept: dict[str, Any]) -> None:
    asked = {table: told["columns"] for table, told in kept["tables"].items()}
    wanted = {"tables": asked, "studies": bool(kept.get("studies"))}
    done = site.run("-m", "tests.project.upgrades.ask", told=json.dumps(wanted))
    assert done[0] == 0, done[1]
    now = json.loads(done[1].splitlines()[-1])  # after lines of the log
    assert now["findings"] == []
    assert now["shape"] == shape()  # as if its tables had been made today
    assert by_plain_ids(now["exports"]) == by_plain_ids(kept["exports"])
    assert len(kept["exports"]) > 3
    assert by_plain_ids(now["studies"]) == by_plain_ids(kept.get("studies", {}))
    for table, told in kept["tables"].items():
        assert table in now["tables"], f"{table} is gone"
        columns = [
            name for name in now["tables"][table]["columns"] if f"{table}.{name}" not in CHANGED
        ]
        assert laid_out(now["tables"][table], columns) == laid_out(told, columns), table


def lay(site: Elsewhere, path: Path) -> None:
    done = site.run("-m", "tests.project.upgrades.lay", str(path))
    assert done == (0, ""), done[1]


def upgrade(site: Elsewhere, kill_at: int) -> tuple[int, str]:
    return site.run("-c", INTERRUPTED, str(kill_at))


HEAD = sorted(path.stem for path in (ROOT / "annotations" / "migrations").glob("0*.py"))[-1]
FORMER = [path for path in kept_files() if read_kept(path)["migration"] != HEAD]
# Each change tries the newest of them, long runs all.
NEWEST_FIRST = [
    pytest.param(path, id=path.name, marks=pytest.mark.soak if n else ())
    for n, path in enumerate(sorted(FORMER, key=lambda path: read_kept(path)["migration"])[::-1])
]
TODAYS = [path for path in kept_files() if path not in FORMER]


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("path", TODAYS, ids=lambda path: path.name)
def test_a_database_of_today_is_laid_out_as_it_was(elsewhere: Elsewhere, path: Path) -> None:
    """Kept for the day on which there is another migration; until then this tries the keeping."""
    lay(elsewhere, path)
    check_all_is_kept(elsewhere, read_kept(path))


@pytest.mark.on_sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("path", NEWEST_FIRST)
def test_a_former_database_killed_while_it_is_upgraded_keeps_everything(
    elsewhere: Elsewhere, path: Path
) -> None:
    lay(elsewhere, path)
    code, told = upgrade(elsewhere, AMID)
    assert code == -9, told
    code, told = upgrade(elsewhere, -1)
    assert code == 0, told
    check_all_is_kept(elsewhere, read_kept(path))
    no_older_program_starts_on(elsewhere)


def no_older_program_starts_on(elsewhere: Elsewhere) -> None:
    future = (
        "import django; django.setup(); from django.db import connection;"
        "from django.db.migrations.recorder import MigrationRecorder;"
        "MigrationRecorder(connection).record_applied('annotations', '9999_from_the_future')"
    )
    script = f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'project.settings'; {future}"
    assert elsewhere.run("-c", script)[0] == 0
    code, told = elsewhere.run("-c", "import project.wsgi")
    assert code == 3
    assert told.splitlines()[-1] == (
        "The database was changed by a newer Sourcemark (9999_from_the_future), which this one "
        "does not know. Start the newer program, or restore a backup made before the upgrade."
    )


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("path", FORMER, ids=lambda path: path.name)
def test_a_former_database_can_be_killed_at_each_change_of_its_tables(
    elsewhere: Elsewhere, path: Path, budget: Budget
) -> None:
    """Each upgrade dies one change later than the last, as far as it had come by then; when that
    would take too long, after as many changes as the dice say."""
    lay(elsewhere, path)
    dice = random.Random(20_261_123)
    for n in budget.rounds(1_000, at_least=3):
        kill_at = n + 1 if budget.seconds > A_WHILE else dice.randint(1, FAR)
        code, told = upgrade(elsewhere, kill_at)
        if code == 0:
            break
        assert code == -9, told
    n_kills = budget.n_done
    assert upgrade(elsewhere, -1)[0] == 0
    check_all_is_kept(elsewhere, read_kept(path))
    assert n_kills >= 3
    print(f"{connection.vendor}, {path.name}: upgraded after {n_kills} kills, nothing changed")


def test_the_marks_of_a_kept_database_are_what_its_own_version_said() -> None:
    """The kept files themselves: whole, and made by nobody's hand."""
    assert kept_files()
    for path in kept_files():
        kept = read_kept(path)
        assert kept["exports"], path
        assert all(json.loads(text)["format"] for text in kept["exports"].values())
        assert path.stat().st_size < 1_000_000, path
