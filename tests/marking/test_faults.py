"""The database fails at the nth statement: all of a save is there, or nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, Submission
from annotations.corpus.models import Article
from annotations.marking.models import AttributeValue, Entity, Fragment, Link, Operation, Span
from annotations.study.models import AuditEntry
from project.doctor import examine
from tests.conftest import SignIn
from tests.marking.sending import Tab, add, address, link, new_id, op, span

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = (
    Assignment,
    Span,
    Fragment,
    AttributeValue,
    Link,
    Entity,
    Operation,
    Submission,
    AuditEntry,
)


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in TABLES]  # type: ignore[attr-defined]


class Breaker:
    """Fails the nth statement from now on."""

    def __init__(self, n: int, error: type[Exception]) -> None:
        self.left, self.error, self.fired = n, error, False

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            self.fired = True
            raise self.error("the disk is on fire")
        return execute(*args)


@pytest.fixture
def tab(sign_in: SignIn, bob: User, bobs: Assignment) -> Tab:
    client: Client = sign_in(bob)
    client.raise_request_exception = False
    return Tab(client, bobs.article)


def acts(tab: Tab, article: Article) -> dict[str, Callable[[], Any]]:
    """Each writes, and can be sent again unchanged."""
    source = tab.made("span", span(article, "attribution", (0, 9)))
    claim = tab.made("span", span(article, None, (43, 50)))
    tab.made("link", link(source, claim))
    name = {"id": new_id(), "name": "Officials"}
    more = {**source, "attributes": {"entity": name["id"], "source_kind": "unspecified"}}
    moved = {**more, "fragments": span(article, None, (0, 18))["fragments"]}
    batch = [
        add("span", span(article, "allegation", (43, 57))),
        add("entity", name),
        op("set", "span", moved, 1),
        op("del", "span", claim, 1),
        op("restore", "span", claim, 2),
    ]
    form = {
        "act": "mark",
        "op_id": new_id(),
        "span_id": new_id(),
        "words": "Arden",
        "label": source["label"],
    }
    return {
        "ops": lambda: tab.post(*batch),
        "sentences": lambda: tab.client.post(f"{address('sentences', article)}?s=1", form),
        "submit": lambda: tab.client.post(address("submit", article), {"confirmed": "1"}),
    }


@pytest.mark.parametrize("name", ["ops", "sentences", "submit"])
@pytest.mark.parametrize("error", [OperationalError, IntegrityError])
def test_a_write_is_whole_or_not_at_all(
    tab: Tab, article: Article, name: str, error: type[Exception]
) -> None:
    """A save that meets a constraint is tried once more, and then goes through."""
    act = acts(tab, article)[name]
    before = everything()
    for n in range(1, 100):
        breaker = Breaker(n, error)
        with connection.execute_wrapper(breaker):
            response = act()
        if not breaker.fired or response.status_code < 400:
            break
        assert response.status_code in (500, 503)
        assert everything() == before, n
    else:
        pytest.fail("it never got through")
    tries_again = error is IntegrityError and name != "submit"
    assert n > 5 or tries_again
    assert act().status_code in (200, 302)
    after = everything()
    assert after != before
    assert act().status_code in (200, 302)
    assert everything() == after
    assert [str(finding) for finding in examine()] == []
