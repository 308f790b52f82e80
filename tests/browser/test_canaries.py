"""No canary sings in Chromium, and no page breaks the site's policy: of the app, of housekeeping,
of errors, of sign-in."""

from collections.abc import Callable, Iterable
from importlib import import_module

import pytest
from django.db import OperationalError
from django.urls import reverse
from playwright.sync_api import BrowserContext, Error, Page, expect
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
        try:
            page.goto(server.url + path, wait_until="load")
        except Error as error:
            if "Download is starting" in str(error):
                continue  # a file, of which Chromium shows nothing
            raise
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
    assert walk_as(walks, new_context, live_server) == {}


def walk_as(
    walks: Iterable[tuple[User | None, list[str]]], new_context: Contexts, server: LiveServer
) -> dict[str, object]:
    """What is wrong on the pages of each walk, by a person in a browser of their own."""
    wrong: dict[str, object] = {}
    for user, paths in walks:
        context = new_context()
        context.add_init_script(f"({TOLD})()")
        page = context.new_page()
        if user is not None:
            enter(page, server, user)
        wrong |= walk(page, server, paths)
        context.close()
    return wrong


POST_WITHOUT_TOKEN = """path => { const form = document.createElement('form');
    form.method = 'post'; form.action = path; document.body.append(form); form.submit(); }"""
SIGN_IN_WRONG = """async () => { const form = document.querySelector('form[method=post]');
    for (let n = 0; n < 12; n++) { const told = new FormData(form);
        told.set('login', 'nobody'); told.set('password', 'wrong ' + n);
        await fetch(location.href, {method: 'POST', body: new URLSearchParams(told)}); } }"""


@pytest.mark.soak
def test_every_page_keeps_the_policy(
    new_context: Contexts,
    live_server: LiveServer,
    world: World,
    ada: User,
    expected_console: list[str],
) -> None:
    """Each address that can be opened, by each role; what a page refuses is a page as well."""
    from tests.architecture.rights import ELSEWHERE, ROUTES
    from tests.architecture.test_rights import HOUSEKEEPING, IDS, elsewhere

    expected_console += ["status of"]
    things = {"object_id": world.study.pk, "pk": 1, "token": "x", "content_type_id": 1,
              "id": world.alice.pk, "token_id": world.token.pk,
              "import_id": world.study.pk}  # fmt: skip
    leaves = {"account_logout", "admin:logout", "admin:None"}
    pages = [
        reverse(name, kwargs={key: world.ids(name)[key] for key in IDS[name]})
        for name in sorted(ROUTES)
        if not name.startswith("api:")
    ]
    own = [elsewhere(name, things) for name in sorted(set(ELSEWHERE) - leaves)]
    house = [elsewhere(name, things) for name in sorted(HOUSEKEEPING - leaves)]
    walks = (
        (None, own), (world.alice, [*pages, *own]), (world.bob, pages), (world.dave, pages),
        (ada, house),
    )  # fmt: skip
    assert walk_as(walks, new_context, live_server) == {}
    print(f"{sum(len(paths) for _, paths in walks)} pages opened, no policy broken")


@pytest.mark.soak
def test_pages_of_errors_keep_the_policy(
    new_context: Contexts,
    live_server: LiveServer,
    world: World,
    expected_console: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not found, no token, too often, a fault of the program, and no database."""
    expected_console += ["status of"]
    context = new_context()
    context.add_init_script(f"({TOLD})()")
    page, statuses = context.new_page(), list[int]()

    def look(act: Callable[[], object]) -> None:
        with page.expect_navigation(wait_until="load") as gone:
            act()
        statuses.append(gone.value.status)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("() => [window.sung, window.broken]") == [[], []]

    enter(page, live_server, world.alice)
    home, settings = live_server.url, reverse("study:settings", args=[world.study.pk])
    look(lambda: page.goto(f"{home}/nowhere/"))
    look(lambda: page.evaluate(POST_WITHOUT_TOKEN, "/accounts/logout/"))
    views = import_module("annotations.study.views.studies")
    for error in (RuntimeError("broken"), OperationalError("no connection to the server")):

        def fail(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        with monkeypatch.context() as outage:
            outage.setattr(views, "fetch_standing", fail)
            look(lambda: page.goto(home + settings))
    context.clear_cookies()
    page.goto(f"{home}/accounts/login/")
    page.evaluate(SIGN_IN_WRONG)
    page.get_by_label("E-mail address or user name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    look(lambda: page.get_by_role("button", name="Sign in").click())
    assert statuses == [404, 403, 500, 503, 429]
    context.close()
