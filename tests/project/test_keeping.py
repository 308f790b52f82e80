"""Backup while people save, restore with all they were told is saved; no program on newer rows."""

import json
import threading
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from annotations.accounts.models import Session, User
from annotations.api.models import StoredAnswer
from annotations.corpus.models import Article
from annotations.marking.actions.operations import apply_operations
from annotations.marking.protocol import read_batch
from project.keeping.backup import keep_newest
from project.keeping.postgresql import reach
from project.settings import database
from tests.marking.sending import add, new_id, places, span
from tests.people import assign, make_article

from .elsewhere import Elsewhere

ROOT = Path(__file__).resolve().parents[2]
FEWEST, MOST = 25, 400  # saves while the backup is made

ON_SQLITE = connection.vendor == "sqlite"


@dataclass
class Annotator(threading.Thread):
    """Saves mark after mark through the act behind the page."""

    user: User
    article: Article
    stop: threading.Event = field(default_factory=threading.Event)
    saved: list[str] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        try:
            for n in range(MOST):
                if self.stop.is_set():
                    return
                self.save(n)
                if len(self.saved) >= FEWEST:
                    self.enough.set()
        finally:
            connection.close()

    def save(self, n: int) -> None:
        sent = add("span", span(self.article, None, places(self.article, 5)[n]))
        told = {"base_rev": n, "tab": new_id(), "ops": [sent]}
        where = {"study_id": self.article.study_id, "article_id": self.article.pk}
        reply = apply_operations(
            user=self.user, batch=read_batch(json.dumps(told).encode()), **where
        )
        assert reply["results"][0]["status"] == "applied", reply
        self.saved.append(sent["op_id"])


