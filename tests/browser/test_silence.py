"""Pages say nothing on the console, and a page that would is noticed."""

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

INLINE = """() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'ran'";
    document.body.append(script);
}"""


def test_the_sign_in_page_opens_in_silence(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_an_inline_script_is_blocked_and_noticed(
    live_server: LiveServer, page: Page, console_errors: list[str], expected_console: list[str]
) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    title = page.title()
    with page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        page.evaluate(INLINE)
    expect(page).to_have_title(title)
    assert [error for error in console_errors if "Content Security Policy" in error]
    expected_console.append("Content Security Policy")


def test_a_page_that_fails_to_load_is_noticed(
    live_server: LiveServer, page: Page, console_errors: list[str], expected_console: list[str]
) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    with page.expect_console_message(lambda said: "404" in said.text):
        page.evaluate("() => fetch('/static/not-there.js')")
    expect(page.locator("body")).to_be_visible()
    assert [error for error in console_errors if "404" in error]
    expected_console.append("404")
