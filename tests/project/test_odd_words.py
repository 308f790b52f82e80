"""Numbers that no column holds and words that no key is, in addresses: never the server's fault."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from zeal import zeal_ignore

from annotations.accounts.models import User
from annotations.api.calls import ROUTES as OF_PROGRAMS
from annotations.study.models import Study
from tests.api.asking import Asker
from tests.architecture.rights import ELSEWHERE, ROUTES, WORDS
from tests.architecture.test_rights import IDS
from tests.conftest import SignIn
from tests.soaking import Budget
from tests.world import World

pytestmark = pytest.mark.django_db
LARGE = "9" * 22
ODD = (LARGE, f"-{LARGE}", "-1", "0", "+1", "1_0", " 1", "1e999", "NaN", "²", "٣", "[0]", "$", '"',
       "\\", "'", "%", "_", "a.b", "x" * 3000, "{}", "null", "2026-13-45", "0001-01-01",
       "9999-12-31", "😀", "\ufffd", "0" * 32, "9" * 5000)  # fmt: skip


def test_a_number_beyond_every_column_names_nothing(study: Study, alice: User) -> None:
    """And a label or kind that reads as a place in a list has no cases."""
    client, at = SignIn()(alice), f"/studies/{study.pk}"
    for number in ("0", "2147483648", LARGE):
        assert client.get(f"{at}/codebook/versions/{number}/").status_code == 404
        told = Asker(alice).read(f"{at}/codebook/versions/{number}")
        assert (told.status_code, told["Content-Type"]) == (404, "application/problem+json")
    for asked in ("until=9999-12-31", "since=0001-01-01", "after=-1"):
        assert client.get(f"{at}/history/export/?{asked}").status_code == 200, asked
    for asked in ("kind=-1", "label=-1", "kind=%2B1", "label=1_0", 'label="', "kind=%22%5C"):
        assert client.get(f"{at}/gold/?{asked}").status_code == 200, asked
        assert client.get(f"{at}/gold/next?{asked}").status_code == 302, asked


class Noting(dict[str, str]):
    """What `request.GET.dict()` gives, noting what is asked for."""

    asked: set[str]

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)


@contextmanager
def asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The names of the query's parameters that a view asks for."""
    asked: set[str] = set()

    def noting(name: str) -> Any:
        plain = getattr(MultiValueDict, name)

        def called(self: Any, key: str, *rest: Any) -> Any:
            if isinstance(self, QueryDict):
                asked.add(key)
            return plain(self, key, *rest)

        return called

    def noted(self: QueryDict) -> Noting:
        told = Noting({key: MultiValueDict.__getitem__(self, key) for key in self})
        told.asked = asked
        return told

    with monkeypatch.context() as patched:
        for name in ("get", "getlist", "__getitem__"):
            patched.setattr(QueryDict, name, noting(name))
        patched.setattr(QueryDict, "dict", noted)
        patched.setattr(QueryDict, "__contains__", noting("__contains__"), raising=False)
        yield asked


def pages(world: World) -> Iterator[str]:
    for name in ROUTES:
        if not name.startswith("api:"):
            yield reverse(name, kwargs={key: world.ids(name)[key] for key in IDS[name]})
    for name in ELSEWHERE:
        if not IDS[name] and not name.startswith(("api:", "admin:")):
            yield reverse(name, kwargs=WORDS.get(name))


def failures(client: Client, asked: Iterable[tuple[str, str, str]]) -> dict[str, int]:
    """Which of (address, parameter, word) are the server's fault, with the status."""
    client.raise_request_exception = False
    found, budget = {}, Budget()
    for url, name, odd in budget.some_of(asked):
        answer = seen(client, url, {name: odd})
        if answer.status_code >= 500:
            found[f"{url}?{name}={odd[:30]}"] = answer.status_code
    print(f"odd words: {budget}")
    return found


def seen(client: Client, url: str, query: dict[str, str]) -> Any:
    """The answer; what was done is undone."""
    point = transaction.savepoint()
    try:
        with zeal_ignore():
            answer = client.get(url, query)
            if answer.streaming:
                b"".join(answer.streaming_content)
    finally:
        transaction.savepoint_rollback(point)
    return answer


@pytest.mark.soak
def test_no_odd_word_in_any_parameter_breaks_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World("Arden")
    client = world.client(world.alice)
    asked: list[tuple[str, str, str]] = []
    for url in pages(world):
        with asked_for(monkeypatch) as names:
            seen(client, url, {})
        asked += [(url, name, odd) for name in sorted(names - {"next"}) for odd in ODD]
    assert failures(client, asked) == {}


@pytest.mark.soak
def test_no_odd_word_in_any_parameter_breaks_the_interface() -> None:
    world = World("Arden")
    asked = [
        (f"/api/v1{route.path.format_map(world.ids(f'api:{route.name}'))}", name, odd)
        for route in OF_PROGRAMS
        if route.method == "GET" and route.query and "study_id" in route.path
        for name in route.query.model_fields
        for odd in ODD
    ]
    assert failures(Asker(world.alice), asked) == {}
