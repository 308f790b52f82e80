"""The database fails in the middle of a write: all of it is there, or nothing. And each write that
is done stands in history under the name of who asked for it.

Every address that takes a write stands in `writes.ACTS`, or in `writes.REASONS` with a reason.
The usual run, on SQLite, fails after the first and before the last statement that writes; `make
soak` fails each one, on both databases. tests/marking/test_faults.py fails each statement of saves
and submissions, committed, on both.
"""

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, transaction
from zeal import zeal_ignore

from annotations.accounts.models import User
from annotations.study.models import Study
from project.doctor import examine
from tests.conftest import SignIn
from tests.soaking import Budget

from .routes import writing_routes
from .scene import Scene, make_scene
from .writes import ACTS, REASONS

pytestmark = pytest.mark.django_db
# When somebody was last seen; sums that are counted again whenever they are missing.
UNTOLD = {"Session", "ArticleSums", "StudyTables", "ArticleCases", "StudyCases", "RecountDue"}
# How far a piece of work is: these say "failed" when it failed.
PROGRESS = {"Import", "CorpusImport", "Export", "Report", "Merge"}
WRITING = ("INSERT", "UPDATE", "DELETE", "\nUPDATE")
UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"datetime\.datetime\([^()]*(\([^()]*\))?[^()]*\)|\d{4}-\d\d-\d\dT[\d:.+Z]+")
SERIAL = re.compile(r"^\(\d+, ")  # never taken back by PostgreSQL
TOKEN = re.compile("[0-9a-f]{64}")
SECOND_STEP = {"corpus:import_store", "exchange:import_store"}


def test_every_address_that_takes_a_write_is_tried_or_excused() -> None:
    """A new one: add how it is used to ACTS in tests/project/writes.py."""
    untried = {
        route for route in writing_routes() - ACTS.keys() if not route.startswith(tuple(REASONS))
    }
    assert untried == set()
    assert ACTS.keys() - writing_routes() == set()


# Where no study's history says who did it, and what does.
UNRECORDED = {
    "accounts:profile": "the security log: one's own name and address",
    **dict.fromkeys(("accounts:token_new", "accounts:token_revoke"), "the security log"),
    "study:close_account": "history, but the answer goes to nobody any more",
    **dict.fromkeys(
        ("corpus:import", "corpus:import_paste", "corpus:import_cancel", "exchange:import",
         "exchange:import_cancel"), "the preview's own row; storing it is in history",
    ),
    **dict.fromkeys(
        ("exchange:export", "exchange:export_remove", "api:create_export", "api:delete_export"),
        "the export's own row; the job that makes it writes history",
    ),
    **dict.fromkeys(
        ("curation:article_discussion", "curation:discuss", "curation:thread_comment",
         "curation:comment_correct", "curation:comment_take_back", "curation:thread_seen"),
        "the comment's own row and its versions",
    ),
    "marking:time": "nothing: how long a tab was used",
}  # fmt: skip


def everything(leave_out: set[str]) -> dict[str, list[Any]]:
    """Every row of ours."""
    models = apps.get_app_config("annotations").get_models()
    return {
        model.__name__: list(model._base_manager.order_by("pk").values_list())
        for model in models
        if model.__name__ not in leave_out
    }


class Breaker:
    """Fails the nth statement from now on, or the first after so many writes."""

    def __init__(
        self, n: int = 0, error: type[Exception] = OperationalError, writes: int = -1
    ) -> None:
        self.left, self.error, self.stop_after = n, error, writes
        self.n_statements = self.n_writes = 0
        self.fired = False

    def __call__(self, execute: Any, sql: str, *args: Any) -> Any:
        self.n_statements += 1
        if self.n_statements == self.left or (not self.fired and self.n_writes == self.stop_after):
            self.fired = True
            raise self.error("the disk is on fire")
        told = execute(sql, *args)
        self.n_writes += sql.startswith(WRITING)
        return told


@pytest.fixture
def scene(study: Study, bob: User, carol: User, dave: User, sign_in: SignIn) -> Scene:
    return make_scene(study, {"bob": bob, "carol": carol}, sign_in)


def tries(n_writes: int, n_statements: int, thorough: bool) -> Iterator[Breaker]:
    """One for each failure to try."""
    for after in sorted({1, n_writes - 1}):
        if 0 < after < n_writes:
            yield Breaker(writes=after)
            if thorough:
                yield Breaker(writes=after, error=IntegrityError)
    if thorough:
        for n in range(1, n_statements + 1):
            yield Breaker(n)


