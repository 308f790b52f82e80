"""Looking back, and putting back."""

from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.models import Link, Operation, Span
from tests.conftest import SignIn
from tests.marking.sending import Tab, address, link, new_id, op, places, span, tab_of


@pytest.fixture
def tab(sign_in: SignIn, bob: User, bobs: Assignment) -> Tab:
    return tab_of(sign_in(bob), bobs)


def put_back(tab: Tab, op_id: str, **more: Any) -> Any:
    return tab.client.post(address("restore", tab.article), {"op": op_id}, **more)


def test_it_says_what_was_before_and_after(tab: Tab, article: Article) -> None:
    mark = tab.made("span", span(article, "attribution", (0, 9)))
    name = tab.made("entity", {"id": new_id(), "name": "Arden officials"})
    changed = {**mark, "note": "who?", "attributes": {"entity": name["id"]}}
    tab.one(op("set", "span", changed, 1))
    tab.one(op("del", "span", changed, 2))
    page = tab.client.get(address("history", article)).content.decode()
    assert "<ins>who?</ins>" in page
    assert "<ins>Arden officials</ins>" in page
    assert page.index("removed") < page.index("changed") < page.rindex("added")
    assert page.count("Bring back") == 1


def test_one_mark_has_its_own_history_and_a_part_is_no_page(tab: Tab, article: Article) -> None:
    mark = tab.made("span", span(article, "attribution", (0, 9)))
    tab.made("span", span(article, "reporting", (0, 20)))
    part = tab.client.get(
        address("history", article), {"mark": mark["id"]}, headers={"X-Part": "1"}
    ).content.decode()
    assert "Attribution" in part
    assert "Reporting" not in part
    assert "<html" not in part


def test_a_removed_mark_comes_back_as_a_new_change(tab: Tab, article: Article) -> None:
    source = tab.made("span", span(article, "attribution", (0, 9)))
    claim = tab.made("span", span(article, None, (43, 50)))
    tab.made("link", link(source, claim))
    removal = op("del", "span", claim, 1)
    tab.one(removal)
    response = put_back(tab, removal["op_id"], headers={"X-Part": "1"})
    assert "<html" not in response.content.decode()
    assert Span.objects.live().count() == 2
    assert Link.objects.live().count() == 1
    assert Operation.objects.latest("pk").kind == "restore"


def test_a_changed_mark_goes_back_to_an_earlier_state(tab: Tab, article: Article) -> None:
    mark = span(article, "attribution", (0, 9), attributes={"source_kind": "unspecified"})
    made = op("add", "span", mark)
    tab.one(made)
    moved = {**mark, "fragments": span(article, None, (0, 18))["fragments"], "attributes": {}}
    tab.one(op("set", "span", moved, 1))
    assert put_back(tab, made["op_id"]).status_code == 302
    (told,) = tab.pull()["changes"]["spans"]
    assert told == {**mark, "ver": 3, "codebook": 1}
    tab.one(op("del", "span", mark, 3))
    put_back(tab, made["op_id"])
    assert tab.pull()["changes"]["spans"] == [{**mark, "ver": 5, "codebook": 1}]


def test_what_cannot_be_put_back_is_said(tab: Tab, article: Article) -> None:
    mark = tab.made("span", span(article, "attribution", (0, 9)))
    moved = op("set", "span", {**mark, "fragments": span(article, None, (0, 18))["fragments"]}, 1)
    tab.one(moved)
    other = tab.made("span", span(article, "attribution", (0, 9)))
    first = Operation.objects.get(kind="add", target_id=mark["id"])
    response = put_back(tab, str(first.op_id), headers={"X-Part": "1"})
    assert "Another mark of yours" in response.content.decode()
    assert other["id"] in {str(pk) for pk in Span.objects.live().values_list("pk", flat=True)}


def test_bringing_back_what_was_marked_again_is_not_said_to_be_done(
    tab: Tab, article: Article
) -> None:
    mark = tab.made("span", span(article, "attribution", (0, 9)))
    removal = op("del", "span", mark, 1)
    tab.one(removal)
    tab.made("span", span(article, "attribution", (0, 9)))
    page = put_back(tab, removal["op_id"], follow=True).content.decode()
    assert "marked like this already" in page
    assert "Put back." not in page
    assert Span.objects.live().count() == 1


def test_a_step_back_on_submitted_work_is_refused_and_not_kept_for_later(
    tab: Tab, article: Article
) -> None:
    made = op("add", "span", span(article, "reporting", (0, 9)))
    tab.one(made)
    tab.client.post(address("submit", article), {"confirmed": "1"})
    for headers in ({}, {"X-Part": "1"}):
        response = put_back(tab, made["op_id"], headers=headers, follow=True)
        assert "not open for you any more" in response.content.decode()
    asked = {"act": "undo", "op_id": new_id()}
    response = tab.client.post(address("sentences", article), asked, follow=True)
    assert "not open for you any more" in response.content.decode()
    assert [row.status for row in Operation.objects.all()] == ["applied"]


def test_nobody_puts_back_with_anothers_operation(
    tab: Tab, carols: Assignment, carol: User, sign_in: SignIn, article: Article
) -> None:
    other = tab_of(sign_in(carol), carols)
    made = op("add", "span", span(article, "attribution", (0, 9)))
    other.one(made)
    for asked in (made["op_id"], new_id(), "nonsense", ""):
        assert put_back(tab, asked).status_code == 404


def test_long_histories_come_in_pages(tab: Tab, article: Article) -> None:
    for offset in (0, 30):
        tab.send(
            *(
                op("add", "span", span(article, "attribution", place))
                for place in places(article, 3)[offset : offset + 30]
            )
        )
    page = tab.client.get(address("history", article)).content.decode()
    assert page.count('<li>\n    <span class="small muted">') == 50
    assert "?before=11" in page
    older = tab.client.get(address("history", article), {"before": "11"}).content.decode()
    assert older.count('<li>\n    <span class="small muted">') == 10
