"""The plan is shown in place: the page does not jump back to its top."""

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.study.models import Role
from tests.browser.test_shell import sign_in
from tests.people import join, make_article, make_study, make_user


def test_the_preview_is_focused_and_in_sight_and_can_be_carried_out(
    page: Page, live_server: LiveServer
) -> None:
    study = make_study(make_user("alice"))
    for name in ("bob", "carol"):
        join(study, make_user(name), Role.ANNOTATOR)
    for n in range(3):
        make_article(study, f"Text {n}.", f"Article {n}")
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{study.pk}/assignments/")
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Show the plan").click()
    heading = page.get_by_role("heading", name="The plan")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    assert page.evaluate("window.stayed")
    page.get_by_role("button", name="Make 3 assignments").or_(
        page.get_by_role("button", name="Make 6 assignments")
    ).click()
    expect(page.get_by_text("assignments made")).to_be_visible()
    assert study.assignments.count() == 6
