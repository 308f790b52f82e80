"""The cache that counts tries: an error of the database is one, and nobody's fault who signs in."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from annotations.accounts.models import User

pytestmark = pytest.mark.django_db


def full(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if "annotations_cache" in sql and not sql.startswith("SELECT"):
        raise OperationalError("database or disk is full")
    return execute(sql, params, many, context)


def test_a_full_disk_is_not_told_as_too_many_tries(bob: User) -> None:
    client = Client(raise_request_exception=False)
    told = {"login": "bob", "password": "correct horse"}
    with connection.execute_wrapper(full):
        answer = client.post("/accounts/login/", told)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert client.post("/accounts/login/", told).status_code == 302


def test_what_is_counted_is_kept_until_its_time_is_over() -> None:
    assert (cache.add("tries", 1, 60), cache.add("tries", 2, 60)) == (True, False)
    assert cache.get("tries") == 1
    cache.set("tries", [1, 2], 60)
    assert (cache.touch("tries", -5), cache.get("tries")) == (True, None)
    assert (cache.add("tries", 3, None), cache.get("tries")) == (True, 3)
    cache.delete("tries")
    assert cache.get("tries", 0) == 0
