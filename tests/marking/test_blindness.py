"""Bob learns nothing of Carol's, and reaches nothing of another study, by any mix of ids."""

import itertools
import json
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article, Outlet
from annotations.marking.models import Entity, Span
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.marking.conftest import make_plain_article
from tests.marking.sending import Tab, add, address, label_id, link, new_id, op, span, tab_of
from tests.marking.test_page import data_of
from tests.people import assign, make_study

GETS = ("page", "ops", "history", "sentences", "entities", "next")
POSTS = ("ops", "time", "submit", "restore", "sentences")


@pytest.fixture
def tab(sign_in: SignIn, bob: User, bobs: Assignment) -> Tab:
    return tab_of(sign_in(bob), bobs)


@pytest.fixture
def hers(sign_in: SignIn, carol: User, carols: Assignment) -> dict[str, Any]:
    """Carol's marks on the same article, with words that can be told."""
    tab = tab_of(sign_in(carol), carols)
    name = tab.made("entity", {"id": new_id(), "name": "Carolinian"})
    source = tab.made(
        "span",
        span(
            carols.article,
            "attribution",
            (0, 9),
            note="Carol wondered",
            attributes={"entity": name["id"]},
        ),
    )
    claim = tab.made("span", span(carols.article, None, (43, 50), (58, 64)))
    joined = tab.made("link", link(source, claim))
    return {"source": source, "claim": claim, "link": joined, "entity": name}


def test_no_answer_shows_anything_of_another_annotators(
    tab: Tab, hers: dict[str, Any], article: Article
) -> None:
    tab.made("span", span(article, "attribution", (0, 9)))
    for name in GETS:
        told = tab.client.get(address(name, article), {"q": "caro"}).content.decode()
        for words in ("Carol", "wondered", *(mark["id"] for mark in hers.values())):
            assert words not in told, name
    assert data_of(tab.client.get(address("page", article)))["rev"] == 1


def test_anothers_marks_are_neither_changed_nor_told(
    tab: Tab, hers: dict[str, Any], article: Article
) -> None:
    before = list(Span.objects.order_by("pk").values())
    for kind, ver in (("set", 1), ("del", 1), ("restore", 1)):
        for on in ("span", "link", "entity"):
            mark = hers[{"span": "source"}.get(on, on)]
            result = tab.one(op(kind, on, mark, ver))
            assert result["status"] == "gone"
            assert "Carol" not in json.dumps(result)
    for on, mark in (("span", hers["source"]), ("link", hers["link"]), ("entity", hers["entity"])):
        result = tab.one(add(on, mark))
        assert result["status"] == "invalid"
        assert (result["current"], result["ver"]) == (None, None)
    assert list(Span.objects.order_by("pk").values()) == before


def test_nothing_of_anothers_can_be_named(tab: Tab, hers: dict[str, Any], article: Article) -> None:
    mine = tab.made("span", span(article, "attribution", (0, 18)))
    assert tab.one(add("link", link(mine, hers["claim"])))["status"] == "invalid"
    answer = {**mine, "attributes": {"entity": hers["entity"]["id"]}}
    assert tab.one(op("set", "span", answer, 1))["status"] == "invalid"
    assert tab.made("entity", {"id": new_id(), "name": "carolinian"})
    assert Entity.objects.filter(folded_name="carolinian").count() == 2


def test_labels_of_another_study_cannot_be_used(tab: Tab, mallory: User, article: Article) -> None:
    other = Study.objects.get(name="Elsewhere")
    foreign = make_plain_article(other, "Somewhere else.", "Elsewhere")
    sent = span(article, "attribution", (0, 9), label=label_id(foreign, "attribution"))
    assert tab.one(add("span", sent))["status"] == "invalid"


def test_an_operation_id_of_another_article_is_not_replayed(tab: Tab, bob: User) -> None:
    other = make_plain_article(tab.article.study, "Another text.", "Another")
    assign(other, bob)
    sent = add("span", span(tab.article, "attribution", (0, 9)))
    tab.one(sent)
    elsewhere = Tab(tab.client, other)
    assert (
        elsewhere.one({**sent, "span": span(other, "attribution", (0, 7))})["status"] == "invalid"
    )


def mixed(study: Study, article: Article, others: Study, other: Article) -> list[dict[str, Any]]:
    pairs = itertools.product((study.pk, others.pk), (article.pk, other.pk))
    return [{"study_id": study_id, "article_id": article_id} for study_id, article_id in pairs]


