"""The frame, the sign-in and a study's own pages in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.accounts.models import User
from annotations.study.actions import create_study
from annotations.study.actions.codebook import archive
from annotations.study.actions.people import invite
from annotations.study.models import Role, Study
from annotations.study.queries.people import roles_of
from tests.browser.axe import misfits
from tests.people import join, make_user

Contexts = Callable[..., BrowserContext]


@pytest.fixture
def alice(transactional_db: None) -> User:
    return make_user("alice")


@pytest.fixture
def led(alice: User) -> Study:
    study = create_study(actor=alice, name="Strike coverage")
    join(study, make_user("bob"), Role.ANNOTATOR, Role.CURATOR)
    invite(study=study, actor=alice, roles=[Role.ANNOTATOR], email="nora@example.org")
    archive(thing=study.rules.get(name="L6"), actor=alice, reason="Never used")
    return study


def sign_in(page: Page, server: LiveServer, name: str = "alice") -> None:
    page.goto(f"{server.url}/accounts/login/")
    page.get_by_label("E-mail address or user name").fill(name)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def own_pages(study: Study) -> list[str]:
    at = f"/studies/{study.pk}"
    label, question = study.labels.get(slug="attribution"), study.attributes.first()
    rule, member = study.rules.get(name="A2"), User.objects.get(username="bob")
    assert question is not None
    return [
        "/accounts/profile/",
        "/accounts/password/change/",
        "/accounts/close/",
        "/studies/new/",
        "/studies/bin/",
        f"{at}/people/",
        f"{at}/people/invite/",
        f"{at}/people/{member.pk}/",
        f"{at}/codebook/",
        f"{at}/codebook/edit/",
        f"{at}/codebook/labels/{label.pk}/",
        f"{at}/codebook/questions/{question.pk}/",
        f"{at}/codebook/rules/{rule.pk}/",
        f"{at}/codebook/rules/{rule.pk}/archive/",
        f"{at}/codebook/versions/",
        f"{at}/codebook/changes/",
        f"{at}/settings/",
        f"{at}/settings/rounds/new/",
        f"{at}/settings/archive/",
        f"{at}/history/",
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_every_page_passes_axe_and_fits_its_window(
    new_context: Contexts, live_server: LiveServer, led: Study, scheme: str, width: int
) -> None:
    # Axe is injected as a script, which our own policy rightly refuses.
    context = new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    sign_in(page, live_server)
    found = {}
    for path in own_pages(led):
        page.goto(live_server.url + path)
        found[path] = misfits(page)
    assert {path: told for path, told in found.items() if told} == {}


def test_everything_works_without_scripts(
    new_context: Contexts, live_server: LiveServer, led: Study
) -> None:
    manager = new_context(java_script_enabled=False).new_page()
    sign_in(manager, live_server)
    manager.goto(f"{live_server.url}/studies/{led.pk}/people/invite/")
    manager.get_by_label("Curator: compares submitted work").check()
    manager.get_by_role("button", name="Make the link").click()
    link = manager.get_by_label("Invitation link").input_value()

    newcomer = new_context(java_script_enabled=False).new_page()
    newcomer.goto(link)
    newcomer.get_by_label("Your name").fill("Nora New")
    newcomer.get_by_label("E-mail address").fill("nora@example.org")
    newcomer.get_by_label("User name").fill("nora")
    newcomer.get_by_label("Password").fill("a long new phrase")
    newcomer.get_by_role("button", name="Make my account and join").click()
    expect(newcomer.get_by_role("status")).to_contain_text("Welcome to “Strike coverage”.")
    assert roles_of(led, User.objects.get(username="nora")) == {Role.ANNOTATOR, Role.CURATOR}


def test_a_refused_form_says_so_beside_the_field_and_leads_there(
    new_context: Contexts, live_server: LiveServer, led: Study, expected_console: list[str]
) -> None:
    expected_console.append("422")
    page = new_context().new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/new/")
    page.get_by_label("What is it about").fill("Kept")
    page.get_by_role("button", name="Create the study").click()
    alert = page.get_by_role("alert").filter(has_text="Nothing was saved yet.")
    expect(alert).to_be_visible()
    name = page.get_by_label("Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(re.compile("This field is required"))
    expect(page.get_by_label("What is it about")).to_have_value("Kept")
    alert.get_by_role("link", name="Name").click()
    expect(name).to_be_focused()


def test_the_invitation_link_is_copied_or_selected(
    new_context: Contexts, live_server: LiveServer, led: Study
) -> None:
    page = new_context().new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{led.pk}/people/invite/")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator("#messages")).to_contain_text(re.compile(r"Copied|Press Ctrl\+C"))


def test_a_persons_colours_win_over_their_devices(
    new_context: Contexts, live_server: LiveServer, alice: User
) -> None:
    page = new_context(color_scheme="light").new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/accounts/profile/")
    light = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("saved")
    dark = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(22, 24, 26)")


def test_the_skip_link_leads_past_the_navigation(
    new_context: Contexts, live_server: LiveServer, led: Study
) -> None:
    page = new_context().new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{led.pk}/people/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
