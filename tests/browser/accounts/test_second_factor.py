"""Keys in Chromium, with an authenticator made of software; the pages are silent and pass axe."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.accounts.models import User
from tests.browser.axe import misfits
from tests.browser.test_shell import sign_in
from tests.people import make_user

FACTOR = "/accounts/second-factor"


@pytest.fixture(autouse=True)
def no_tries_counted(transactional_db: None) -> None:
    cache.clear()


@pytest.fixture
def eve(transactional_db: None) -> User:
    return make_user("eve")


@pytest.fixture
def site(live_server: LiveServer) -> str:
    """Keys belong to a name, not to a number: localhost, not 127.0.0.1."""
    return f"http://localhost:{live_server.thread.port}"


def plug_in_key(page: Page) -> None:
    """A phone that says yes to everything, by Chromium's own WebAuthn commands."""
    chrome = page.context.new_cdp_session(page)
    chrome.send("WebAuthn.enable")
    abilities = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    chrome.send("WebAuthn.addVirtualAuthenticator", {"options": abilities})


def enter(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("E-mail address or user name").fill("eve")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def add_key(page: Page, site: str, alone: bool) -> None:
    page.goto(f"{site}{FACTOR}/webauthn/add/")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name of the key").fill("My phone")
    if alone:
        page.get_by_label("Sign in with this key alone").check()
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_key_is_asked_for_after_the_password(page: Page, site: str, eve: User) -> None:
    plug_in_key(page)
    enter(page, site)
    add_key(page, site, alone=False)
    assert Authenticator.objects.filter(user=eve, type="webauthn").count() == 1
    sign_out(page)
    enter(page, site)
    page.get_by_role("button", name="Use a passkey or security key").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_passkey_signs_in_without_a_password(page: Page, site: str, eve: User) -> None:
    plug_in_key(page)
    enter(page, site)
    add_key(page, site, alone=True)
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_key_that_does_not_answer_is_told_and_nothing_is_lost(
    page: Page, site: str, eve: User
) -> None:
    page.goto(f"{site}/accounts/login/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')); }")
    page.get_by_label("E-mail address or user name").fill("eve")
    page.get_by_role("button", name="Use a passkey").click()
    told = page.get_by_role("alert").filter(has_text="The key did not answer")
    expect(told).to_be_visible()
    expect(page.get_by_label("E-mail address or user name")).to_have_value("eve")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_the_pages_about_sign_in_pass_axe_and_fit(
    new_context: Any, live_server: LiveServer, eve: User, scheme: str, width: int
) -> None:
    context = new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    sign_in(page, live_server, "eve")
    page.goto(f"{live_server.url}/accounts/reauthenticate/")
    found = {"reauthenticate": misfits(page)}
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Go on").click()
    for path in ("/", "/totp/activate/", "/webauthn/", "/webauthn/add/", "/../sessions/"):
        page.goto(f"{live_server.url}{FACTOR}{path}")
        found[path] = misfits(page)
    assert {path: told for path, told in found.items() if told} == {}
