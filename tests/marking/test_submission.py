"""Submitting, what comes too late, returning, reading, time."""

import json
from typing import Any

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.actions import hand_over, return_submission
from annotations.assignment.models import Assignment, Submission, WorkTime
from annotations.corpus.models import Article
from annotations.marking.finishing import content_sha256
from annotations.marking.models import Operation, Span
from annotations.study.actions.undoing import undo
from annotations.study.models import AuditEntry
from tests.conftest import SignIn
from tests.marking.conftest import make_plain_article
from tests.marking.sending import Tab, add, address, new_id, op, span, tab_of
from tests.marking.test_page import data_of
from tests.people import assign


@pytest.fixture
def tab(sign_in: SignIn, bob: User, bobs: Assignment) -> Tab:
    return tab_of(sign_in(bob), bobs)


def submit(tab: Tab, **told: Any) -> Any:
    return tab.client.post(
        address("submit", tab.article), json.dumps(told), content_type="application/json"
    )


def complete(article: Article) -> dict[str, Any]:
    return span(article, "attribution", (0, 9), attributes={"source_kind": "unspecified"})


def test_a_submission_holds_exactly_what_was_saved(tab: Tab, bobs: Assignment, bob: User) -> None:
    mark = tab.made("span", complete(bobs.article))
    removed = tab.made("span", span(bobs.article, "reporting", (0, 20)))
    tab.one(op("del", "span", removed, 1))
    response = submit(tab, rev=3)
    assert response.status_code == 200
    bobs.refresh_from_db()
    assert bobs.state == "submitted"
    stored = Submission.objects.get()
    assert stored.content["spans"] == [{**mark, "ver": 1, "codebook": 1}]
    assert (stored.rev, stored.content["rev"], stored.content["left_open"]) == (3, 3, [])
    assert stored.content_sha256 == content_sha256(stored.content) == response.json()["sha256"]
    entry = AuditEntry.objects.get(action="assignment.submitted")
    assert (entry.actor, entry.after["sha256"]) == (bob, stored.content_sha256)


def test_submitting_twice_is_submitting_once(tab: Tab) -> None:
    assert submit(tab).json() == submit(tab).json()
    assert Submission.objects.count() == 1


def test_open_questions_and_flags_are_asked_about_first(tab: Tab, article: Article) -> None:
    tab.made("span", span(article, "attribution", (0, 9), flag="source"))
    tab.made("span", span(article, "allegation", (43, 57), state="suggested"))
    response = submit(tab)
    assert response.status_code == 422
    told = [each["what"] for each in response.json()["missing"]]
    assert told == ["attribute", "flag", "suggestion"]
    assert not Submission.objects.exists()
    assert submit(tab, confirm=True).status_code == 200
    assert len(Submission.objects.get().content["left_open"]) == 3


def test_the_plain_form_asks_too_and_leads_to_the_next_article(
    tab: Tab, bob: User, article: Article
) -> None:
    other = make_plain_article(article.study, "Another text.", "Another")
    assign(other, bob, position=1)
    tab.made("span", span(article, "attribution", (0, 9)))
    asked = tab.client.post(address("submit", article))
    assert asked.status_code == 422
    assert "“Kind of source” has no answer." in asked.content.decode()
    done = tab.client.post(address("submit", article), {"confirmed": "1"}, follow=True)
    assert [url for url, _ in done.redirect_chain] == [
        address("next", article),
        address("page", other),
    ]
    told = f"“{article.title}” is submitted. Next: “Another”."
    assert [str(each) for each in done.context["messages"]] == [told]
    assert told in done.content.decode()
    assert not tab.client.get(address("page", other)).context["messages"]
    submit(Tab(tab.client, other))
    assert "“Another” is submitted." in tab.client.get("/").content.decode()


def test_submitting_over_changes_from_elsewhere_is_refused(tab: Tab, article: Article) -> None:
    tab.made("span", complete(article))
    assert submit(tab, rev=0).status_code == 409
    assert not Submission.objects.exists()


