"""Bringing articles in, and marking what is not article text, in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.corpus.actions import add_article, prepare_import
from annotations.corpus.models import Article, Region
from annotations.study.models import Study
from tests.browser.axe import violations
from tests.browser.test_shell import sign_in
from tests.corpus.samples import FIRE, jsonl
from tests.people import make_study, make_user

TEXT = "Two 😀 died on Tuesday.\n\nPhoto: smoke over the quay.\n\nNobody “saw” it.\n"


@pytest.fixture
def study(transactional_db: None) -> Study:
    return make_study(make_user("alice"))


@pytest.fixture
def article(study: Study) -> Article:
    return add_article(study=study, actor=study.created_by, title="Fire", text=TEXT)


def select(page: Page, first: str, last: str) -> None:
    """Drag from the beginning of `first` to the end of `last`."""
    boxes = page.evaluate(
        """([first, last]) => {
          const walker = document.createTreeWalker(document.getElementById("text"), 4);
          const range = document.createRange();
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const from = node.data.indexOf(first);
            const to = node.data.indexOf(last);
            if (from >= 0) range.setStart(node, from);
            if (to >= 0) range.setEnd(node, to + last.length);
          }
          const rects = [...range.getClientRects()];
          const [a, b] = [rects[0], rects[rects.length - 1]];
          return [a.left + 1, a.top + a.height / 2, b.right, b.top + b.height / 2];
        }""",
        [first, last],
    )
    page.mouse.move(boxes[0], boxes[1])
    page.mouse.down()
    page.mouse.move(boxes[2], boxes[3], steps=5)
    page.mouse.up()


def test_files_are_looked_at_and_then_stored(
    page: Page, live_server: LiveServer, study: Study, tmp_path: Path
) -> None:
    wire = tmp_path / "wire.jsonl"
    wire.write_bytes(jsonl(FIRE, "[1]"))
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{study.pk}/articles/")
    page.get_by_role("link", name="Import articles").first.click()
    page.get_by_label("Files").set_input_files(wire)
    page.get_by_role("button", name="Look at the files").click()
    expect(page.get_by_text("Not stored")).to_be_visible()
    page.get_by_role("button", name="Store 1 article").click()
    expect(page.get_by_role("heading", name="1 article stored")).to_be_visible()
    assert Article.objects.get().text == FIRE["text"]


def test_a_stretch_is_marked_with_the_mouse(
    page: Page, live_server: LiveServer, article: Article
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{article.study_id}/articles/{article.pk}/")
    select(page, "Photo", "quay.")
    expect(page.get_by_label("Words")).to_have_value("Photo: smoke over the quay.")
    page.get_by_role("button", name="Mark as not article text").click()
    expect(page.locator("#text .nat")).to_have_text("Photo: smoke over the quay.")
    region = Region.objects.get()
    assert (region.start, region.end) == (24, 51)
    page.get_by_role("button", name="Unmark").click()
    expect(page.locator("#text .nat")).to_have_count(0)


def test_a_stretch_is_marked_by_the_keyboard_alone(
    page: Page, live_server: LiveServer, article: Article
) -> None:
    sign_in(page, live_server)
    url = f"{live_server.url}/studies/{article.study_id}/articles/{article.pk}/regions/sentences/"
    page.goto(url)
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(3)
    boxes.first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#text .nat")).to_have_text("Photo: smoke over the quay.")


def test_words_are_marked_without_a_script(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, article: Article
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{article.study_id}/articles/{article.pk}/")
    page.get_by_label("Words").fill("Photo: smoke over the quay.")
    page.get_by_role("button", name="Mark as not article text").click()
    expect(page.locator("#text .nat")).to_have_text("Photo: smoke over the quay.")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_every_page_passes_axe_and_fits_its_window(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    article: Article,
    scheme: str,
    width: int,
) -> None:
    made = prepare_import(
        study=article.study,
        actor=article.imported_by,
        files=[("a.txt", TEXT.encode()), ("b.txt", b"\xff"), ("w.jsonl", jsonl(FIRE))],
    )
    # Axe is injected as a script, which our own policy rightly refuses.
    context = new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    sign_in(page, live_server)
    base = f"{live_server.url}/studies/{article.study_id}/articles/"
    own = f"{base}{article.pk}/"
    for url in (
        base,
        f"{base}bin/",
        f"{base}import/",
        f"{base}import/{made.pk}/",
        own,
        f"{own}edit/",
        f"{own}regions/sentences/",
    ):
        page.goto(url)
        assert violations(page) == [], url
        assert page.evaluate("document.documentElement.scrollWidth") <= width
