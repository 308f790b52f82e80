"""Nothing is lost, nothing is doubled: the outbox under every kind of bad luck."""

import json

import pytest
from playwright.sync_api import Dialog, Route, expect

from annotations.accounts.models import User
from annotations.marking.actions import submit_assignment
from annotations.marking.models import Operation, Span
from annotations.study.actions.codebook import change_label
from annotations.study.forms.codebook import label_start
from annotations.study.models import Study

from .conftest import Desk, OpenDesk, words_of

OPS = "**/mark/ops"


@pytest.fixture(autouse=True)
def _failures_are_provoked(expected_console: list[str]) -> None:
    """Chromium reports each failed request on the console; these tests make them fail."""
    expected_console.extend(["status of", "net::ERR_"])


def state(desk: Desk, words: str) -> None:
    expect(desk.page.locator("#save-state")).to_contain_text(words)


def sent(route: Route) -> list[dict[str, object]]:
    body = json.loads(route.request.post_data or "{}")
    ops: list[dict[str, object]] = body.get("ops", [])
    return ops


class Cut:
    """Breaks the first save: before the server has it, or after with the reply lost. The next
    try waits for `mend`, so that what is said of the first can be read."""

    def __init__(self, desk: Desk, after_server: bool) -> None:
        self.after_server, self.seen, self.held = after_server, 0, list[Route]()
        self.is_mended = False
        desk.page.route(OPS, self.handle)

    def handle(self, route: Route) -> None:
        if self.is_mended:
            route.continue_()
        elif self.seen:
            self.held.append(route)
        else:
            self.seen += 1
            if self.after_server:
                route.fetch()
            route.abort()

    def mend(self) -> None:
        self.is_mended = True
        for route in self.held:
            route.continue_()


@pytest.mark.parametrize("after_server", [False, True], ids=["request lost", "reply lost"])
def test_a_lost_message_ends_in_one_span_and_one_operation(desk: Desk, after_server: bool) -> None:
    cut = Cut(desk, after_server)
    desk.mark("Keston", "2")
    state(desk, "Offline: 1 change not saved yet")
    cut.mend()
    assert desk.spans() == [("attribution", "Keston")]
    assert cut.seen == 1
    assert Operation.objects.filter(assignment=desk.assignment).count() == 1


def test_a_doubled_request_is_one_operation(desk: Desk) -> None:
    def twice(route: Route) -> None:
        route.fetch()
        route.continue_()

    desk.page.route(OPS, twice)
    desk.mark("Keston", "2")
    assert desk.spans() == [("attribution", "Keston")]
    assert Operation.objects.filter(assignment=desk.assignment).count() == 1


def test_five_marks_and_one_undo_offline_leave_four(desk: Desk) -> None:
    desk.page.context.set_offline(True)
    for words in ("harbour", "Norvian", "group", "notorious", "untested"):
        desk.double_click(words)
        desk.press("4")
    desk.press("Control+z")
    state(desk, "Offline: 6 changes not saved yet")
    desk.page.context.set_offline(False)
    assert len(desk.spans()) == 4
    assert "untested" not in {words for _, words in desk.spans()}


def test_unsaved_marks_look_unsaved_until_they_are_saved(desk: Desk) -> None:
    desk.page.context.set_offline(True)
    desk.mark("Keston", "2")
    expect(desk.page.locator("mark.un")).to_have_text("Keston")
    desk.page.context.set_offline(False)
    desk.saved()
    expect(desk.page.locator("mark.un")).to_have_count(0)


