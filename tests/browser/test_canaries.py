"""No canary sings in Chromium, and no page breaks the site's policy: of the app, of housekeeping,
of errors, of sign-in."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.accounts.models import User
from tests.people import make_user
from tests.project.test_canaries import Canaries
from tests.world import World

Contexts = Callable[..., BrowserContext]
# Fetching a picture called "x" would be a canary too: nothing of the site is called so.
TOLD = """() => { window.sung = []; window.canary = n => window.sung.push(n);
    window.broken = [];
    document.addEventListener('securitypolicyviolation',
        event => window.broken.push(event.violatedDirective + ' ' + event.blockedURI)); }"""


@pytest.fixture
def world(transactional_db: None) -> World:
    made = World("Arden", Canaries().say)
    made.study.rounds.update(comparison_opened_at=made.work.submitted_at)
    return made


@pytest.fixture
def ada(transactional_db: None) -> User:
    return make_user("ada", is_staff=True, is_superuser=True)


def enter(page: Page, server: LiveServer, user: User) -> None:
    page.goto(f"{server.url}/accounts/login/")
    page.get_by_label("E-mail address or user name").fill(user.username)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


# One page of each kind; what stands in the others' source is read in tests/project.
PAGES = (
    "assignment:study", "assignment:article", "assignment:person", "assignment:plan",
    "corpus:article", "corpus:articles", "corpus:import_show",
    "curation:adjudicate", "curation:case", "curation:custody", "curation:discussion",
    "curation:thread", "curation:meeting", "curation:calibration",
    "curation:merge", "exchange:export", "exchange:import_show", "reports:agreement",
    "reports:article", "reports:report", "reports:report_print", "study:codebook",
    "study:codebook_changes", "study:codebook_label", "study:codebook_attribute", "study:history",
    "study:people", "study:settings", "marking:reading", "marking:reading_history",
)  # fmt: skip
OWN = ("marking:page", "marking:sentences", "marking:history", "curation:mine")


def walk(page: Page, server: LiveServer, paths: list[str]) -> dict[str, object]:
    """What sang or broke the policy, by page."""
    wrong: dict[str, object] = {}
    for path in paths:
        page.goto(server.url + path, wait_until="load")
        expect(page.locator("body")).to_be_visible()
        told = page.evaluate("() => [window.sung, window.broken]")
        if told != [[], []]:
            wrong[path] = told
        live = page.locator("[canary], img[src=x], [onerror], a[href^='javascript:' i]").count()
        if live:
            wrong[f"{path} holds"] = live
    return wrong


def test_no_canary_sings_on_any_kind_of_page(
    new_context: Contexts,
    live_server: LiveServer,
    world: World,
    ada: User,
    expected_console: list[str],
) -> None:
    from tests.architecture.test_rights import IDS

    expected_console += ["404", "403"]
    at = {
        name: reverse(name, kwargs={key: world.ids(name)[key] for key in IDS[name]})
        for name in (*PAGES, *OWN)
    }
    evil = "%22%3E%3Cimg%20src%3Dx%20onerror%3Dcanary(0)%3E"
    errors = [f"/nowhere/{evil}", f"/accounts/login/?next={evil}", f"/invitations/{evil}/"]
    walks = (
        (None, errors),
        (world.alice, [at[name] for name in PAGES] + ["/", "/accounts/profile/"]),
        (world.bob, [*(at[name] for name in OWN), "/", at["study:settings"]]),
        (ada, [reverse(f"admin:annotations_{each}_changelist")
               for each in ("article", "label", "auditentry", "report")] + ["/admin/"]),
    )  # fmt: skip
    wrong: dict[str, object] = {}
    for user, paths in walks:
        context = new_context()
        context.add_init_script(f"({TOLD})()")
        page = context.new_page()
        if user is not None:
            enter(page, live_server, user)
        wrong |= walk(page, live_server, paths)
        context.close()
    assert wrong == {}