def test_what_comes_after_submission_is_held_and_offered_after_return(
    tab: Tab, bobs: Assignment, dave: User, article: Article
) -> None:
    mark = tab.made("span", complete(article))
    submit(tab)
    late = [
        op("set", "span", {**mark, "note": "late"}, 1),
        add("span", span(article, None, (0, 3))),
    ]
    response = tab.post(*late)
    assert response.status_code == 409
    reply = response.json()
    assert [result["status"] for result in reply["results"]] == ["held", "held"]
    assert (reply["state"], reply["rev"]) == ("submitted", 1)
    assert tab.post(*late).json()["results"] == reply["results"]
    assert Operation.objects.filter(status="held").count() == 2
    assert Span.objects.get().note == ""
    return_submission(assignment=bobs, actor=dave, reason="See the last paragraph.")
    data = data_of(tab.client.get(address("page", article)))
    assert data["held"] == late
    assert (data["read_only"], data["return_reason"]) == (False, "See the last paragraph.")
    sent = {**late[0], "op_id": new_id()}
    assert tab.one(sent)["status"] == "applied"
    assert data_of(tab.client.get(address("page", article)))["held"] == late[1:]


def test_a_held_return_of_a_mark_tells_what_the_mark_was(
    tab: Tab, bobs: Assignment, dave: User, article: Article
) -> None:
    mark = tab.made("span", complete(article))
    tab.one(op("del", "span", mark, 1))
    submit(tab)
    late = op("restore", "span", {"id": mark["id"]}, 2)
    assert tab.one(late)["status"] == "held"
    return_submission(assignment=bobs, actor=dave, reason="More.")
    [held] = data_of(tab.client.get(address("page", article)))["held"]
    assert (held["kind"], held["ver"]) == ("restore", 2)
    assert held["span"] == {**mark, "ver": 1, "codebook": 1}
    assert tab.one({**late, "op_id": new_id()})["status"] == "applied"
    assert data_of(tab.client.get(address("page", article)))["held"] == []


def test_a_first_change_that_is_refused_leaves_the_work_waiting(
    tab: Tab, bobs: Assignment, article: Article
) -> None:
    wrong = add("span", span(article, "attribution", (0, 10**6)))
    reply = tab.post(wrong).json()
    assert (reply["results"][0]["status"], reply["state"], reply["rev"]) == (
        "invalid",
        "waiting",
        0,
    )
    bobs.refresh_from_db()
    assert (bobs.state, bobs.started_at, bobs.rev) == ("waiting", None, 0)
    reply = tab.post(wrong, add("span", complete(article))).json()
    assert (reply["state"], reply["rev"]) == ("in_progress", 1)


def test_a_late_copy_of_a_saved_operation_is_answered_as_saved_after_submission(
    tab: Tab, article: Article
) -> None:
    sent = add("span", complete(article))
    first = tab.one(sent)
    submit(tab)
    assert tab.one(sent) == first
    assert not Operation.objects.filter(status="held").exists()


def test_resubmission_makes_a_second_snapshot(tab: Tab, bobs: Assignment, dave: User) -> None:
    submit(tab)
    return_submission(assignment=bobs, actor=dave, reason="More.")
    tab.made("span", complete(bobs.article))
    assert submit(tab).json()["number"] == 2
    assert [len(row.content["spans"]) for row in Submission.objects.order_by("number")] == [0, 1]


def test_submitted_work_is_read_only(tab: Tab, article: Article) -> None:
    submit(tab)
    data = data_of(tab.client.get(address("page", article)))
    assert (data["state"], data["read_only"]) == ("submitted", True)


def test_begun_work_that_was_handed_over_holds_what_comes_late_and_offers_it_when_given_back(
    tab: Tab, bobs: Assignment, carol: User, alice: User, article: Article
) -> None:
    tab.made("span", complete(article))
    hand_over(assignment=bobs, actor=alice, to=carol)
    late = add("span", span(article, None, (0, 3)))
    response = tab.post(late)
    assert (response.status_code, response.json()["state"]) == (409, "withdrawn")
    [told] = response.json()["results"]
    assert told["status"] == "held"
    assert told["message"].startswith("It was handed over to someone else.")
    assert submit(tab).status_code == 409
    page = data_of(tab.client.get(address("page", article)))
    assert (page["read_only"], page["held"]) == (True, [late])

    entry = AuditEntry.objects.get(action="assignment.handed_over")
    undo(study=article.study, actor=alice, numbers=[entry.pk])
    page = data_of(tab.client.get(address("page", article)))
    assert (page["read_only"], page["held"]) == (False, [late])
    assert tab.one({**late, "op_id": new_id()})["status"] == "applied"
    assert data_of(tab.client.get(address("page", article)))["held"] == []


def test_untouched_work_that_was_handed_over_takes_nothing_and_says_so(
    tab: Tab, bobs: Assignment, carol: User, alice: User, article: Article
) -> None:
    hand_over(assignment=bobs, actor=alice, to=carol)
    response = tab.post(add("span", complete(article)))
    assert response.status_code == 404
    assert response.json()["message"].startswith("This article is not assigned to")
    assert not Operation.objects.exists()


