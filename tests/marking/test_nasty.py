"""What no browser of ours sends."""

import json
from typing import Any

import pytest
from django.db import connection

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article, Region
from annotations.marking import protocol
from annotations.marking.models import Operation, Span
from tests.conftest import SignIn
from tests.marking.conftest import make_plain_article
from tests.marking.sending import Tab, add, address, link, new_id, op, places, span, tab_of, words
from tests.people import assign

UUID = "11111111-1111-4111-8111-111111111111"
OP = {"op_id": UUID, "kind": "add", "on": "span", "span": {"id": UUID}}


@pytest.fixture
def tab(sign_in: SignIn, bob: User, bobs: Assignment) -> Tab:
    return tab_of(sign_in(bob), bobs)


def post(tab: Tab, body: str | bytes) -> Any:
    return tab.client.post(address("ops", tab.article), body, content_type="application/json")


def batch(**more: Any) -> str:
    return json.dumps({"base_rev": 0, "tab": UUID, "ops": [OP], **more})


def one(**more: Any) -> str:
    return batch(ops=[{**OP, **more}])


MALFORMED = {
    "nothing": "",
    "no JSON": "ops",
    "not UTF-8": b'{"ops": "\xff"}',
    "a list": "[]",
    "a number": "1",
    "no ops": "{}",
    "ops is an object": '{"ops": {}}',
    "an operation is a number": batch(ops=[1]),
    "NaN": '{"ops": [], "base_rev": NaN}',
    "infinite": '{"ops": [], "base_rev": 1e999}',
    "a float": '{"ops": [], "base_rev": 1.5}',
    "a huge integer": '{"ops": [], "base_rev": ' + "9" * 5000 + "}",
    "a revision beyond 31 bits": batch(base_rev=2**31),
    "a negative revision": batch(base_rev=-1),
    "a revision in words": batch(base_rev="1"),
    "deep lists": '{"ops": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "deep objects": one(
        span={"id": UUID, "a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}}
    ),
    "a key twice": '{"ops": [], "ops": []}',
    "a strange tab": batch(tab="x"),
    "a strange assignment": batch(assignment="x"),
    "no op_id": batch(ops=[{k: v for k, v in OP.items() if k != "op_id"}]),
    "op_id in capitals": one(op_id=UUID.replace("1", "A")),
    "op_id in braces": one(op_id="{" + UUID + "}"),
    "op_id as a list": one(op_id=[UUID]),
    "unknown kind": one(kind="purge"),
    "kind as a list": one(kind=["add"]),
    "unknown target": one(on="user"),
    "no mark": one(span=None),
    "mark without id": one(span={}),
    "set without ver": one(kind="set"),
    "ver as a boolean": one(kind="set", ver=True),
    "ver beyond 31 bits": one(kind="set", ver=2**31),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_cannot_be_read_is_400_and_leaves_nothing(
    tab: Tab, what: str, bobs: Assignment
) -> None:
    response = post(tab, MALFORMED[what])
    assert response.status_code == 400
    assert response.json()["message"].endswith(".")
    bobs.refresh_from_db()
    assert (bobs.state, bobs.rev, Operation.objects.count()) == ("waiting", 0, 0)


def test_too_many_operations_are_413(tab: Tab) -> None:
    assert post(tab, batch(ops=[OP] * 51)).status_code == 413


def test_too_many_bytes_are_413(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "MAX_BYTES", 100)
    assert post(tab, batch()).status_code == 413


def test_fifty_operations_go_in_one_request(tab: Tab, article: Article) -> None:
    found = places(article, 9)[:50]
    sent = [add("span", span(article, "attribution", place)) for place in found]
    assert {result["status"] for result in tab.send(*sent)} == {"applied"}
    assert Span.objects.count() == tab.rev == 50


PAYLOADS: list[Any] = [
    {"fragments": {"start": 0}},
    {"fragments": [[0, 9]]},
    {"fragments": [{"start": "0", "end": "9", "quote": "Officials"}]},
    {"fragments": [{"start": -1, "end": 9, "quote": "Officials"}]},
    {"fragments": [{"start": 10**40, "end": 10**41, "quote": "Officials"}]},
    {"fragments": [{"start": 0, "end": 9, "quote": "Off\x00cials"}]},
    {"fragments": [{"start": 0, "end": 9, "quote": "\ud800"}]},
    {"fragments": [{"start": 0, "end": 9, "quote": None}]},
    {"label": {"id": UUID}},
    {"label": 7},
    {"kind": None},
    {"attributes": {"source_kind": ["unspecified"]}},
    {"attributes": {"\x00": "x"}},
    {"attributes": {"\ud800": "x"}},
    {"attributes": {"entity": "x" * 100_000}},
    {"note": ["x"]},
    {"note": "\x1b[31m"},
    {"flag": None},
    {"state": 1},
    {"origin": {}},
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=[json.dumps(p)[:40] for p in PAYLOADS])
def test_a_strange_mark_is_refused_alone_and_its_request_is_kept(
    tab: Tab, article: Article, payload: dict[str, Any]
) -> None:
    good, bad = span(article, "attribution", (0, 9)), span(article, "attribution", (0, 9))
    results = tab.send(add("span", {**bad, **payload}), add("span", good))
    assert [result["status"] for result in results] == ["invalid", "applied"]
    assert Operation.objects.get(status="invalid").asked["span"]["id"] == bad["id"]


LINKS: list[Any] = [
    {"source": None},
    {"source": UUID},
    {"target": [UUID]},
    {"cue": "said"},
    {"cue": {"start": 0, "end": 4, "quote": "said"}},
    {"cue": {"start": 0}},
]


@pytest.mark.parametrize("payload", LINKS, ids=[json.dumps(p) for p in LINKS])
def test_a_strange_link_is_refused(tab: Tab, article: Article, payload: dict[str, Any]) -> None:
    source = tab.made("span", span(article, "attribution", (0, 9)))
    claim = tab.made("span", span(article, None, (43, 50)))
    assert tab.one(add("link", {**link(source, claim), **payload}))["status"] == "invalid"


@pytest.mark.parametrize(
    "name", ["", "  ", None, 7, ["x"], "x" * 201, "\ufdfa" * 100, "a\x00b", "\u200b\ud800"]
)
def test_a_strange_name_is_refused(tab: Tab, name: Any) -> None:
    assert tab.one(add("entity", {"id": new_id(), "name": name}))["status"] == "invalid"


def test_links_lead_from_attributions_to_claims(tab: Tab, article: Article) -> None:
    marks = {
        slug: tab.made("span", span(article, slug, place))
        for slug, place in (
            ("attribution", (0, 9)),
            ("allegation", words(article, "alleged strike")),
            ("reporting", (0, 30)),
            ("characterization", words(article, "strongman")),
            (None, (60, 70)),
        )
    }
    other = tab.made("span", span(article, "attribution", words(article, "Ilana Voss")))
    source = marks["attribution"]
    for slug in ("allegation", "characterization", None):
        assert tab.one(add("link", link(source, marks[slug])))["status"] == "applied"
    for wrong in (
        link(source, marks["reporting"]),
        link(source, other),
        link(source, source),
        link(marks["allegation"], marks["characterization"]),
        link(marks[None], source),
    ):
        assert tab.one(add("link", wrong))["status"] == "invalid"
    assert tab.one(add("link", link(source, marks[None])))["status"] == "same"
    relabelled = {**source, "label": marks["allegation"]["label"]}
    refused = tab.one(op("set", "span", relabelled, 1))
    assert refused["status"] == "invalid"
    assert "Remove the links" in refused["message"]


def test_words_that_are_not_article_text_take_no_marks_but_keep_old_ones(
    tab: Tab, article: Article, alice: User
) -> None:
    old = tab.made("span", span(article, "attribution", (0, 9)))
    Region.objects.create(
        study=article.study, article=article, start=0, end=20, kind="caption", created_by=alice
    )
    refused = tab.one(add("span", span(article, "allegation", (5, 30))))
    assert "not article text" in refused["message"]
    assert tab.one(add("span", span(article, "allegation", (20, 30))))["status"] == "applied"
    assert tab.one(op("set", "span", {**old, "note": "still mine"}, 1))["status"] == "applied"


def test_archived_labels_take_no_new_marks_but_keep_old_ones(tab: Tab, article: Article) -> None:
    old = tab.made("span", span(article, "attribution", (0, 9)))
    label = article.study.labels.get(slug="attribution")
    label.archived_at = article.imported_at
    label.save()
    version = article.study.codebook_versions.get()
    version.pk, version.number = None, 2
    version._state.adding = True
    version.save(force_insert=True)
    assert "archived" in tab.one(add("span", span(article, "attribution", (0, 18))))["message"]
    assert tab.one(op("set", "span", {**old, "note": "old"}, 1))["status"] == "applied"
    assert tab.pull()["changes"]["spans"][0]["codebook"] == 1
    tab.one(op("del", "span", old, 2))
    assert tab.one(op("restore", "span", old, 3))["status"] == "applied"


def test_parts_touch_neither_each_other_nor_anything_but_extents(
    tab: Tab, article: Article
) -> None:
    for parts in (((0, 9), (9, 12)), ((0, 9), (5, 12)), ((0, 9), (0, 9))):
        assert "touch or overlap" in tab.one(add("span", span(article, None, *parts)))["message"]
    refused = tab.one(add("span", span(article, "attribution", (0, 9), (13, 18))))
    assert "one stretch" in refused["message"]
    mark = span(article, None, (13, 18), (0, 9))
    assert tab.one(add("span", mark))["status"] == "applied"
    assert Span.objects.get().stretch == "0-9 13-18"


def test_an_empty_or_reversed_stretch_is_called_so(tab: Tab, article: Article) -> None:
    for (start, end), problem in (((5, 5), "is empty"), ((9, 5), "ends before it starts")):
        part = {"start": start, "end": end, "quote": ""}
        mark = {**span(article, "attribution", (0, 9)), "fragments": [part]}
        assert f"{start}-{end} {problem}" in tab.one(add("span", mark))["message"]


def test_a_mark_made_here_has_no_white_space_around_it(tab: Tab, article: Article) -> None:
    gap = article.text.index(" ")
    for place in ((0, gap + 1), (gap, gap + 4)):
        refused = tab.one(add("span", span(article, "attribution", place)))
        assert "begins or ends with white space" in refused["message"]
    made = tab.made("span", span(article, "attribution", (0, gap)))
    wider = span(article, "attribution", (0, gap + 1)) | {"id": made["id"]}
    assert "white space" in tab.one(op("set", "span", wider, 1))["message"]


def test_a_mark_takes_whole_characters(sign_in: SignIn, bob: User, article: Article) -> None:
    text = "A family 👨‍👩‍👧 and cafe\u0301."
    other = make_plain_article(article.study, text, "Signs")
    assign(other, bob)
    tab = Tab(sign_in(bob), other)
    start = text.index("👨")
    for place in (
        (start, start + 1),
        (start + 2, start + 5),
        (text.index("caf"), text.index("\u0301")),
    ):
        assert "inside a character" in tab.one(add("span", span(other, None, place)))["message"]
    assert tab.one(add("span", span(other, None, (start, start + 5))))["status"] == "applied"


def test_the_database_itself_refuses_a_fragment_beyond_the_text(tab: Tab, article: Article) -> None:
    from django.db import IntegrityError, transaction

    tab.made("span", span(article, "attribution", (0, 9)))
    fragment = Span.objects.get().fragments.get()
    fragment.end = len(article.text) + 1
    with pytest.raises(IntegrityError), transaction.atomic():
        fragment.save()
    with pytest.raises(Exception, match="History cannot be changed"), transaction.atomic():
        Operation.objects.update(kind="del")
    assert connection.is_usable()
