"""What curators and managers read of submitted work: answers, links and how it came about."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import AuditEntry, Role
from tests.conftest import CountQueries, SignIn
from tests.marking.sending import Tab, link, new_id, op, places, span, tab_of
from tests.marks import submit
from tests.people import assign, join

pytestmark = pytest.mark.django_db


def address(assignment: Assignment, path: str = "") -> str:
    where = f"/studies/{assignment.study_id}/articles/{assignment.article_id}"
    return f"{where}/marks/{assignment.pk}/{path}"


def seen(client: Client, url: str) -> str:
    """What a reader sees of the page, on one line."""
    response = client.get(url)
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def tab(bob: User, bobs: Assignment, sign_in: SignIn) -> Tab:
    return tab_of(sign_in(bob), bobs)


@pytest.fixture
def marked(tab: Tab, article: Article, bobs: Assignment) -> dict[str, Any]:
    """Bob's source with answers, linked to an extent by a cue; renoted once, then submitted."""
    name = tab.made("entity", {"id": new_id(), "name": "Officials of Arden"})
    answers = {"source_kind": "named_person", "entity": name["id"]}
    source = tab.made("span", span(article, "attribution", (0, 9), attributes=answers))
    claim = tab.made("span", span(article, None, (20, 30)))
    cue = {"start": 10, "end": 14, "quote": article.text[10:14]}
    tab.made("link", link(source, claim, cue))
    result = tab.one(op("set", "span", {**source, "note": "Sure of it"}, 1))
    assert result["status"] == "applied", result
    bobs.refresh_from_db()
    submit(bobs)
    return {"source": source, "claim": claim, "cue": cue}


def test_answers_and_links_stand_beside_the_mark_they_belong_to(
    marked: dict[str, Any], bobs: Assignment, dave: User, sign_in: SignIn
) -> None:
    page = seen(sign_in(dave), address(bobs))
    assert "Who Officials of Arden Kind of source Named person" in page
    claim, cue = marked["claim"]["fragments"][0]["quote"], marked["cue"]["quote"]
    shown = " ".join(f"→ Extent {claim} , cue {cue}".split())
    assert shown in page


def test_the_desk_reads_the_history_of_the_article_and_of_a_mark_but_changes_nothing(
    marked: dict[str, Any], bobs: Assignment, dave: User, alice: User, sign_in: SignIn
) -> None:
    for person in (dave, alice):
        client = sign_in(person)
        whole = client.get(address(bobs, "history/")).content.decode()
        assert whole.count("<li>") >= 5
        assert "<form" not in whole.partition("<main")[2]
    one = seen(client, address(bobs, f"history/?mark={marked['claim']['id']}"))
    assert "Sure of it" not in one
    assert "Sure of it" in seen(client, address(bobs, f"history/?mark={marked['source']['id']}"))


def test_looking_at_the_history_is_written_down(
    marked: dict[str, Any], bobs: Assignment, dave: User, sign_in: SignIn
) -> None:
    sign_in(dave).get(address(bobs, "history/"))
    assert AuditEntry.objects.get(action="marks.read").actor == dave


def test_history_is_not_shown_before_submission_nor_to_who_still_marks_the_article(
    tab: Tab, bobs: Assignment, article: Article, dave: User, sign_in: SignIn
) -> None:
    tab.made("span", span(article, "reporting", (0, 9)))
    client = sign_in(dave)
    assert client.get(address(bobs, "history/")).status_code == 403
    submit(bobs)
    assign(article, dave)
    assert client.get(address(bobs, "history/")).status_code == 403


def test_annotators_who_may_compare_see_the_result_and_not_how_it_came_about(
    marked: dict[str, Any],
    bobs: Assignment,
    carols: Assignment,
    carol: User,
    mallory: User,
    sign_in: SignIn,
) -> None:
    submit(carols)
    bobs.round.comparison_opened_at = bobs.created_at
    bobs.round.save()
    client = sign_in(carol)
    assert "History" not in seen(client, address(bobs))
    assert client.get(address(bobs, "history/")).status_code == 404
    assert sign_in(mallory).get(address(bobs, "history/")).status_code == 404


def test_a_reading_costs_the_same_for_few_and_many_marks(
    marked: dict[str, Any],
    bobs: Assignment,
    dave: User,
    sign_in: SignIn,
    count_queries: CountQueries,
) -> None:
    client = sign_in(dave)
    client.get(address(bobs))
    with count_queries(at_most=20) as few:
        client.get(address(bobs))
    n_few = len(few)
    Assignment.objects.filter(pk=bobs.pk).update(state="in_progress")
    bobs_tab = tab_of(sign_in(bobs.annotator), bobs)
    for place in places(bobs.article, 4)[20:30]:
        bobs_tab.made("span", span(bobs.article, "reporting", place))
    Assignment.objects.filter(pk=bobs.pk).update(state="submitted")
    with count_queries(at_most=n_few):
        client.get(address(bobs))


def test_a_manager_reads_open_work_only_with_a_reason_on_record(
    tab: Tab, article: Article, bobs: Assignment, alice: User, dave: User, sign_in: SignIn
) -> None:
    tab.made("span", span(article, "allegation", (43, 57), note="Unfinished thought"))
    manager, there = sign_in(alice), address(bobs)
    asked = manager.get(there).content.decode()
    assert "Unfinished thought" not in asked
    assert manager.get(address(bobs, "history/")).status_code == 403
    assert manager.post(there, {"reason": " "}).status_code == 422
    for refused in (sign_in(dave).get(there), sign_in(dave).post(there, {"reason": "Curious"})):
        assert refused.status_code == 403
    assert not AuditEntry.objects.exists()
    page = manager.post(there, {"reason": "A complaint"}, follow=True).content.decode()
    assert "Unfinished thought" in page
    assert "not submitted yet" in page
    assert "Return to" not in page
    assert manager.get(address(bobs, "history/")).status_code == 200
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("marks.read_early", alice)
    assert entry.after == {"reason": "A complaint", "revision": 1}


def test_a_reason_opens_nothing_after_an_hour_nor_to_who_has_own_work_open(
    bobs: Assignment, article: Article, alice: User, sign_in: SignIn, monkeypatch: Any
) -> None:
    manager, there = sign_in(alice), address(bobs)
    manager.post(there, {"reason": "A complaint"})
    assert "on record" in seen(manager, there)
    later = timezone.now() + timedelta(minutes=61)
    with monkeypatch.context() as clock:
        clock.setattr("annotations.marking.reading.timezone.now", lambda: later)
        assert "say why" in seen(manager, there)
    join(article.study, alice, Role.ANNOTATOR)
    assign(article, alice)
    assert manager.get(there).status_code == 403
    assert manager.post(there, {"reason": "A complaint"}).status_code == 403