@pytest.mark.django_db(transaction=True)
def test_a_backup_made_while_people_save_has_all_that_was_saved_before(
    alice: User, bob: User, carol: User, article: Article, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    long = make_article(article.study, "Officials said so again. " * 30, "Long")
    writers = [Annotator(bob, long), Annotator(carol, long)]
    for writer in writers:
        assign(long, writer.user)
        writer.start()
    file = tmp_path / "backup.zip"
    Session.objects.create(session_key="a" * 32, user=bob, expire_date=timezone.now())
    for writer in writers:
        assert writer.enough.wait(60)
    before = {op_id for writer in writers for op_id in writer.saved}
    call_command("backup", str(file), stdout=StringIO())
    for writer in writers:
        writer.stop.set()
        writer.join(60)
    saved = {op_id for writer in writers for op_id in writer.saved}
    fewer = with_other_rows(file, tmp_path / "fewer.zip")
    code, told = elsewhere.manage("restore", str(fewer))
    assert (code, "The database in the backup is damaged." in told) == (1, True), told
    code, told = elsewhere.manage("restore", str(file))  # into a database that is still empty
    assert (code, told.splitlines()[-1]) == (0, "All is well."), told
    restored = elsewhere.op_ids()
    assert before <= restored <= saved
    assert elsewhere.ask("SELECT COUNT(*) FROM annotations_session") == [0]
    assert len(saved) > len(before)
    assert file.stat().st_mode & 0o777 == 0o600
    a_second_restore_is_refused_and_done_when_asked_for(elsewhere, file)


def with_other_rows(file: Path, to: Path) -> Path:
    """The same backup, whose manifest tells of one mark more than there is."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(to, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        manifest["rows"]["annotations_span"] += 1
        new.writestr("manifest.json", json.dumps(manifest))
        new.writestr("database", old.read("database"))
    return to


def a_second_restore_is_refused_and_done_when_asked_for(site: Elsewhere, file: Path) -> None:
    code, told = site.manage("restore", str(file))
    assert (code, "There is a database already" in told) == (1, True)
    code, told = site.manage("restore", str(file), "--replace")
    assert (code, told.splitlines()[-1]) == (0, "All is well."), told


# --- what is refused -----------------------------------------------------------------------------


def packed(path: Path, **manifest: object) -> Path:
    """A backup that says of itself what is given."""
    told = {
        "format": 1, "engine": connection.vendor, "made_at": "2026-01-01T00:00:00+00:00",
        "migrations": [], "rows": {}, "sha256": "0" * 64, "n_bytes": 4,
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("manifest.json", json.dumps(told | manifest))
        file.writestr("database", "rows")
    return path


def refusal(path: Path, *more: str) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("restore", str(path), *more, stdout=StringIO())
    return str(caught.value)


def test_postgresqls_programs_reach_the_database_as_carefully_as_we_do() -> None:
    given = "postgres://a@db.example.org/n?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    told = reach(database(given))
    wanted = {
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/etc/ca.pem",
        "PGHOST": "db.example.org",
    }
    assert wanted.items() <= told.items()
    assert told["PGOPTIONS"].endswith("-c tcp_user_timeout=25000 -c lock_timeout=20s")
    assert told["PGCONNECT_TIMEOUT"] == "3"


@pytest.mark.django_db
def test_what_is_no_fitting_backup_is_refused_and_changes_nothing(
    alice: User, tmp_path: Path
) -> None:
    junk = tmp_path / "junk.zip"
    junk.write_bytes(b"no zip")
    assert "is no whole backup" in refusal(junk)
    assert "There is no file" in refusal(tmp_path / "missing.zip")
    assert "a newer Sourcemark wrote" in refusal(packed(tmp_path / "1", format=2))
    assert "is a backup of oracle" in refusal(packed(tmp_path / "2", engine="oracle"))
    newer = packed(tmp_path / "3", migrations=["9999_from_the_future"])
    assert "This backup’s database was changed by a newer Sourcemark" in refusal(newer)
    assert "There is a database already" in refusal(packed(tmp_path / "4"))
    assert "does not fit its own SHA-256" in refusal(packed(tmp_path / "5"), "--replace")
    assert User.objects.get() == alice


@pytest.mark.django_db
def test_a_backup_never_overwrites_a_file(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(tmp_path / "kept"))
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("backup", str(tmp_path / "nowhere" / "file"))
    assert (tmp_path / "kept").read_text() == "mine"


def test_only_the_newest_of_the_daily_backups_stay(tmp_path: Path) -> None:
    days = [tmp_path / f"sourcemark-202601{day:02}T031000Z.zip" for day in range(1, 6)]
    for path in [*days, tmp_path / "before-upgrade.zip", tmp_path / "sourcemark-notes.zip"]:
        path.touch()
    assert keep_newest(tmp_path, 3) == days[:2]
    assert len(list(tmp_path.iterdir())) == 5
    with pytest.raises(CommandError, match="at least one backup stays"):
        call_command("backup", into=tmp_path, keep=0)


# --- what has served its time --------------------------------------------------------------------


@pytest.mark.django_db
def test_tidying_removes_what_has_served_its_time_and_nothing_else(bob: User) -> None:
    cache.clear()  # which no test empties that another began in this process
    now, day = timezone.now(), timedelta(days=1)
    for ago in (-1, 1):
        Session.objects.create(session_key=f"s{ago}", user=bob, expire_date=now - ago * day)
        StoredAnswer.objects.create(user=bob, key=f"k{ago}", request_sha256="0" * 64)
    cache.set("c-1", 1, 900)
    StoredAnswer.objects.filter(key="k1").update(made_at=now - 4 * day)
    with connection.cursor() as cursor:
        old = connection.ops.adapt_datetimefield_value(now - day)
        cursor.execute(
            "INSERT INTO annotations_cache (cache_key, value, expires) VALUES ('old', '', %s)",
            [old],
        )
    for days, status in ((15, "SUCCESSFUL"), (15, "READY"), (13, "FAILED")):
        DBTaskResult.objects.create(
            task_path="x.y", args_kwargs={"args": [], "kwargs": {}}, run_after=now, status=status,
            backend_name="default", exception_class_path="", traceback="",
            finished_at=now - days * day,
        )  # fmt: skip
    told = StringIO()
    call_command("tidy", stdout=told)
    assert [int(line.split()[0]) for line in told.getvalue().splitlines()] == [1, 1, 1, 1]
    assert Session.objects.get().session_key == "s-1"
    assert (StoredAnswer.objects.get().key, cache.get("c-1")) == ("k-1", 1)
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "READY"]


# --- older programs ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("app", ["annotations", "django_tasks_database"])
def test_a_command_refuses_a_database_that_a_newer_program_has_changed(app: str) -> None:
    MigrationRecorder(connection).record_applied(app, "9999_from_the_future")
    with pytest.raises(SystemCheckError, match="9999_from_the_future"):
        call_command("doctor", skip_checks=False, stdout=StringIO())


@pytest.mark.django_db
def test_what_a_library_has_squashed_since_or_what_is_not_here_any_more_is_no_newer_program() -> (
    None
):
    recorder = MigrationRecorder(connection)
    recorder.record_applied("django_tasks_database", "0001_as_it_was_called_before")
    recorder.record_applied("an_app_of_old", "9999_its_last")
    call_command("doctor", skip_checks=False, stdout=StringIO())