def try_act(scene: Scene, name: str, thorough: bool) -> str:
    """What was wrong with the act under failures; nothing when it was whole or not at all."""
    act, leave_out = ACTS[name](scene), UNTOLD | (PROGRESS if name in SECOND_STEP else set())
    leave_out |= {"AccessToken"} if name.startswith("api:") else set()  # when it was last used
    before = everything(leave_out)
    known = set(UUID.findall(str(before)))
    counted = Breaker()
    with transaction.atomic(), connection.execute_wrapper(counted):
        response = act()
        n_statements, n_writes = counted.n_statements, counted.n_writes
        there = everything(leave_out)
        after, named = plain(there, known), who_did(before, there)
        silent = says_nothing(before, there)
        transaction.set_rollback(True)
    if response.status_code not in (200, 201, 202, 204, 302):
        return f"{response.status_code}: {response.content.decode()[-2000:]}"
    if after == plain(before, known):
        return "It writes nothing."
    if named != {response.wsgi_request.user.pk} and name not in UNRECORDED:
        return f"History names {named or 'nobody'}."
    if silent:
        return f"History has neither before nor after for {silent}."
    for breaker in tries(n_writes, n_statements, thorough):
        with transaction.atomic():
            with connection.execute_wrapper(breaker):
                try:
                    status = act().status_code
                except breaker.error:
                    status = 0  # what the request was to hold could not be read: it was not sent
            # Raised before the database was asked: what a statement outside of any transaction of
            # the product's own leaves behind is there to be read.
            transaction.set_rollback(False)
            there = everything(leave_out)
            transaction.set_rollback(True)
        if there != before and plain(there, known) != after:
            changed = [table for table in there if there[table] != before[table]]
            return f"half written after {breaker.n_statements} ({status}): {changed}"
    return ""


# Acts that begin or end a thing, or put it away: their name and their subject say all.
SAYS_ALL = {"added", "archived", "begun", "binned", "created", "ended", "planned", "renewed",
            "reopened", "resolved", "restored", "revoked"}  # fmt: skip


def says_nothing(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> set[str]:
    """The acts among new rows of the history that do not say how their subject stood."""
    fields = [field.name for field in apps.get_model("annotations", "AuditEntry")._meta.fields]
    known = {row[0] for row in before["AuditEntry"]}
    rows = [dict(zip(fields, row, strict=True)) for row in after["AuditEntry"]]
    new = [row for row in rows if row["id"] not in known]
    silent = {row["action"] for row in new if not row["before"] and not row["after"]}
    return {action for action in silent if action.partition(".")[2] not in SAYS_ALL}


# Where a change is written down, and which column of the row names who made it.
HISTORY = {"AuditEntry": "actor", "Operation": "user", "Ruling": "user"}


def who_did(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> set[Any]:
    """The people whom new rows of history name."""
    named = set()
    for table, column in HISTORY.items():
        fields = apps.get_model("annotations", table)._meta.concrete_fields
        at = [field.name for field in fields].index(column)
        known = {row[0] for row in before[table]}
        named |= {row[at] for row in after[table] if row[0] not in known}
    return named


def plain(rows: dict[str, list[Any]], known: set[str]) -> dict[str, list[str]]:
    """Without what differs from one try to the next: new ids, times, tokens; in one order."""

    def without(row: Any) -> str:
        told = SERIAL.sub("(new, ", str(row))
        told = UUID.sub(lambda found: found[0] if found[0] in known else "new", told)
        return TOKEN.sub("token", TIME.sub("time", told))

    return {table: sorted(map(without, found)) for table, found in rows.items()}


def run(scene: Scene, thorough: bool, budget: Budget | None = None) -> dict[str, str]:
    """What was wrong, by address; when the time is limited, of some at random."""
    wrong, names = {}, list(ACTS)
    if budget:
        random.shuffle(names)
    for n in budget.rounds(len(names)) if budget else range(len(names)):
        name = names[n]
        with transaction.atomic(), zeal_ignore():
            if told := try_act(scene, name, thorough):
                wrong[name] = told
            transaction.set_rollback(True)
    assert [str(finding) for finding in examine()] == []
    return wrong


@pytest.mark.on_sqlite
def test_each_write_is_whole_or_not_at_all_and_names_who_did_it(scene: Scene) -> None:
    assert run(scene, thorough=False) == {}


@pytest.mark.soak
def test_each_write_is_whole_or_not_at_all_whichever_statement_fails(
    scene: Scene, budget: Budget
) -> None:
    budget.seconds *= 6
    assert run(scene, thorough=True, budget=budget) == {}
