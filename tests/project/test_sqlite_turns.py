"""Writers on SQLite take turns; nobody keeps a turn that is over."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from annotations.accounts.models import User

pytestmark = [pytest.mark.on_sqlite, pytest.mark.django_db(transaction=True)]


def add_users(prefix: str) -> None:
    try:
        for n in range(5):
            with transaction.atomic():
                User.objects.create(username=f"{prefix}_{n}")
                assert User.objects.filter(username=f"{prefix}_{n}").exists()
    finally:
        connection.close()


def test_many_writers_all_get_their_turn() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_users, "abcdefgh"))
    assert User.objects.count() == 40


def turn_is_free() -> bool:
    """Whether another connection can write now."""

    def write() -> bool:
        connection.settings_dict["OPTIONS"]["timeout"] = 0.2
        try:
            with transaction.atomic():
                User.objects.update(last_login=None)
            return True
        except OperationalError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(write).result()


@pytest.fixture
def patience() -> Iterator[None]:
    before = connection.settings_dict["OPTIONS"].get("timeout")
    yield
    connection.settings_dict["OPTIONS"]["timeout"] = before


def test_a_turn_ends_with_its_transaction_however_it_ends(patience: None) -> None:
    with transaction.atomic():
        assert not turn_is_free()
    assert turn_is_free()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    assert turn_is_free()
    with transaction.atomic(), transaction.atomic():
        transaction.set_rollback(True)
    assert turn_is_free()


def test_a_turn_ends_when_its_connection_is_closed(patience: None) -> None:
    opened = threading.Event()

    def leave() -> None:
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        opened.set()
        time.sleep(0.1)
        connection.close()

    thread = threading.Thread(target=leave)
    thread.start()
    opened.wait()
    thread.join()
    assert turn_is_free()


def test_a_kept_connection_is_not_used_once_its_file_was_put_away(tmp_path: Path) -> None:
    here = connection.copy()
    here.settings_dict = connection.settings_dict | {"NAME": str(tmp_path / "here.sqlite3")}
    elsewhere = connection.copy()
    elsewhere.settings_dict = connection.settings_dict | {"NAME": str(tmp_path / "new.sqlite3")}

    def fill(one: Any, said: str) -> None:
        with one.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=DELETE")
            cursor.execute("CREATE TABLE words (said text)")
            cursor.execute("INSERT INTO words VALUES (%s)", [said])

    def asked() -> tuple[str, Any]:
        here.close_if_unusable_or_obsolete()  # as at the end of each request
        with here.cursor() as cursor:
            return cursor.execute("SELECT said FROM words").fetchone()[0], here.connection

    fill(here, "before")
    fill(elsewhere, "after")
    elsewhere.close()
    first, second = asked(), asked()
    assert first == second == ("before", here.connection)
    (tmp_path / "new.sqlite3").replace(tmp_path / "here.sqlite3")
    assert asked() == ("after", here.connection) != first
    here.close()
