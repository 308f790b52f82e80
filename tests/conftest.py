"""The people, the study and the article that tests share; see tests/people.py."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import Role, Study
from tests import emptying, outside
from tests.people import assign, join, make_article, make_study, make_user
from tests.settings import SCRATCH
from tests.soaking import Budget
from tests.without_postgresql import FILES

settings.register_profile(
    "sourcemark",
    deadline=None,  # speed is measured in bench/
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,  # a change is judged by its own examples; new ones are for us
)
settings.load_profile("sourcemark")
TransactionTestCase._fixture_teardown = emptying.empty

collect_ignore = FILES if connection.vendor == "postgresql" else []
WITHOUT = tuple(str(Path(__file__).parent / each) for each in FILES)
CountQueries = Callable[..., AbstractContextManager[CaptureQueriesContext]]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave away, not skip, what is about another database or takes hours; on PostgreSQL also
    what asks no database at all, because the suite on SQLite has tried the very same."""
    wanted = {f"on_{connection.vendor}"}
    if os.environ.get("SOAK"):
        wanted.add("soak")
    unwanted = {"on_sqlite", "on_postgresql", "soak"} - wanted
    away = [
        item
        for item in items
        if any(item.get_closest_marker(name) for name in unwanted)
        or (connection.vendor == "postgresql" and not _asks_a_database(item))
    ]
    if away:
        config.hook.pytest_deselected(items=away)
        items[:] = [item for item in items if item not in away]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test for both databases may stand where PostgreSQL's suite does not look."""
    left_away = str(item.path).startswith(WITHOUT) and not item.get_closest_marker("on_sqlite")
    if left_away and _asks_a_database(item):
        pytest.fail("This is for PostgreSQL too: see without_postgresql.py", pytrace=False)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at it again, nor very often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_sessionfinish() -> None:
    """The files in which writers to this process's test database took turns."""
    for left in SCRATCH.glob(f"sm-tests-{os.getpid()}.sqlite3*-turn"):
        left.unlink(missing_ok=True)


def _asks_a_database(item: pytest.Item) -> bool:
    """By its fixtures or markers; `elsewhere` is an installation of its own on this database."""
    fixtures = set(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("on_postgresql")
    return bool(marked or fixtures & {"db", "transactional_db", "elsewhere"})


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_use_migrations: bool, django_db_blocker: DjangoDbBlocker
) -> None:
    """Tables that were made of the models in one go are known to have all migrations.

    That both ways lead to the same tables: project/test_upgrades.py.
    """
    if django_db_use_migrations:
        return
    django_settings.MIGRATION_MODULES = {}
    recorder = MigrationRecorder(connection)
    with django_db_blocker.unblock():
        recorder.ensure_schema()
        for app, name in MigrationLoader(None).disk_migrations:
            recorder.record_applied(app, name)


@pytest.fixture(autouse=True)
def nobody_outside_is_asked() -> Iterator[list[str]]:
    """R19, R30: in no test does the program, or a page in Chromium, ask another machine."""
    outside.asked.clear()
    yield outside.asked
    assert outside.asked == []


@pytest.fixture
def budget() -> Iterator[Budget]:
    """The time of a long test; it says at the end how far that went."""
    one = Budget()
    yield one
    print(one)


@pytest.fixture
def alice(db: None) -> User:
    """The manager."""
    return make_user("alice")


@pytest.fixture
def study(alice: User) -> Study:
    return make_study(alice)


@pytest.fixture
def bob(study: Study) -> User:
    """An annotator."""
    user = make_user("bob")
    join(study, user, Role.ANNOTATOR)
    return user


@pytest.fixture
def carol(study: Study) -> User:
    """Another annotator, whose marks Bob must not see."""
    user = make_user("carol")
    join(study, user, Role.ANNOTATOR)
    return user


@pytest.fixture
def dave(study: Study) -> User:
    """The curator."""
    user = make_user("dave")
    join(study, user, Role.CURATOR)
    return user


@pytest.fixture
def mallory(db: None) -> User:
    """A stranger, who manages another study."""
    user = make_user("mallory")
    make_study(user, name="Elsewhere")
    return user


@pytest.fixture
def article(study: Study) -> Article:
    return make_article(study)


@pytest.fixture
def bobs(article: Article, bob: User) -> Assignment:
    """Bob's open work on the article."""
    return assign(article, bob)


@pytest.fixture
def carols(article: Article, carol: User) -> Assignment:
    """Carol's open work on the same article, which Bob must not see."""
    return assign(article, carol)


@pytest.fixture
def exports_folder(settings: Any, tmp_path: Path) -> None:
    """Files made of studies go into a folder of this test's own."""
    place = settings.STORAGES["exports"]
    options = {**place["OPTIONS"], "location": tmp_path}
    settings.STORAGES = {**settings.STORAGES, "exports": {**place, "OPTIONS": options}}


@pytest.fixture
def sign_in() -> "SignIn":
    return SignIn()


class SignIn:
    """`sign_in(bob)` is a client in which Bob is signed in."""

    def __call__(self, user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


@pytest.fixture
def count_queries(db: None) -> CountQueries:
    """`with count_queries(at_most=12) as queries:` lists them all when there are more.

    len(queries) is their number; savepoints count, as on a real connection.
    """

    @contextmanager
    def counted(at_most: int | None = None) -> Iterator[CaptureQueriesContext]:
        with CaptureQueriesContext(connection) as queries:
            yield queries
        if at_most is not None and len(queries) > at_most:
            lines = "\n".join(f"{i}. {q['sql'][:300]}" for i, q in enumerate(queries, 1))
            pytest.fail(f"{len(queries)} queries, at most {at_most} allowed:\n{lines}")

    return counted
