"""A worker that is cut off in the middle of a job: it is begun anew, and done exactly once.

The workers are forks of this process, so that none has to be started from nothing. Each job is
held up at a row that the test has locked, and its worker killed there.
"""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import storages
from django.db import connection, connections
from django.test.utils import override_settings
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from annotations.accounts.models import User
from annotations.corpus.actions import carry_out_import, prepare_import
from annotations.corpus.models import Article, Import
from annotations.curation.actions import (
    apply_merge,
    count_merge,
    merges,
    run_merge,
    save_merge_rules,
)
from annotations.curation.actions.adjudications import open_adjudications
from annotations.curation.models import Adjudication, GoldSpan, Merge, Ruling
from annotations.curation.queries import submitted_works
from annotations.exchange.actions import make_export
from annotations.exchange.formats import find_format
from annotations.exchange.models import Export
from annotations.exchange.packing import Wanted
from annotations.exchange.queries.exports import fetch_reach
from annotations.reports.actions import make_report
from annotations.reports.models import Report
from annotations.reports.selection import Selection
from annotations.study import queued
from annotations.study.models import AuditEntry, Study
from project import working
from project.doctor import examine
from project.lifeline import Lifeline, is_alive
from project.setup.tied import Tied
from project.working import PatientWorker, put_back_orphans
from tests.conftest import SignIn
from tests.corpus.samples import FIRE, jsonl
from tests.marking.sending import Tab, address, span
from tests.people import assign, make_article
from tests.project.ledger import ROOT, database_url
from tests.soaking import Budget

QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
PATIENCE = 60.0  # seconds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def queue(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {"exports": place | {"OPTIONS": {"location": tmp_path}}}
    monkeypatch.setattr(working, "SECONDS_BETWEEN", 0.2)
    with override_settings(TASKS=QUEUE):
        yield


@pytest.fixture
def marked(study: Study, article: Article, bob: User, carol: User) -> Study:
    for person, stretch in ((bob, (35, 42)), (carol, (31, 42))):
        hand_in(article, person, "allegation", stretch)
    return study


def hand_in(article: Article, person: User, label: str, stretch: tuple[int, int]) -> None:
    """By the pages, so that the doctor finds nothing."""
    assign(article, person)
    client = SignIn()(person)
    Tab(client, article).made("span", span(article, label, stretch))
    assert client.post(address("submit", article), {"confirmed": "1"}).status_code == 302


@contextmanager
def worker() -> Iterator[int]:
    """Its process id; killed at the end, if it still lives."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        with suppress(BaseException):
            PatientWorker(
                queue_names=["default"],
                interval=0.05,
                batch=False,
                backend_name="default",
                startup_delay=False,
                max_tasks=None,
                worker_id=uuid.uuid4().hex,
                excluded_queue_names=[],
            ).run()
        os._exit(0)
    try:
        yield pid
    finally:
        kill(pid)


def kill(pid: int) -> None:
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "It never happened."
        time.sleep(0.02)


@contextmanager
def locked(table: str, pk: uuid.UUID) -> Iterator[None]:
    """Nobody else can change this row."""
    with psycopg.connect(database_url()) as holder:
        holder.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [pk])
        yield


def waiting() -> list[int]:
    """Sessions of this database that wait for somebody's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return [pid for (pid,) in cursor.fetchall()]


def export(study: Study) -> Export:
    reach = fetch_reach(study.created_by, study.pk)
    return make_export(reach=reach, form=find_format("jsonl"), wanted=Wanted())


def import_two(study: Study) -> Import:
    second = FIRE | {"title": "Another", "text": "Another fire."}
    made = prepare_import(
        study=study, actor=study.created_by, files=[("two.jsonl", jsonl(FIRE, second))]
    )
    carry_out_import(made=made, actor=study.created_by)
    return made


def merge(study: Study) -> Merge:
    """Counted at once, its making left to a worker."""
    rules = save_merge_rules(study=study, actor=study.created_by, unanimous=True, least_votes=2)
    made = count_merge(study=study, actor=study.created_by, rules=rules)
    run_merge.call(str(made.pk))
    DBTaskResult.objects.all().delete()
    made.refresh_from_db()
    return apply_merge(merge=made, actor=study.created_by)


def report(study: Study) -> Report:
    return make_report(study=study, actor=study.created_by, name="Weekly", selection=Selection())