def test_a_reload_with_a_full_outbox_is_asked_about_and_then_sent(desk: Desk) -> None:
    page = desk.page
    asked: list[str] = []
    lost: list[str] = []  # what the page that goes sends last

    def refuse(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.extend(asked)
        return route.abort()

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.route(OPS, refuse)
    desk.mark("Keston", "2")
    desk.mark("notorious", "4")
    state(desk, "2 changes not saved yet")
    page.on("dialog", accept)
    page.reload()
    desk.ready()
    expect(page.locator("mark")).to_have_count(2)
    assert asked == ["beforeunload"]
    assert desk.spans() == [("attribution", "Keston"), ("characterization", "notorious")]


def test_a_server_error_is_told_at_once_and_tried_again(desk: Desk) -> None:
    desk.page.route(OPS, lambda route: route.fulfill(status=500, body="oh"))
    desk.mark("Keston", "2")
    state(desk, "The server does not answer")
    desk.page.unroute(OPS)
    assert desk.spans() == [("attribution", "Keston")]


def test_without_its_database_the_site_leaves_the_text_to_read_and_the_marks_to_send(
    desk: Desk,
) -> None:
    """What project/errors.py answers then, to every address of the marking page."""
    gone = {"status": 503, "headers": {"Retry-After": "1"}, "body": "<h1>No database</h1>"}
    text = desk.page.locator("#text")
    before = text.inner_text()
    desk.page.route("**/mark/**", lambda route: route.fulfill(**gone))  # type: ignore[arg-type]
    desk.mark("Keston", "2")
    desk.mark("notorious", "4")
    state(desk, "not saved yet")
    expect(desk.page.locator("mark.un")).to_have_count(2)
    assert text.inner_text() == before
    assert Span.objects.count() == 0
    desk.page.unroute("**/mark/**")
    desk.saved()
    assert desk.spans() == [("attribution", "Keston"), ("characterization", "notorious")]
    assert Operation.objects.count() == 2


def test_too_large_a_batch_is_sent_in_parts(desk: Desk) -> None:
    sizes: list[int] = []

    def limit(route: Route) -> None:
        sizes.append(len(sent(route)))
        if len(sent(route)) > 1:
            route.fulfill(status=413, json={"message": "Too much.", "final": True})
        else:
            route.continue_()

    desk.page.context.set_offline(True)
    for words in ("harbour", "Norvian", "group"):
        desk.double_click(words)
        desk.press("4")
    desk.page.route(OPS, limit)
    desk.page.context.set_offline(False)
    assert len(desk.spans()) == 3
    assert max(sizes) > 1


def test_a_second_tab_sees_a_span_at_once(desk: Desk, open_desk: OpenDesk) -> None:
    other = open_desk(beside=desk)
    desk.page.bring_to_front()
    desk.mark("Keston", "2")
    expect(other.page.locator("mark")).to_have_text("Keston")
    desk.press("Delete")
    expect(other.page.locator("mark")).to_have_count(0)
    other.saved()


def test_the_first_of_two_relabellings_wins_and_the_notice_stays_until_read(
    desk: Desk, open_desk: OpenDesk
) -> None:
    desk.mark("Keston", "2")
    desk.saved()
    other = open_desk(beside=desk)
    mute = "() => { BroadcastChannel.prototype.postMessage = () => {}; }"
    for each in (desk, other):
        each.page.evaluate(mute)
    other.page.route(OPS, lambda route: route.abort())
    other.page.bring_to_front()
    other.click("Keston")
    other.press("3")
    expect(other.page.locator("#save-state")).to_contain_text("not saved")
    desk.page.bring_to_front()
    desk.click("Keston")
    desk.press("4")  # this tab knows nothing of it yet, and sends the other's change before its own
    notice = desk.page.get_by_role("alert").filter(has_text="changed elsewhere")
    expect(notice).to_contain_text("Yours: Characterization: Keston")
    expect(notice).to_contain_text("Kept: Allegation: Keston")
    desk.mark("notorious", "4")
    desk.saved()
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="Read").click()
    expect(notice).to_have_count(0)
    stored = [("allegation", "Keston"), ("characterization", "notorious")]
    assert desk.spans() == stored
    other.page.unroute(OPS)
    other.page.evaluate("() => dispatchEvent(new Event('online'))")
    assert other.spans() == stored
    expect(other.page.locator("mark")).to_have_text(["Keston", "notorious"])


def test_undo_over_anothers_change_is_dropped_and_said(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.press("3")
    desk.saved()
    span = Span.objects.get(assignment=desk.assignment)
    Span.objects.filter(pk=span.pk).update(ver=9, note="other")
    desk.press("Control+z")
    notice = desk.page.get_by_role("alert").filter(has_text="changed elsewhere")
    expect(notice).to_be_visible()
    assert Span.objects.get(pk=span.pk).note == "other"


def test_an_ended_session_keeps_the_queue_and_asks_to_sign_in(desk: Desk) -> None:
    page = desk.page
    page.context.clear_cookies(name="sessionid")
    desk.mark("Keston", "2")
    state(desk, "Signed out: 1 change not saved")
    dialog = page.get_by_role("dialog", name="You have been signed out")
    dialog.get_by_label("Password").fill("wrong")
    dialog.locator("input[name=login]").fill("bob")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_contain_text("is not right")
    dialog.locator("input[name=login]").fill("bob")
    dialog.get_by_label("Password").fill("correct horse")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).not_to_be_visible()
    assert desk.spans() == [("attribution", "Keston")]
    desk.mark("notorious", "4")
    assert len(desk.spans()) == 2


def test_work_is_never_saved_in_another_persons_name(
    desk: Desk, study: object, carol: User
) -> None:
    desk.page.context.clear_cookies(name="sessionid")
    desk.mark("Keston", "2")
    dialog = desk.page.get_by_role("dialog", name="You have been signed out")
    dialog.locator("input[name=login]").fill("carol")
    dialog.get_by_label("Password").fill("correct horse")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_contain_text("another person’s account")
    assert Span.objects.count() == 0


