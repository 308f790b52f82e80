"""Saving marks: every status, replays, links, restoring."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.marking.models import Fragment, Operation, Span
from annotations.study.models import Role, Study
from tests.conftest import SignIn
from tests.marking.sending import (
    Tab,
    add,
    label_id,
    link,
    new_id,
    op,
    span,
    spans_of,
    tab_of,
    words,
)
from tests.people import join


@pytest.fixture
def tab(sign_in: SignIn, bob: User, bobs: Assignment) -> Tab:
    return tab_of(sign_in(bob), bobs)


def test_an_added_span_is_stored_with_its_words(
    tab: Tab, article: Article, bobs: Assignment
) -> None:
    sent = span(article, "attribution", words(article, "Officials in Arden"))
    response = tab.post(add("span", sent))
    assert response.status_code == 200
    reply = response.json()
    assert reply["rev"] == 1
    assert reply["state"] == "in_progress"
    (result,) = reply["results"]
    assert (result["status"], result["id"], result["ver"]) == ("applied", sent["id"], 1)
    row = Span.objects.get()
    assert (str(row.pk), row.assignment, row.start, row.end) == (sent["id"], bobs, 0, 18)
    fragment = Fragment.objects.get()
    assert (fragment.quote, fragment.text_length) == ("Officials in Arden", len(article.text))


def test_an_annotator_who_also_curates_needs_the_second_factor_that_the_study_asks_for(
    tab: Tab, article: Article, bob: User
) -> None:
    Study.objects.filter(pk=article.study_id).update(second_factor=True)
    assert tab.send(add("span", span(article, "attribution", (0, 9))))[0]["status"] == "applied"
    join(article.study, bob, Role.CURATOR)
    told = add("span", span(article, "attribution", (13, 18)))
    refused = tab.post(told)
    assert (refused.status_code, "second factor" in refused.json()["message"]) == (403, True)
    assert Span.objects.count() == 1
    Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={})
    assert tab.send(told)[0]["status"] == "applied"


def test_a_late_copy_is_answered_like_the_first(tab: Tab, article: Article) -> None:
    sent = add("span", span(article, "attribution", (0, 9)))
    first = tab.post(sent, base_rev=0).json()["results"]
    again = tab.post(sent, base_rev=0).json()
    assert again["results"] == first
    assert again["rev"] == 1
    assert Span.objects.count() == Operation.objects.count() == 1


def test_a_late_copy_never_revives_a_removed_span(tab: Tab, article: Article) -> None:
    mark = span(article, "attribution", (0, 9))
    sent = add("span", mark)
    tab.send(sent)
    assert tab.one(op("del", "span", mark, 1))["status"] == "applied"
    assert tab.one(sent)["status"] == "applied"  # as it was answered the first time
    assert not Span.objects.live().exists()
    again = tab.post(add("span", mark))
    assert again.status_code == 410
    assert again.json()["results"][0]["status"] == "gone"


def test_the_same_label_on_the_same_words_is_there_once(tab: Tab, article: Article) -> None:
    first = tab.made("span", span(article, "attribution", (0, 9)))
    result = tab.one(add("span", span(article, "attribution", (0, 9), note="again")))
    assert (result["status"], result["id"]) == ("same", first["id"])
    assert result["current"]["span"]["note"] == ""  # what stays
    assert Span.objects.count() == 1


def test_a_span_is_changed_as_a_whole(tab: Tab, article: Article) -> None:
    mark = tab.made("span", span(article, "attribution", (0, 9)))
    changed = {
        **mark,
        "fragments": span(article, None, (0, 18))["fragments"],
        "attributes": {"source_kind": "unspecified"},
        "note": "who?",
        "flag": "source",
    }
    result = tab.one(op("set", "span", changed, 1))
    assert (result["status"], result["ver"]) == ("applied", 2)
    (told,) = tab.pull()["changes"]["spans"]
    assert told == {**changed, "ver": 2, "codebook": 1}
    (before, after) = Operation.objects.values_list("before", "after").get(kind="set")
    assert before["span"] == {**mark, "ver": 1, "codebook": 1}
    assert after["span"] == told


def test_relabelling_drops_answers_only_when_they_are_not_sent(tab: Tab, article: Article) -> None:
    mark = span(article, "attribution", (0, 9), attributes={"source_kind": "unspecified"})
    tab.made("span", mark)
    other = {**mark, "label": label_id(article, "allegation")}
    refused = tab.one(op("set", "span", other, 1))
    assert refused["status"] == "invalid"
    assert refused["current"]["span"]["attributes"] == {"source_kind": "unspecified"}
    assert tab.one(op("set", "span", {**other, "attributes": {}}, 1))["status"] == "applied"
    assert tab.one(op("set", "span", mark, 2))["status"] == "applied"


def test_a_stale_change_is_refused_with_what_is_stored(tab: Tab, article: Article) -> None:
    mark = tab.made("span", span(article, "attribution", (0, 9)))
    tab.one(op("set", "span", {**mark, "note": "mine"}, 1))
    for late in (op("set", "span", {**mark, "note": "late"}, 1), op("del", "span", mark, 1)):
        response = tab.post(late)
        assert response.status_code == 409
        (result,) = response.json()["results"]
        assert (result["status"], result["ver"]) == ("conflict", 2)
        assert result["current"]["span"]["note"] == "mine"


def test_changing_what_is_removed_or_was_never_there_is_gone(tab: Tab, article: Article) -> None:
    mark = tab.made("span", span(article, "attribution", (0, 9)))
    tab.one(op("del", "span", mark, 1))
    for sent in (op("set", "span", mark, 2), op("del", "span", mark, 2)):
        assert tab.one(sent)["status"] == "gone"
    stranger = span(article, "attribution", (0, 9))
    for kind in ("set", "del", "restore"):
        assert tab.one(op(kind, "span", stranger, 1))["status"] == "gone"


def test_a_removed_span_takes_its_links_along_and_brings_them_back(
    tab: Tab, article: Article
) -> None:
    source = tab.made("span", span(article, "attribution", (0, 9)))
    claim = tab.made("span", span(article, "allegation", words(article, "alleged strike")))
    cue = span(article, None, words(article, "said"))["fragments"][0]
    joined = tab.made("link", link(source, claim, cue))
    assert tab.one(op("del", "span", claim, 1))["status"] == "applied"
    changes = tab.pull()["changes"]
    assert changes["links"] == []
    assert set(changes["gone"]) == {claim["id"], joined["id"]}
    back = tab.one(op("restore", "span", claim, 2))
    assert back["status"] == "applied"
    assert back["current"]["links"] == [{**joined, "ver": 3}]
    assert tab.pull()["changes"]["links"] == [{**joined, "ver": 3}]


def test_a_link_comes_back_when_its_second_end_does(tab: Tab, article: Article) -> None:
    source = tab.made("span", span(article, "attribution", (0, 9)))
    claim = tab.made("span", span(article, "allegation", words(article, "alleged strike")))
    joined = tab.made("link", link(source, claim))
    tab.send(op("del", "span", source, 1), op("del", "span", claim, 1))
    assert "links" not in tab.one(op("restore", "span", source, 2))["current"]
    (link_back,) = tab.one(op("restore", "span", claim, 2))["current"]["links"]
    assert link_back["id"] == joined["id"]


def test_a_link_removed_by_itself_stays_removed(tab: Tab, article: Article) -> None:
    source = tab.made("span", span(article, "attribution", (0, 9)))
    claim = tab.made("span", span(article, "allegation", words(article, "alleged strike")))
    joined = tab.made("link", link(source, claim))
    tab.send(op("del", "link", joined, 1), op("del", "span", claim, 1))
    assert "links" not in tab.one(op("restore", "span", claim, 2))["current"]
    assert tab.one(op("restore", "link", joined, 2))["status"] == "applied"


def test_a_batch_may_build_on_itself(tab: Tab, article: Article) -> None:
    source = span(article, "attribution", (0, 9))
    claim = span(article, None, (43, 50), (58, 64))
    joined = link(source, claim)
    name = {"id": new_id(), "name": "Officials"}
    answered = {**source, "attributes": {"entity": name["id"]}}
    results = tab.send(
        add("span", source),
        add("span", claim),
        add("link", joined),
        add("entity", name),
        add("entity", {"id": new_id(), "name": "A second one in the same request"}),
        op("set", "span", answered, 1),
        op("del", "span", claim, 1),
        op("restore", "span", claim, 2),
    )
    assert [result["status"] for result in results] == ["applied"] * 8
    assert tab.rev == 8
    assert spans_of(User.objects.get(username="bob"), article) == ["0-9", "43-50 58-64"]
    assert tab.pull()["changes"]["spans"][0]["attributes"] == {"entity": name["id"]}


def test_a_refused_operation_costs_no_revision_and_is_kept_in_history(
    tab: Tab, article: Article, bobs: Assignment
) -> None:
    good = span(article, "attribution", (0, 9))
    bad = span(article, "attribution", (0, 10))
    bad["fragments"][0]["quote"] = "Officials?"
    response = tab.post(add("span", bad), add("span", good))
    assert response.status_code == 200
    assert [result["status"] for result in response.json()["results"]] == ["invalid", "applied"]
    bobs.refresh_from_db()
    assert bobs.rev == 1
    refused = Operation.objects.get(status="invalid")
    assert refused.asked["span"] == bad
    assert refused.rev is None
    alone = tab.post(add("span", {**bad, "id": new_id()}))
    assert alone.status_code == 422
    bobs.refresh_from_db()
    assert bobs.rev == 1


def test_what_others_changed_comes_along(sign_in: SignIn, bob: User, bobs: Assignment) -> None:
    here, there = tab_of(sign_in(bob), bobs), tab_of(sign_in(bob), bobs)
    mark = here.made("span", span(bobs.article, "attribution", (0, 9)))
    other = span(bobs.article, "reporting", (0, 20))
    reply = there.post(add("span", other), base_rev=0).json()
    told = {each["id"] for each in reply["changes"]["spans"]}
    assert mark["id"] in told
    assert (
        "changes" not in here.post(op("set", "span", {**mark, "note": "x"}, 1), base_rev=2).json()
    )


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("outside", {"fragments": [{"start": 0, "end": 10_000, "quote": "x"}]}),
    ("backwards", {"fragments": [{"start": 9, "end": 3, "quote": "x"}]}),
    ("empty", {"fragments": []}),
    ("no fragments", {"fragments": None}),
    ("strange fragment", {"fragments": ["0-9"]}),
    ("boolean place", {"fragments": [{"start": False, "end": 9, "quote": "Officials"}]}),
    ("huge place", {"fragments": [{"start": 0, "end": 10**300, "quote": "Officials"}]}),
    ("other words", {"fragments": [{"start": 0, "end": 9, "quote": "officials"}]}),
    ("white space", {"fragments": [{"start": 9, "end": 10, "quote": " "}]}),
    ("unknown label", {"label": "11111111-1111-4111-8111-111111111111"}),
    ("label of an extent", {"kind": "extent"}),
    ("unknown kind", {"kind": "entity"}),
    ("unknown question", {"attributes": {"mood": "good"}}),
    ("no such choice", {"attributes": {"source_kind": "ghost"}}),
    ("a name nobody has", {"attributes": {"entity": "11111111-1111-4111-8111-111111111111"}}),
    ("a number as answer", {"attributes": {"source_kind": 1}}),
    ("answers in a list", {"attributes": ["source_kind"]}),
    ("unknown flag", {"flag": "red"}),
    ("unknown state", {"state": "gold"}),
    ("pretended import", {"origin": "import"}),
    ("long note", {"note": "x" * 5_001}),
    ("note with NUL", {"note": "a\x00b"}),
    ("note with half a pair", {"note": "a\ud83d"}),
    ("note as a number", {"note": 1}),
]


@pytest.mark.parametrize(("what", "change"), REFUSED, ids=[name for name, _ in REFUSED])
def test_a_wrong_span_is_refused_with_a_sentence(
    tab: Tab, article: Article, what: str, change: dict[str, Any]
) -> None:
    response = tab.post(add("span", {**span(article, "attribution", (0, 9)), **change}))
    assert response.status_code == 422
    (result,) = response.json()["results"]
    assert result["status"] == "invalid"
    assert result["message"].endswith(".")
    assert not Span.objects.exists()
