"""An operation's id names one operation: what comes under it again is that one, or is refused."""

from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.models import Operation, Span
from tests.conftest import SignIn

from .sending import Tab, Wire, add, label_id, link, new_id, op, span, tab_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def tab(sign_in: SignIn, bob: User, bobs: Assignment) -> Tab:
    return tab_of(sign_in(bob), bobs)


def other(sent: Wire, **changes: Any) -> Wire:
    """Another operation under the same id."""
    on = sent["on"]
    return {**sent, on: {**sent[on], **changes}}


def test_an_id_that_was_used_for_another_operation_is_refused(tab: Tab, article: Article) -> None:
    first = span(article, "attribution", words(article, "Officials"), note="Who?")
    entity = {"id": new_id(), "name": "Arden"}
    target = tab.made("span", span(article, None, words(article, "the alleged strike")))
    sent = [add("span", first), add("entity", entity), add("link", link(first, target))]
    answers = tab.send(*sent)
    assert [one["status"] for one in answers] == ["applied"] * 3
    made, named, linked = sent
    elsewhere = span(article, "attribution", words(article, "Ilana Voss"))
    wrong = [
        other(made, note="What?"),
        other(made, id=new_id()),
        other(made, label=label_id(article, "reporting")),
        other(made, fragments=elsewhere["fragments"]),
        other(made, attributes={"source_kind": "named_person"}),
        op("del", "span", first, 1, made["op_id"]),
        op("set", "span", first, 1, made["op_id"]),
        {**add("entity", {**entity, "id": first["id"]}), "op_id": made["op_id"]},
        other(named, name="Leden"),
        other(linked, target=first["id"]),
        other(linked, cue={"start": 0, "end": 3, "quote": "Off"}),
    ]
    before = Operation.objects.count()
    for each in wrong:
        answer = tab.one(each)
        assert answer["status"] == "invalid", each
        assert "was used for another one" in answer["message"]
    assert tab.post(wrong[0]).status_code == 422
    assert Operation.objects.count() == before
    assert tab.send(*sent) == answers  # and the first is answered as ever
    twice = add("span", elsewhere)
    told = tab.send(twice, other(twice, note="Other"), twice)
    assert [one["status"] for one in told] == ["applied", "invalid", "applied"]
    assert Span.objects.get(pk=elsewhere["id"]).note == ""


def test_the_same_again_is_answered_like_the_first_however_it_is_written(
    tab: Tab, article: Article
) -> None:
    """By a page that says more or less than the one that sent it first, or that has counted the
    version on; also where the mark was changed since, or the first was refused."""
    full = span(article, "attribution", words(article, "Officials"))
    bare = {name: full[name] for name in ("id", "label", "fragments")}
    more = {**full, "codebook": 1, "attributes": {"source_kind": None}, "colour": "green"}
    for said, again in ((full, bare), (bare, more), (more, full)):
        fresh = {"id": new_id()}
        first = add("span", {**said, **fresh})
        answer = tab.one(first)
        assert answer["status"] == "applied"
        changed = op("set", "span", {**full, **fresh, "note": "Why?"}, 1)
        told = tab.one(changed)
        assert told["status"] == "applied"
        assert tab.one({**first, "span": {**again, **fresh}}) == answer
        assert tab.one({**changed, "ver": 2}) == told
        gone = op("del", "span", fresh, 2)
        told = tab.one(gone)
        assert tab.one({**gone, "ver": 3}) == told
        assert tab.one(changed)["status"] == "applied"

    name = add("entity", {"id": new_id(), "name": "  Ilana   Voss "})
    answer = tab.one(name)
    assert tab.one(other(name, name="Ilana Voss")) == answer
    alias = add("entity", {"id": new_id(), "name": "ilana voss"})
    assert tab.one(alias)["status"] == "same"
    answers = {"entity": alias["entity"]["id"]}
    named = add("span", span(article, "attribution", words(article, "Ilana"), attributes=answers))
    assert tab.one(named) == tab.one(named)

    broken = add("span", span(article, "attribution", words(article, "Officials"), flag="?"))
    assert tab.one(broken) == tab.one(broken)
    nothing = add("span", {"id": new_id(), "fragments": 7, "attributes": [], "note": "\0"})
    assert tab.one(nothing) == tab.one(nothing)
    assert tab.one(other(nothing, fragments=8))["message"] != tab.one(nothing)["message"]
