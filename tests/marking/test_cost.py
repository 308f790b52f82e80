"""What opening an article and saving a mark cost in SQL statements, BEGIN and COMMIT included."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking import articles, codebook
from tests.conftest import SignIn
from tests.marking.sending import Tab, add, address, link, new_id, op, span, tab_of, words

AT_MOST_TO_SAVE = 8 if connection.vendor == "postgresql" else 9  # the history and its digest
AT_MOST_TO_OPEN = 12


@pytest.fixture
def client(sign_in: SignIn, bob: User) -> Client:
    return sign_in(bob)


@pytest.fixture
def tab(client: Client, bobs: Assignment) -> Tab:
    """A tab whose page has been opened, as every tab's has."""
    client.get(address("page", bobs.article))
    return tab_of(client, bobs)


def cost(sent: Any, tab: Tab) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert tab.one(sent)["status"] == "applied"
    return [query["sql"][:160] for query in asked.captured_queries]


@pytest.mark.django_db(transaction=True)
def test_a_save_costs_few_statements(tab: Tab, article: Article) -> None:
    source, claim = span(article, "attribution", (0, 9)), span(article, None, (43, 50), (58, 64))
    name = {"id": new_id(), "name": "Officials"}
    tab.made("entity", name)
    answered = {**source, "attributes": {"entity": name["id"], "source_kind": "unspecified"}}
    moved = {**answered, "fragments": span(article, None, (0, 18))["fragments"]}
    joined = link(source, claim)
    steps = [
        add("span", source),
        add("span", claim),
        op("set", "span", answered, 1),
        op("set", "span", moved, 2),
        op("set", "span", {**moved, "note": "who?"}, 3),
        add("link", joined),
        op("set", "link", {**joined, "cue": span(article, None, (19, 24))["fragments"][0]}, 1),
        op("del", "link", joined, 2),
        op("restore", "link", joined, 3),
        op("del", "span", claim, 1),
        op("restore", "span", claim, 2),
    ]
    costs = {f"{step['kind']} {step['on']} {n}": cost(step, tab) for n, step in enumerate(steps)}
    dear = {step: asked for step, asked in costs.items() if len(asked) > AT_MOST_TO_SAVE}
    assert dear == {}


def test_the_first_save_of_a_process_costs_one_more(tab: Tab, article: Article) -> None:
    articles._kept.clear()
    codebook._kept.clear()
    assert len(cost(add("span", span(article, "attribution", (0, 9))), tab)) <= AT_MOST_TO_SAVE + 1


def test_opening_costs_the_same_however_many_spans(
    client: Client, tab: Tab, article: Article
) -> None:
    def opening() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address("page", article)).status_code == 200
        return len(asked)

    empty = opening()
    places = [(n, n + 3) for n in range(40)]
    tab.send(*(add("span", span(article, "attribution", place)) for place in places))
    sources = [span(article, "reporting", words(article, "Officials"))]
    tab.send(*(add("span", source) for source in sources))
    assert opening() == empty
    assert empty <= AT_MOST_TO_OPEN
