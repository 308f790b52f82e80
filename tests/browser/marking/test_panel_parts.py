"""The rules and the history: parts that the server writes, fetched into the panel."""

from importlib import import_module

import pytest
from playwright.sync_api import Locator, expect

from .conftest import Desk

# So quickly that the browser tells of both together.
CLOSE_AND_OPEN = """() => {
    const summary = document.querySelector("#history-part > summary");
    summary.click();
    summary.click();
}"""


def fold(desk: Desk, name: str) -> Locator:
    part = desk.page.locator(f"#{name}-part")
    part.locator(":scope > summary").click()
    return part


def test_a_marks_own_history_stays_its_own_while_more_is_marked(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.saved()
    desk.mark("notorious", "4")
    desk.saved()
    desk.card("notorious").get_by_role("button", name="History").click()
    entries = desk.page.locator("#history li")
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("notorious")
    with desk.page.expect_response("**/history**"):
        desk.mark("Bramhall", "2")
    expect(entries).to_have_count(1)
    desk.page.evaluate(CLOSE_AND_OPEN)
    expect(entries).to_have_count(3)


def test_older_changes_come_into_the_panel(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("annotations.marking.history", "annotations.marking.views.history"):
        monkeypatch.setattr(import_module(module), "PAGE", 1)
    desk.mark("Keston", "2")
    desk.mark("notorious", "4")
    desk.saved()
    part = fold(desk, "history")
    expect(part.locator("li")).to_contain_text("notorious")
    part.get_by_role("link", name="Older changes").press("Enter")
    expect(part.locator("li")).to_contain_text("Keston")
    expect(part.locator(":scope > summary")).to_be_focused()
    expect(desk.page.locator("mark").first).to_be_visible()


def test_what_cannot_be_put_back_is_said_until_read(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.press("Delete")
    desk.mark("Keston", "2")
    desk.saved()
    part = fold(desk, "history")
    part.get_by_role("button", name="Bring back").first.click()
    expect(desk.page.locator("#notices")).to_contain_text("marked like this already")
    assert desk.spans() == [("attribution", "Keston")]


def test_without_a_connection_a_part_says_so_and_comes_later(
    desk: Desk, expected_console: list[str]
) -> None:
    expected_console.append("ERR_INTERNET_DISCONNECTED")
    desk.page.context.set_offline(True)
    part = fold(desk, "codebook")
    expect(desk.page.locator("#hint")).to_contain_text("could not be reached")
    desk.heard("could not be reached")
    desk.page.context.set_offline(False)
    fold(desk, "codebook")
    fold(desk, "codebook")
    expect(part.locator("section:visible .rule").first).to_be_visible()


def test_a_part_asks_to_sign_in_when_the_session_has_ended(
    desk: Desk, expected_console: list[str]
) -> None:
    expected_console.append("status of 401")
    desk.page.context.clear_cookies(name="sessionid")
    part = fold(desk, "history")
    dialog = desk.page.get_by_role("dialog", name="You have been signed out")
    dialog.locator("input[name=login]").fill("bob")
    dialog.get_by_label("Password").fill("correct horse")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).not_to_be_visible()
    desk.mark("Keston", "2")
    expect(part.locator("li")).to_contain_text("Keston")


def test_a_server_in_trouble_is_said_and_nothing_else_breaks(
    desk: Desk, expected_console: list[str]
) -> None:
    expected_console.append("status of 500")
    desk.page.route("**/history/", lambda route: route.fulfill(status=500, body="broken"))
    part = fold(desk, "history")
    expect(desk.page.locator("#hint")).to_contain_text("did not answer this")
    desk.page.unroute("**/history/")
    desk.mark("Keston", "2")
    expect(part.locator("li")).to_contain_text("Keston")