def acts(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def tries() -> list[tuple[str, int]]:
    """Each job that is through: how it ended, how often it was begun."""
    rows = DBTaskResult.objects.order_by("enqueued_at")
    return [(row.status, len(row.worker_ids)) for row in rows]


@pytest.mark.on_postgresql
def test_a_job_whose_worker_was_killed_is_done_once_by_another(marked: Study) -> None:
    n_articles = Article.objects.count()
    for begin, held_up_at in (
        (import_two, lambda made: ("annotations_study", made.study_id)),
        (report, lambda made: ("annotations_report", made.pk)),
        (export, lambda made: ("annotations_export", made.pk)),
    ):
        made = begin(marked)
        with worker() as first, locked(*held_up_at(made)):
            wait_until(waiting)
            kill(first)
        with worker():
            rows = type(made).objects.filter(pk=made.pk, state="done")
            wait_until(rows.exists)
            wait_until(lambda: not DBTaskResult.objects.running().exists())
    assert tries() == [(TaskResultStatus.SUCCESSFUL, 2)] * 3
    assert Article.objects.count() == n_articles + 2
    assert [str(finding) for finding in examine()] == []
    assert (acts("article.imported"), acts("report.made"), acts("study.exported")) == (1, 1, 1)
    stored = Export.objects.get()
    folder, _, name = stored.path.rpartition("/")
    assert storages["exports"].listdir(folder) == ([], [name])


@pytest.mark.on_postgresql
def test_a_merge_whose_worker_was_killed_goes_on_where_it_was(
    study: Study, article: Article, bob: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merges, "CHUNK", 1)
    for each in (article, *(make_article(study, f"More, {n}.", f"{n}") for n in range(2))):
        for person in (bob, carol):
            hand_in(each, person, "reporting", (0, 4))
    made = merge(study)
    second = list(submitted_works(study))[1]
    open_adjudications(study=study, articles=[second])
    held_up_at = Adjudication.objects.get(article=second).pk
    with worker() as first, locked("annotations_adjudication", held_up_at):
        wait_until(waiting)
        kill(first)
    assert GoldSpan.objects.count() == 1
    with worker():
        wait_until(Merge.objects.filter(pk=made.pk, state="done").exists)
        wait_until(lambda: not DBTaskResult.objects.running().exists())
    made.refresh_from_db()
    assert tries() == [(TaskResultStatus.SUCCESSFUL, 2)]
    assert (made.counts["unanimous"], made.n_done) == (3, 3)
    assert GoldSpan.objects.count() == Ruling.objects.count() == 3
    assert acts("gold.merged") == 1
    assert [str(finding) for finding in examine()] == []


@pytest.mark.on_postgresql
def test_a_job_whose_database_went_away_is_begun_anew_by_the_same_worker(marked: Study) -> None:
    made = import_two(marked)
    n_articles = Article.objects.count()
    with worker():
        with locked("annotations_study", marked.pk):
            wait_until(waiting)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [waiting()[0]])
        wait_until(lambda: Import.objects.filter(pk=made.pk, state="done"))
        wait_until(lambda: not DBTaskResult.objects.running().exists())
    assert tries() == [(TaskResultStatus.SUCCESSFUL, 2)]
    assert (Article.objects.count(), acts("article.imported")) == (n_articles + 2, 1)


def test_a_job_that_fells_every_worker_is_given_up_and_its_owner_told(marked: Study) -> None:
    made = export(marked)
    dead = [uuid.uuid4().hex for _ in range(queued.MOST_TRIES)]
    row = DBTaskResult.objects.get()
    row.status, row.worker_ids, row.started_at = TaskResultStatus.RUNNING, dead[:1], timezone.now()
    row.save()
    assert put_back_orphans("me") == 1
    row.refresh_from_db()
    assert (row.status, row.started_at) == (TaskResultStatus.READY, None)
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, worker_ids=dead)
    assert put_back_orphans("me") == 1
    row.refresh_from_db()
    made.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    assert (made.state, made.message) == ("failed", queued.GIVEN_UP)
    assert put_back_orphans("me") == 0


def test_what_a_living_worker_has_in_hand_is_left_to_it(marked: Study) -> None:
    export(marked)
    with worker() as pid:
        wait_until(lambda: DBTaskResult.objects.successful().exists())
        name = DBTaskResult.objects.get().worker_ids[-1]
        DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
        assert put_back_orphans("me") == 0
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    wait_until(lambda: put_back_orphans("me") == 1)
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY
    assert name


def test_a_lifeline_is_held_until_it_is_let_go(db: None) -> None:
    from threading import Event, Thread

    held, ended = Event(), Event()

    def hold() -> None:
        lifeline = Lifeline("somebody")
        lifeline.hold()
        lifeline.hold()
        held.set()
        ended.wait(PATIENCE)
        lifeline.let_go()

    holding = Thread(target=hold)
    holding.start()
    held.wait(PATIENCE)
    assert is_alive("somebody")
    assert not is_alive("nobody")
    ended.set()
    holding.join(PATIENCE)
    assert not is_alive("somebody")


@pytest.mark.soak
@pytest.mark.on_postgresql
def test_jobs_are_done_once_while_workers_are_killed_at_random(
    marked: Study, tmp_path: Path, budget: Budget
) -> None:
    """Three workers as operators start them, one of them killed every second or so."""
    n_each = int(os.environ.get("JOBS") or 20)
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {
        "DATABASE_URL": database_url(),
        "SOURCEMARK_VAR": str(tmp_path),
        "SOURCEMARK_EXPORTS": str(tmp_path),
        "TASK_BACKEND": QUEUE["default"]["BACKEND"],
    }
    command = [sys.executable, "manage.py", "db_worker", "--interval=0.1", "--no-startup-delay"]

    def start() -> Tied:
        return Tied(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)

    dice = random.Random(1)
    for n in range(n_each):
        made = prepare_import(
            study=marked, actor=marked.created_by, files=[(f"{n}.txt", f"Text {n}.".encode())]
        )
        carry_out_import(made=made, actor=marked.created_by)
        export(marked)
        report(marked)
    workers = [start() for _ in range(3)]
    waiting = DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL)
    try:
        for _ in budget.rounds(10 * n_each):
            time.sleep(dice.uniform(2, 4))
            n = dice.randrange(3)
            workers[n].end()
            workers[n] = start()
            assert not DBTaskResult.objects.failed().exists()
            if not waiting.exists():
                break
        wait_until(lambda: not waiting.exists(), 10 * PATIENCE)
    finally:
        for one in workers:
            one.end()
    assert acts("article.imported") == acts("report.made") == acts("study.exported") == n_each
    came = Article.objects.filter(title__in=[str(n) for n in range(n_each)])
    assert sorted(came.values_list("text", flat=True)) == sorted(
        f"Text {n}." for n in range(n_each)
    )
    assert [str(finding) for finding in examine()] == []
    assert Export.objects.filter(state="done").count() == n_each
    assert Report.objects.filter(state="done").count() == n_each
    print(f"{budget.n_done} kills of one of three workers: {3 * n_each} jobs done, each once")