@pytest.mark.parametrize("name", sorted({*GETS, *POSTS}))
def test_every_mix_of_ids_but_the_own_is_404(
    tab: Tab, bob: User, study: Study, article: Article, alice: User, name: str
) -> None:
    second = make_study(alice, name="Second")
    other = make_plain_article(second, "Second text.", "Second")
    unassigned = make_plain_article(study, "Not for Bob.", "Third")
    wrong = [
        w
        for w in mixed(study, article, second, other)
        if w != mixed(study, article, second, other)[0]
    ]
    wrong.append({"study_id": study.pk, "article_id": unassigned.pk})
    body = {"tab": new_id(), "active_seconds": 1, "ops": [op("del", "span", {"id": new_id()}, 1)]}
    for where in wrong:
        url = reverse(f"marking:{name}", kwargs=where)
        if name in GETS:
            assert tab.client.get(url).status_code == 404
        if name in POSTS:
            sent = json.dumps(body)
            is_form = name in ("restore", "sentences")
            kind = "application/x-www-form-urlencoded" if is_form else "application/json"
            assert tab.client.post(url, sent, content_type=kind).status_code == 404


@pytest.mark.parametrize("name", sorted({*GETS, *POSTS}))
def test_strangers_get_404_and_other_roles_403(
    name: str,
    bobs: Assignment,
    sign_in: SignIn,
    alice: User,
    dave: User,
    mallory: User,
    client: Any,
) -> None:
    url = address(name, bobs.article)
    ask = (lambda c: c.get(url)) if name in GETS else (lambda c: c.post(url))
    if name == "time":
        told = json.dumps({"tab": new_id(), "active_seconds": 1})
        ask = lambda c: c.post(url, told, content_type="application/json")  # noqa: E731
    assert ask(sign_in(mallory)).status_code == 404
    assert ask(sign_in(alice)).status_code == 403
    assert ask(sign_in(dave)).status_code == 403
    signed_out = ask(client)
    assert signed_out.status_code in (302, 401)


def test_a_signed_out_tab_gets_401_with_the_way_to_sign_in(bobs: Assignment, client: Any) -> None:
    response = Tab(client, bobs.article).post(op("del", "span", {"id": new_id()}, 1))
    assert response.status_code == 401
    assert response.json() == {"login": reverse("account_login")}


def test_a_queue_is_not_saved_under_another_persons_name(
    sign_in: SignIn, carol: User, carols: Assignment, bobs: Assignment
) -> None:
    body = {
        "tab": new_id(),
        "base_rev": 0,
        "assignment": str(bobs.pk),
        "ops": [add("span", span(bobs.article, "attribution", (0, 9)))],
    }
    url = address("ops", bobs.article)
    client = sign_in(carol)
    response = client.post(url, json.dumps(body), content_type="application/json")
    assert response.status_code == 404
    assert "message" in response.json()
    assert client.get(url, {"since": "0", "assignment": str(bobs.pk)}).status_code == 404
    assert not Span.objects.exists()


def test_who_is_a_stranger_is_asked_before_what_they_send(
    article: Article, bobs: Assignment, bob: User, mallory: User, sign_in: SignIn
) -> None:
    gold = reverse("curation:ops", args=[article.study_id, article.pk])
    for url in (address("ops", article), address("time", article), gold):
        for user, status in ((bob, 400), (mallory, 404)):
            answer = sign_in(user).post(url, b"{", content_type="application/json")
            assert answer.status_code == status, url
    Study.objects.filter(pk=article.study_id).update(deleted_at=article.imported_at, deleted_by=bob)
    binned = sign_in(bob).post(address("ops", article), b"{", content_type="application/json")
    assert binned.status_code == 404


def test_an_annotator_who_left_the_study_is_a_stranger(
    tab: Tab, bob: User, article: Article
) -> None:
    for membership in bob.memberships.all():
        membership.ended_at = membership.started_at
        membership.save()
    assert tab.post(add("span", span(article, "attribution", (0, 9)))).status_code == 404
    assert tab.client.get(address("page", article)).status_code == 404


def test_a_blind_study_hides_where_an_article_comes_from(
    tab: Tab, study: Study, article: Article
) -> None:
    article.outlet = Outlet.objects.create(study=study, name="The Lantern")
    article.byline, article.url = "Ann Onymous", "https://lantern.example/strike"
    article.published_on = date(2019, 4, 27)
    article.save()
    for name in ("page", "sentences", "history"):
        if name == "page":
            assert "The Lantern" in tab.client.get(address(name, article)).content.decode()
    study.hide_source = True
    study.save()
    for name in GETS:
        told = tab.client.get(address(name, article)).content.decode()
        for words in ("Lantern", "Onymous", "lantern.example", "2019", "April"):
            assert words not in told
