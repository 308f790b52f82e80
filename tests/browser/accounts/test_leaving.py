"""Who sits down after somebody has signed out sees none of their pages by going back."""

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.test_shell import sign_in
from tests.people import make_user

# What Chromium says to a page that it kept whole; under test it keeps none.
COME_BACK = "window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


def test_a_page_kept_for_back_is_asked_for_again_once_its_person_has_signed_out(
    page: Page, live_server: LiveServer
) -> None:
    make_user("eve")
    sign_in(page, live_server, "eve")
    page.goto(f"{live_server.url}/accounts/profile/")
    page.get_by_label("Name shown to others").fill("Words being typed")
    page.evaluate(COME_BACK)
    expect(page.get_by_label("Name shown to others")).to_have_value("Words being typed")

    elsewhere = page.context.new_page()
    elsewhere.goto(f"{live_server.url}/accounts/logout/")
    elsewhere.get_by_role("button", name="Sign out").last.click()
    expect(elsewhere.get_by_label("Password")).to_be_visible()
    page.evaluate(COME_BACK)
    expect(page).to_have_url(f"{live_server.url}/accounts/login/?next=/accounts/profile/")
