"""Housekeeping in a real browser, under the site's own policy: no page complains."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.accounts.models import User
from annotations.study.models import Study
from tests.admin.conftest import furnish, registered
from tests.people import make_user

Contexts = Callable[..., BrowserContext]


@pytest.fixture
def ada(transactional_db: None) -> User:
    return make_user("ada", is_staff=True, is_superuser=True)


@pytest.fixture
def furnished(ada: User) -> Study:
    return furnish("Arden", ada)


@pytest.fixture
def desk(new_context: Contexts, live_server: LiveServer, furnished: Study) -> Page:
    page = new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("E-mail address or user name").fill("ada")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Log out").or_(page.get_by_text("ADA"))).to_be_visible()
    return page


def test_every_list_and_every_row_opens_in_silence(desk: Page, live_server: LiveServer) -> None:
    opened = 0
    for model in registered():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        desk.goto(live_server.url + reverse(f"{name}_changelist"))
        expect(desk.locator("#result_list")).to_be_visible()
        row = model._default_manager.order_by("pk")[0]
        desk.goto(live_server.url + reverse(f"{name}_change", args=[row.pk]))
        expect(desk.locator("#content-main")).to_be_visible()
        opened += 1
    assert opened == len(admin.site._registry) > 15


def test_an_account_is_deactivated_by_mouse(desk: Page, live_server: LiveServer) -> None:
    desk.goto(live_server.url + reverse("admin:annotations_user_changelist"))
    desk.get_by_role("row", name="Arden-marks").get_by_role("checkbox").check()
    desk.locator("select[name=action]").select_option("deactivate")
    desk.get_by_role("button", name="Go").click()
    expect(desk.get_by_text("Deactivated: Arden-Marks.")).to_be_visible()
    assert not User.objects.get(username="Arden-marks").is_active


def test_an_account_is_made_and_given_a_new_password(desk: Page, live_server: LiveServer) -> None:
    desk.goto(live_server.url + reverse("admin:annotations_user_add"))
    desk.get_by_label("Username").fill("nora")
    desk.get_by_label("E-mail address").fill("nora@example.org")
    desk.get_by_label("Password:", exact=True).fill("a stormy harbour")
    desk.get_by_label("Password confirmation:").fill("a stormy harbour")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text("was added successfully")).to_be_visible()
    assert User.objects.get(username="nora").check_password("a stormy harbour")
