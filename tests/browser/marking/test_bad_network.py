"""E1 to E4 of a bad network, and two people at once: seen, heard, kept, sent once."""

import json
from collections import Counter
from collections.abc import Callable
from importlib import import_module

import pytest
from django.db import OperationalError
from playwright.sync_api import BrowserContext, Dialog, Request, Route, expect
from pytest_django.live_server_helper import LiveServer

from annotations.marking.models import Operation
from annotations.study.models import Role
from tests.browser.axe import violations
from tests.people import assign, join, make_user

from .conftest import Desk, enter

OPS = "**/mark/ops"
WORDS = [
    "EU", "harbour", "inspectors", "are", "worried", "that", "the",
    "Norvian", "group", "Keston", "could", "possibly", "supply", "notorious",
    "dockyard", "Bramhall", "with", "untested", "engine", "letter",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _failures_are_provoked(expected_console: list[str]) -> None:
    expected_console.extend(["status of", "net::ERR_"])


def fail_with(status: int, body: str = "", **headers: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body, headers=headers)


# What goes wrong, and the words that say so.
FAILURES: dict[str, tuple[Callable[[Route], None], str]] = {
    "403": (fail_with(403, "<h1>CSRF</h1>"), "Refused: 1 change not saved"),
    "409": (fail_with(409, "{}"), "The server does not answer: 1 change not saved yet"),
    "500": (fail_with(500, "oh"), "The server does not answer: 1 change not saved yet"),
    "503": (fail_with(503, "full", **{"Retry-After": "1"}), "The server does not answer"),
    "timeout": (lambda route: route.abort("timedout"), "Offline: 1 change not saved yet"),
}


def post_only(handle: Callable[[Route], None]) -> Callable[[Route], None]:
    return lambda route: handle(route) if route.request.method == "POST" else route.continue_()


def test_a_save_that_fails_is_seen_and_heard_and_goes_through_later(desk: Desk) -> None:
    """E1: whatever the answer, the mark is drawn unsaved and what was marked is kept."""
    page, state = desk.page, desk.page.locator("#save-state")
    for n, (handle, words) in enumerate(FAILURES.values()):
        page.route(OPS, post_only(handle))
        desk.double_click(WORDS[n])
        desk.press("4")
        expect(state).to_contain_text(words)
        desk.heard(words)
        expect(page.locator("mark.un")).to_have_text(WORDS[n])
        if n == 0:
            expect(
                page.get_by_role("alert").filter(has_text="kept in this browser")
            ).to_be_visible()
            assert violations(page) == []
        page.unroute(OPS)
        desk.saved()
        expect(page.locator("mark.un")).to_have_count(0)
    assert [words for _, words in desk.spans()] == WORDS[: len(FAILURES)]
    assert Operation.objects.count() == len(FAILURES)


def test_twenty_marks_made_offline_are_sent_once_over_a_slow_network(desk: Desk) -> None:
    """E2 and E4: ten minutes offline by the page's clock, then 64 kbit/s with half a second of
    delay."""
    page, sent = desk.page, Counter[str]()
    page.clock.install()

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/mark/ops"):
            sent.update(op["op_id"] for op in json.loads(request.post_data or "{}")["ops"])

    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"latency": 500, "downloadThroughput": 8000, "uploadThroughput": 8000}
    network.send("Network.emulateNetworkConditions", {"offline": True, **slow})
    for word in WORDS:
        desk.double_click(word)
        desk.press("4")
    expect(page.locator("#save-state")).to_contain_text(f"{len(WORDS)} changes not saved yet")
    page.clock.fast_forward("10:00")
    expect(page.locator("#save-state")).to_contain_text(f"{len(WORDS)} changes not saved yet")
    page.on("requestfinished", note)  # a try from before, still offline, may be made as well
    network.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    assert [words for _, words in desk.spans()] == WORDS
    assert set(sent.values()) == {1}
    assert Operation.objects.count() == len(sent) == len(WORDS) == 20


def test_a_tab_closed_with_unsent_changes_warns_and_sends_them_when_opened_again(
    desk: Desk, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E3. The server refuses too, because what is sent while a tab closes passes every route."""
    page, asked = desk.page, list[str]()

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    def away(*_: object) -> None:
        raise OperationalError("no connection to the server")

    with monkeypatch.context() as outage:
        outage.setattr(import_module("annotations.marking.views.ops"), "apply_operations", away)
        desk.mark("Keston", "2")
        expect(page.locator("#save-state")).to_contain_text("not saved yet")
        page.on("dialog", leave)
        with page.expect_event("close"):
            page.close(run_before_unload=True)
        assert asked == ["beforeunload"]
        assert Operation.objects.count() == 0
    again = Desk(page.context.new_page(), desk.assignment).open(live_server.url)
    assert again.spans() == [("attribution", "Keston")]
    assert Operation.objects.count() == 1


# They are fetched a little after the page.
RARE_PARTS_THERE = """() => new Promise((resolve, reject) => {
    const isThere = (name) => performance.getEntriesByName(
        new URL(`/static/annotations/js/marking/${name}.js`, location.href).href).length;
    const parts = ["help", "submit", "returning"];
    const look = () => (parts.every(isThere) ? resolve() : setTimeout(look, 50));
    setTimeout(reject, 60_000);
    look();
})"""


def test_the_rare_parts_work_without_a_connection(desk: Desk) -> None:
    desk.page.evaluate(RARE_PARTS_THERE)
    desk.page.context.set_offline(True)
    desk.mark("Keston", "2")
    desk.press("?")
    help = desk.page.get_by_role("dialog", name="Keys and settings")
    expect(help).to_be_visible()
    help.get_by_role("button", name="Close").click()
    expect(desk.page.locator("#list button")).to_have_count(1)
    desk.press("Control+Enter")
    desk.heard("Some changes are not saved yet")
    desk.page.context.set_offline(False)
    desk.saved()


def test_two_annotators_at_one_article_save_both_and_see_nothing_of_each_other(
    desk: Desk, live_server: LiveServer, new_context: Callable[..., BrowserContext]
) -> None:
    carol = make_user("carol")
    join(desk.assignment.study, carol, Role.ANNOTATOR)
    context = new_context(viewport={"width": 1280, "height": 800})
    enter(context, live_server.url, carol)
    work = assign(desk.assignment.article, carol)
    other = Desk(context.new_page(), work).open(live_server.url)
    heard: list[str] = []
    other.page.on("response", lambda answer: heard.append(answer.url))
    for mine, theirs in (("Keston", "notorious"), ("group", "untested")):
        desk.page.bring_to_front()
        desk.mark(mine, "2")
        other.page.bring_to_front()
        other.mark(theirs, "4")
    assert desk.spans() == [("attribution", "group"), ("attribution", "Keston")]
    assert other.spans() == [("characterization", "notorious"), ("characterization", "untested")]
    expect(desk.page.locator("mark")).to_have_text(["group", "Keston"])
    expect(other.page.locator("mark")).to_have_text(["notorious", "untested"])
    asked = other.page.evaluate(
        "async (url) => (await fetch(url)).text()", f"{other.page.url}ops?since=0"
    )
    assert "Keston" not in asked
    assert heard
    other.page.goto("about:blank")
