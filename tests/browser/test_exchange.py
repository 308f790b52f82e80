"""Marks out and in by the pages: options and losses of a format, the mapping of foreign files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.exchange.models import CorpusImport
from annotations.marking.models import Span, SpanState
from annotations.study.actions import create_study
from annotations.study.models import Role, Study
from tests.browser.axe import violations
from tests.browser.test_shell import sign_in
from tests.people import join, make_user

TEXT = "Officials in 🔥 Arden said the mayor lied."
MARKS = "T1\tSource 0 20\tOfficials in 🔥 Arden\nT2\tClaim 26 40\tthe mayor lied\n"
FILES = [
    {"name": name, "mimeType": "text/plain", "buffer": words.encode()}
    for name, words in (
        ("a.txt", TEXT),
        ("a_carol.ann", MARKS),
        ("a_tagger.ann", MARKS.replace("26 40", "27 41")),  # a little off
    )
]


@pytest.fixture
def led(transactional_db: None, settings: Any, tmp_path: Path) -> Study:
    place = settings.STORAGES["exports"]
    options = {**place["OPTIONS"], "location": tmp_path}
    settings.STORAGES = {**settings.STORAGES, "exports": {**place, "OPTIONS": options}}
    settings.ZEAL_RAISE = False  # the job stores one assignment's marks after the other
    study = create_study(actor=make_user("alice"), name="Strike coverage")
    join(study, make_user("bob"), Role.ANNOTATOR)
    return study


def fits(page: Page, width: int) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_foreign_marks_come_in_by_a_mapping_and_go_out_by_options(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    led: Study,
    scheme: str,
    width: int,
) -> None:
    viewport = {"width": width, "height": 800}
    page = new_context(viewport=viewport, color_scheme=scheme, bypass_csp=True).new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{led.pk}/marks/import/")
    page.get_by_label("Files").set_input_files(FILES)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at the files").click()
    expect(page.get_by_role("heading", name="What is in the files")).to_be_visible()
    expect(page.get_by_text("1 repaired")).to_be_visible()
    expect(page.locator("q", has_text="the mayor lied").first).to_be_visible()
    fits(page, width)
    page.get_by_label("Source", exact=True).select_option(label="Attribution")
    page.get_by_label("tagger", exact=True).select_option(label="Bob")
    page.get_by_role("row", name="tagger").get_by_label("only suggests").check()
    page.get_by_role("button", name="Store it all").click()
    expect(page.get_by_role("heading", name="marks stored")).to_be_visible()
    assert CorpusImport.objects.get().state == "done"
    assert Span.objects.filter(state=SpanState.SUGGESTED).count() == 2

    page.goto(f"{live_server.url}/studies/{led.pk}/export/")
    page.get_by_label("CoNLL, BIO or BIOES tags").check()
    expect(page.get_by_text("Of overlapping spans of one label only")).to_be_visible()
    page.get_by_label("Tags", exact=True).select_option("bioes")
    page.get_by_label("Pseudonyms for people").check()
    fits(page, width)
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_role("heading", name="The file is ready")).to_be_visible()
    expect(page.get_by_text("replaced by pseudonyms")).to_be_visible()
    fits(page, width)
    assert led.exports.get().options["scheme"] == "bioes"
