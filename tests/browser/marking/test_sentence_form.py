"""The sentence form in Chromium: with a script by keyboard, and without any script."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.marking.models import Link, Span
from annotations.study.models import Study
from tests.browser.marking.conftest import TEXT, enter
from tests.people import assign, make_article

OpenForm = Callable[..., Page]


@pytest.fixture
def open_form(
    study: Study, bob: User, live_server: LiveServer, new_context: Callable[..., BrowserContext]
) -> OpenForm:
    def opened(script: bool = True, text: str = TEXT) -> Page:
        assignment: Assignment = assign(make_article(study, text), bob)
        context = new_context(java_script_enabled=script)
        enter(context, live_server.url, bob)
        page = context.new_page()
        where = {"study_id": study.pk, "article_id": assignment.article_id}
        page.goto(live_server.url + reverse("marking:sentences", kwargs=where))
        return page

    return opened


def test_words_are_selected_by_keyboard_and_nothing_changes_the_sentence(
    open_form: OpenForm,
) -> None:
    page = open_form(text="One 🙂 two and two again. Then more.\n")
    guarded = page.get_by_label("Select the words in the sentence")
    whole = guarded.input_value()
    guarded.focus()
    for key in ("Control+End", "x", "Delete", "Backspace", "Control+x", "Enter"):
        page.keyboard.press(key)
    page.keyboard.insert_text("typed")
    expect(guarded).to_have_value(whole)
    page.keyboard.press("Control+End")
    for _ in range(len(" again.")):
        page.keyboard.press("ArrowLeft")
    for _ in range(len("two")):
        page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_label("Words to mark")).to_have_value("two")
    page.get_by_label("Attribution", exact=True).first.check()
    page.get_by_role("button", name="Save the mark").click()
    expect(page.get_by_role("heading", name="Attribution: two")).to_be_visible()
    text = "One 🙂 two and two again. Then more.\n"
    start = text.rindex("two")
    assert Span.objects.get().stretch == f"{start}-{start + 3}"


def test_an_article_is_marked_and_submitted_without_a_script(
    open_form: OpenForm, expected_console: list[str]
) -> None:
    expected_console.append("status of 422")  # the question before submitting
    page = open_form(script=False)
    expect(page.get_by_label("Select the words in the sentence")).to_be_hidden()
    for label, words in (
        ("Attribution", "EU harbour inspectors"),
        ("Allegation", "Keston could possibly supply the notorious dockyard Bramhall"),
    ):
        page.get_by_label("Words to mark").fill(words)
        page.get_by_label(label, exact=True).first.check()
        page.get_by_role("button", name="Save the mark").click()
    page.get_by_label("Cue words").fill("are worried")
    page.get_by_role("button", name="Link them").click()
    expect(page.get_by_text("by “are worried”")).to_be_visible()
    assert Link.objects.get().cue_quote == "are worried"
    page.get_by_label("What kind of source").select_option("Unnamed person or group")
    page.get_by_role("button", name="Save Attribution").click()
    page.get_by_role("button", name="Submit the article").click()
    expect(page.get_by_role("heading", name="Not yet submitted")).to_be_visible()
    page.get_by_role("button", name="Submit as it is").click()
    expect(page.get_by_text("is submitted.")).to_be_visible()
    assert Assignment.objects.get().state == "submitted"