def test_operations_after_submission_are_held_and_said(desk: Desk, bob: User) -> None:
    desk.mark("Keston", "2")
    desk.saved()
    submit_assignment(
        user=bob,
        study_id=desk.assignment.study_id,
        article_id=desk.assignment.article_id,
        confirmed=True,
    )
    desk.double_click("notorious")
    desk.press("4")
    expect(desk.page.get_by_role("alert").filter(has_text="1 change came after")).to_be_visible()
    expect(desk.page.locator("mark")).to_have_text(["Keston"])
    desk.double_click("untested")
    desk.press("4")
    desk.heard("has been submitted")
    state(desk, "Read only")
    assert [words_of(span) for span in Span.objects.live()] == ["Keston"]


def test_a_full_storage_is_said_and_the_mark_saved_all_the_same(desk: Desk) -> None:
    page = desk.page
    page.evaluate(
        """() => {
            const full = new DOMException("full", "QuotaExceededError");
            IDBObjectStore.prototype.put = () => { throw full; };
        }"""
    )
    page.route(OPS, lambda route: route.abort())
    desk.mark("Keston", "2")
    state(desk, "not kept: leave this page open")
    page.unroute(OPS)
    assert desk.spans() == [("attribution", "Keston")]


def test_a_refused_mark_goes_with_a_notice_that_names_it(desk: Desk) -> None:
    def spoil(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        for op in body["ops"]:
            op["span"]["fragments"][0]["quote"] = "something else"
        route.continue_(post_data=json.dumps(body))

    desk.page.route(OPS, spoil, times=1)
    desk.mark("Keston", "2")
    notice = desk.page.get_by_role("alert").filter(has_text="Not saved")
    expect(notice).to_contain_text("Yours: Attribution: Keston")
    assert desk.spans() == []
    expect(desk.page.locator("mark")).to_have_count(0)
    desk.page.reload()
    desk.ready()
    expect(notice).to_contain_text("Yours: Attribution: Keston")
    notice.get_by_role("button", name="Read").click()
    desk.page.reload()
    desk.ready()
    expect(notice).to_have_count(0)


def test_the_same_words_on_two_devices_become_one_mark_that_keeps_what_both_said(
    desk: Desk, open_desk: OpenDesk
) -> None:
    desk.page.context.set_offline(True)
    desk.mark("could possibly supply", "3")
    desk.mark("EU harbour inspectors", "2")
    desk.press("n")
    desk.page.keyboard.type("who?")
    desk.press("Enter", "l", "Enter", "Escape")
    other = open_desk(device_of=desk)
    other.mark("EU harbour inspectors", "2")
    other.press("s", "2")
    other.saved()
    desk.page.context.set_offline(False)
    spans = [("attribution", "EU harbour inspectors"), ("allegation", "could possibly supply")]
    assert desk.spans() == spans
    expect(desk.page.locator("#notices > *")).to_have_count(0)
    span = desk.span("EU harbour inspectors")
    assert (span.note, span.flag) == ("who?", "label")
    assert desk.links() == [("EU harbour inspectors", "could possibly supply", "are worried")]


def test_a_changed_text_makes_the_page_read_only(open_desk: OpenDesk, bob: User) -> None:
    desk = open_desk()
    page = desk.page

    def translate(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace("notorious", "infamous_"))

    page.route("**/mark/", translate)
    page.reload()
    expect(page.get_by_role("alert").filter(has_text="not the stored one")).to_be_visible()
    desk.double_click("infamous_")
    desk.press("4")
    assert Span.objects.count() == 0


def test_a_changed_codebook_is_told_to_an_open_page_and_to_who_comes_back(
    desk: Desk, study: Study, alice: User
) -> None:
    def rename(name: str) -> None:
        label = study.labels.get(slug="allegation")
        values = {**label_start(label), "name": name}
        change_label(label=label, actor=alice, reason="Pilots mixed them up", **values)

    told = desk.page.get_by_role("alert").filter(has_text="The codebook has changed")
    desk.mark("Keston", "2")
    desk.saved()
    rename("Claim")
    desk.mark("notorious", "4")
    expect(told).to_contain_text("it is version 2 now")
    assert desk.span("notorious").codebook_version.number == 1
    rename("Hedged claim")
    desk.page.reload()
    desk.ready()
    expect(told).to_contain_text("since you last worked: version 3, “Pilots mixed them up”")
    desk.page.reload()
    desk.ready()
    expect(told).to_have_count(0)


def test_a_text_that_is_translated_later_makes_the_page_read_only_too(desk: Desk) -> None:
    translate = """() => {
        const text = document.querySelector("#text .b").firstChild;
        text.data = text.data.replace("notorious", "infamous_infamous");
    }"""
    desk.page.evaluate(translate)
    expect(desk.text).to_contain_text("notorious")  # put right once
    desk.mark("notorious", "4")
    assert desk.spans() == [("characterization", "notorious")]
    desk.page.evaluate(translate.replace("notorious", "barges").replace("firstChild", "lastChild"))
    expect(desk.page.get_by_role("alert").filter(has_text="not the stored one")).to_be_visible()
    desk.click("crews")
    desk.press("4")
    desk.heard("not the stored one")
    assert Span.objects.count() == 1


def test_the_page_from_the_back_button_fetches_the_news_first(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.saved()
    Span.objects.filter(assignment=desk.assignment).update(changed_rev=50, ver=2, note="elsewhere")
    desk.page.evaluate(
        "() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    )
    desk.click("Keston")
    expect(desk.page.get_by_label("Note")).to_have_value("elsewhere")


# The key follows before the browser has told of the closed dialog.
GO_THERE_AND_ANSWER = """() => {
    const buttons = [...document.querySelectorAll("#submit button")];
    buttons.find((one) => one.textContent === "Go there").click();
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "t", bubbles: true }));
}"""


def test_submitting_names_what_is_open_and_goes_on(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.press("Control+Enter")
    dialog = desk.page.get_by_role("dialog", name="Submit this article?")
    expect(dialog).to_contain_text("1 span has an unanswered question")
    desk.page.evaluate(GO_THERE_AND_ANSWER)
    desk.press("1", "Escape", "Escape")
    assert list(desk.answers("Keston")) == ["source_kind"]
    desk.text.focus()
    desk.press("Control+Enter")
    expect(dialog).to_contain_text("Nothing is open")
    dialog.get_by_role("button", name="Submit and go on").click()
    desk.page.wait_for_url(lambda url: "/mark/" not in url)
    desk.assignment.refresh_from_db()
    assert desk.assignment.state == "submitted"


def send_back(desk: Desk) -> None:
    work = desk.assignment
    work.refresh_from_db()
    work.state, work.return_reason = "returned", "Please look again."
    work.returned_at, work.returned_by = work.submitted_at, work.created_by
    work.save()
    desk.page.reload()
    desk.ready()


def test_late_changes_are_offered_when_the_article_comes_back(desk: Desk, bob: User) -> None:
    desk.mark("Keston", "2")
    desk.saved()
    work = desk.assignment
    submit_assignment(user=bob, study_id=work.study_id, article_id=work.article_id, confirmed=True)
    desk.double_click("notorious")
    desk.press("4")
    expect(desk.page.get_by_role("alert").filter(has_text="1 change came after")).to_be_visible()
    send_back(desk)
    offer = desk.page.get_by_role("alert").filter(has_text="1 change of yours arrived when")
    expect(offer).to_contain_text("Characterization: notorious")
    offer.get_by_role("button", name="Put them in").click()
    assert desk.spans() == [("attribution", "Keston"), ("characterization", "notorious")]
    desk.page.reload()
    desk.ready()
    expect(offer).to_have_count(0)


def test_a_late_undo_of_a_removal_is_offered_and_put_in(desk: Desk, bob: User) -> None:
    desk.mark("Keston", "2")
    desk.press("Delete")
    desk.saved()
    work = desk.assignment
    submit_assignment(user=bob, study_id=work.study_id, article_id=work.article_id, confirmed=True)
    desk.press("Control+z")
    expect(desk.page.get_by_role("alert").filter(has_text="1 change came after")).to_be_visible()
    send_back(desk)
    offer = desk.page.get_by_role("alert").filter(has_text="1 change of yours arrived when")
    expect(offer).to_contain_text("Attribution: Keston")
    offer.get_by_role("button", name="Put them in").click()
    assert desk.spans() == [("attribution", "Keston")]
    assert Operation.objects.filter(kind="restore", status="applied").count() == 1


def test_what_the_server_takes_no_more_can_be_kept_as_a_file(desk: Desk) -> None:
    desk.page.route(OPS, lambda route: route.fulfill(status=404, json={"message": "Not yours."}))
    desk.mark("Keston", "2")
    notice = desk.page.get_by_role("alert").filter(has_text="Nothing more can be saved here")
    expect(notice).to_contain_text("1 change kept in this browser")
    with desk.page.expect_download() as download:
        notice.get_by_role("button", name="Save as a file").click()
    kept = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [span["fragments"][0]["text"] for span in kept["spans"]] == ["Keston"]
    desk.page.unroute(OPS)


def test_time_spent_is_reported_when_the_page_is_left(desk: Desk) -> None:
    leave = "() => dispatchEvent(new PageTransitionEvent('pagehide'))"
    with desk.page.expect_request("**/mark/time") as request:  # as soon as there is a second
        desk.page.evaluate(f"() => {{ setInterval({leave}, 200); }}")
    told = json.loads(request.value.post_data or "{}")
    assert 1 <= told["active_seconds"] <= 30
