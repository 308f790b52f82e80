"""Several requests at the same moment, each on its own connection."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, Submission
from annotations.corpus.models import Article
from annotations.marking.models import Entity, Link, Operation, Span
from project.doctor import examine
from tests.at_once import at_once
from tests.conftest import SignIn
from tests.marking.conftest import make_plain_article
from tests.marking.sending import Tab, add, address, link, new_id, op, places, span, tab_of
from tests.people import assign

pytestmark = pytest.mark.django_db(transaction=True)
N = 6


@pytest.fixture
def tabs(sign_in: SignIn, bob: User, bobs: Assignment) -> list[Tab]:
    return [tab_of(sign_in(bob), bobs) for _ in range(N)]


def send(tab: Tab, *ops: dict[str, Any]) -> Callable[[], Any]:
    return lambda: tab.post(*ops, base_rev=0).json()


def statuses(replies: list[Any]) -> Counter[str]:
    return Counter(result["status"] for reply in replies for result in reply["results"])


def check_history(assignment: Assignment) -> None:
    """Revisions count on from 1 without gaps, the assignment knows the last, all is sound."""
    assignment.refresh_from_db()
    revs = list(Operation.objects.filter(rev__isnull=False).order_by("rev").values_list("rev"))
    assert revs == [(n,) for n in range(1, assignment.rev + 1)]
    assert [str(finding) for finding in examine()] == []


def test_a_doubled_request_is_one_span_and_one_answer(
    tabs: list[Tab], bobs: Assignment, article: Article
) -> None:
    sent = add("span", span(article, "attribution", (0, 9)))
    replies = at_once([send(tab, sent) for tab in tabs])
    assert len({json.dumps(reply["results"], sort_keys=True) for reply in replies}) == 1
    assert Span.objects.count() == Operation.objects.count() == 1
    check_history(bobs)


@pytest.mark.on_postgresql
def test_steps_back_at_once_are_steps_one_after_the_other(
    tabs: list[Tab], bobs: Assignment, article: Article
) -> None:
    """Each takes back another change, and all of them can be done again."""
    for place in places(article, 3)[:24:8]:
        tabs[0].made("span", span(article, "attribution", place))
    there = f"{address('sentences', article)}?s=1"

    def act(name: str, tab: Tab) -> Callable[[], Any]:
        return lambda: tab.client.post(there, {"act": name, "op_id": new_id()})

    at_once([act("undo", tab) for tab in tabs[:3]])
    assert Span.objects.live().count() == 0
    for tab in tabs[:3]:
        act("redo", tab)()
    assert Span.objects.live().count() == 3
    check_history(bobs)


def test_the_same_span_from_two_tabs_is_there_once(
    tabs: list[Tab], bobs: Assignment, article: Article
) -> None:
    replies = at_once([send(t, add("span", span(article, "attribution", (0, 9)))) for t in tabs])
    assert statuses(replies) == {"applied": 1, "same": N - 1}
    assert Span.objects.count() == 1
    check_history(bobs)


def test_of_concurrent_changes_one_wins_and_the_others_are_told(
    tabs: list[Tab], bobs: Assignment, article: Article
) -> None:
    mark = tabs[0].made("span", span(article, "attribution", (0, 9)))
    acts = [send(tab, op("set", "span", {**mark, "note": str(n)}, 1)) for n, tab in enumerate(tabs)]
    assert statuses(at_once(acts)) == {"applied": 1, "conflict": N - 1}
    assert Span.objects.get().ver == 2
    check_history(bobs)


def test_different_spans_are_all_kept(tabs: list[Tab], bobs: Assignment, article: Article) -> None:
    lengths = [places(article, 3 + k) for k in range(4)]
    acts = [
        send(tab, *(add("span", span(article, "attribution", each[n])) for each in lengths))
        for n, tab in enumerate(tabs)
    ]
    assert statuses(at_once(acts)) == {"applied": 4 * N}
    assert Span.objects.count() == 4 * N
    check_history(bobs)


def test_removing_one_end_while_linking_leaves_no_dangling_link(
    tabs: list[Tab], bobs: Assignment, article: Article
) -> None:
    for n in range(5):
        source = tabs[0].made("span", span(article, "attribution", places(article, 9)[n]))
        claim = tabs[0].made("span", span(article, None, places(article, 16)[30 + n]))
        joined = link(source, claim)
        at_once([send(tabs[0], add("link", joined)), send(tabs[1], op("del", "span", claim, 1))])
        for row in Link.objects.live().select_related("source", "target"):
            assert row.source.deleted_at is None
            assert row.target.deleted_at is None
    check_history(bobs)


def test_a_submission_holds_all_saves_before_it_and_none_after(
    tabs: list[Tab], bobs: Assignment, article: Article
) -> None:
    acts = [
        send(tab, add("span", span(article, "reporting", place)))
        for tab, place in zip(tabs, places(article, 20), strict=False)
    ]
    url = address("submit", article)
    acts.insert(2, lambda: tabs[0].client.post(url, "{}", content_type="application/json").json())
    replies = [reply for reply in at_once(acts) if "results" in reply]
    applied = {
        result["id"]
        for reply in replies
        for result in reply["results"]
        if result["status"] == "applied"
    }
    stored = Submission.objects.get()
    assert {each["id"] for each in stored.content["spans"]} == applied
    assert {str(pk) for pk in Span.objects.values_list("pk", flat=True)} == applied
    assert set(statuses(replies)) <= {"applied", "held"}
    assert stored.rev == len(applied)
    check_history(bobs)


def test_submitting_twice_at_once_is_one_submission(tabs: list[Tab], article: Article) -> None:
    url = address("submit", article)
    send_form = [
        lambda tab=tab: tab.client.post(url, "{}", content_type="application/json").status_code
        for tab in tabs
    ]
    assert at_once(send_form) == [200] * N
    assert Submission.objects.count() == 1


def test_a_name_entered_from_two_articles_at_once_is_one_name(
    sign_in: SignIn, bob: User, bobs: Assignment
) -> None:
    other = make_plain_article(bobs.study, "Another text.", "Another")
    assign(other, bob)
    for n in range(5):
        acts = [
            send(Tab(sign_in(bob), article), add("entity", {"id": new_id(), "name": f"Name {n}"}))
            for article in (bobs.article, other)
        ]
        assert statuses(at_once(acts)) == {"applied": 1, "same": 1}
    assert Entity.objects.filter(deleted_at=None).count() == 5


def test_annotators_do_not_wait_for_each_other_into_errors(
    sign_in: SignIn, bob: User, carol: User, bobs: Assignment, carols: Assignment
) -> None:
    clients: list[Client] = [sign_in(bob), sign_in(carol)] * 4
    acts = [
        send(Tab(client, bobs.article), add("span", span(bobs.article, "attribution", place)))
        for client, place in zip(clients, places(bobs.article, 7), strict=False)
    ]
    assert statuses(at_once(acts)) == {"applied": 8}