def reading(assignment: Assignment) -> str:
    article = assignment.article
    return f"/studies/{article.study_id}/articles/{article.pk}/marks/{assignment.pk}/"


def test_the_desk_reads_submitted_marks_and_each_look_is_written_down_once(
    tab: Tab, bobs: Assignment, dave: User, alice: User, sign_in: SignIn, article: Article
) -> None:
    tab.made("span", complete(article))
    curator: Client = sign_in(dave)
    assert curator.get(reading(bobs)).status_code == 403
    submit(tab)
    for client in (curator, curator, sign_in(alice)):
        response = client.get(reading(bobs))
        assert response.status_code == 200
        assert b"<mark class" in response.content
    looks = AuditEntry.objects.filter(action="marks.read").order_by("pk")
    assert [entry.actor for entry in looks] == [dave, alice]


def test_a_curator_with_own_open_work_on_the_article_reads_nobody_elses(
    tab: Tab, bobs: Assignment, dave: User, sign_in: SignIn
) -> None:
    submit(tab)
    assign(bobs.article, dave)
    assert sign_in(dave).get(reading(bobs)).status_code == 403


def test_annotators_compare_only_after_both_submitted_and_the_round_is_open(
    tab: Tab, bobs: Assignment, carols: Assignment, carol: User, sign_in: SignIn
) -> None:
    client = sign_in(carol)
    other = tab_of(client, carols)
    submit(tab)
    assert client.get(reading(bobs)).status_code == 404
    submit(other)
    assert client.get(reading(bobs)).status_code == 404
    bobs.round.comparison_opened_at = bobs.created_at
    bobs.round.save()
    assert client.get(reading(bobs)).status_code == 200


def test_time_only_grows(tab: Tab, article: Article) -> None:
    def report(seconds: Any, key: str = tab.tab) -> Any:
        told = json.dumps({"tab": key, "active_seconds": seconds})
        return tab.client.post(address("time", article), told, content_type="application/json")

    for seconds, stored in ((10, 10), (25, 25), (25, 25), (7, 25)):
        assert report(seconds).json() == {"active_seconds": stored}
    report(5, new_id())
    assert sorted(WorkTime.objects.values_list("active_seconds", flat=True)) == [5, 25]
    for wrong in (-1, 1.5, "9", None, True, 10**9):
        assert report(wrong).status_code == 400


def test_time_told_after_submission_is_politely_ignored(tab: Tab, article: Article) -> None:
    def report(seconds: int, key: str) -> Any:
        told = json.dumps({"tab": key, "active_seconds": seconds})
        return tab.client.post(address("time", article), told, content_type="application/json")

    report(10, tab.tab)
    submit(tab)
    assert (report(99, tab.tab).status_code, report(99, tab.tab).json()) == (
        200,
        {"active_seconds": 10},
    )
    assert report(99, new_id()).json() == {"active_seconds": 0}
    assert list(WorkTime.objects.values_list("active_seconds", flat=True)) == [10]


def test_nobody_else_reads_submitted_marks(
    tab: Tab,
    bobs: Assignment,
    carols: Assignment,
    bob: User,
    carol: User,
    mallory: User,
    alice: User,
    dave: User,
    sign_in: SignIn,
) -> None:
    submit(tab)
    assert sign_in(mallory).get(reading(bobs)).status_code == 404
    assert sign_in(carol).get(reading(bobs)).status_code == 404
    other = make_plain_article(bobs.study, "Another text.", "Another")
    wrong = reading(bobs).replace(str(bobs.article_id), str(other.pk))
    assert sign_in(alice).get(wrong).status_code == 404
    early = sign_in(alice).get(reading(carols))  # a manager is asked for a reason, and told nothing
    assert (early.status_code, early.context["form"].is_bound) == (200, False)
    assert "found" not in early.context
    assert sign_in(dave).get(reading(carols)).status_code == 403
    assert not AuditEntry.objects.filter(action="marks.read").exists()


def test_returned_work_costs_no_more_than_twelve_statements_to_open(
    tab: Tab, bobs: Assignment, dave: User, django_assert_max_num_queries: Any
) -> None:
    tab.made("span", complete(bobs.article))
    submit(tab)
    tab.post(add("span", span(bobs.article, None, (0, 3))))
    return_submission(assignment=bobs, actor=dave, reason="More.")
    with django_assert_max_num_queries(12):
        tab.client.get(address("page", bobs.article))
