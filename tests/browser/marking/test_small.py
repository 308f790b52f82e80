"""400 % zoom, which is a window 320 pixels wide; and fingers, which need room."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.study.models import Role, Study
from tests.people import join

from .conftest import Desk, OpenDesk, enter

# What is seen but reaches over the edge, unless it can be scrolled to or is meant to be shortened.
OVER_THE_EDGE = """() => {
    const seen = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const within = (el) => {
        for (let up = el; up && up !== document.body; up = up.parentElement) {
            const { overflowX, textOverflow, clipPath, position } = getComputedStyle(up);
            if (["auto", "scroll"].includes(overflowX)) return true;
            if (textOverflow === "ellipsis" || clipPath !== "none") return true;
            if (up.closest(".skip") || (position === "fixed" && !seen(up))) return true;
        }
        return false;
    };
    return [...document.body.querySelectorAll("*")]
        .filter((el) => seen(el) && el.getClientRects().length)
        .filter((el) => {
            const { left, right, width } = el.getBoundingClientRect();
            return width && (right > innerWidth + 1 || left < -1) && !within(el);
        })
        .map((el) => el.outerHTML.slice(0, 90));
}"""

# Controls that are smaller than so many pixels, as fingers meet them: a label is its field's.
SMALL = """([selector, least]) => [...document.querySelectorAll(selector)]
    .filter((el) => el.checkVisibility({ visibilityProperty: true }) && !el.closest(".skip"))
    .filter((el) => getComputedStyle(el).display !== "inline")
    .map((el) => [el.closest(".option") ?? el.closest("label, .check") ?? el, el])
    .filter(([area]) => {
        const { width, height } = area.getBoundingClientRect();
        return width < least - 0.5 || height < least - 0.5;
    })
    .map(([, el]) => el.outerHTML.slice(0, 110))"""
CONTROLS = "button, a, input:not([type=hidden]), select, textarea, summary"
MAIN = "#bar .label-button, #submit-open, #strip, dialog[open] .button:not(.little)"


def nothing_is_cut(page: Page) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    assert page.evaluate(OVER_THE_EDGE) == []


def furnish(desk: Desk) -> None:
    """Spans of all kinds, a link, a hint; the last source is chosen."""
    desk.mark("Keston could possibly supply", "3")
    desk.mark("notorious", "4")
    desk.mark("EU harbour inspectors", "2")
    desk.press("l", "1", "2", "Escape")
    desk.saved()


def test_nothing_is_cut_on_the_marking_page_at_400_percent(open_desk: OpenDesk) -> None:
    desk = open_desk(width=320)
    address = "https://harbour.example/a-long-address-without-a-place-to-break"
    Article.objects.update(url=address, byline="Ana Lind")
    desk.page.reload()
    furnish(desk.ready())
    expect(desk.page.get_by_text(address)).to_be_visible()
    nothing_is_cut(desk.page)
    desk.page.locator("#strip").click()
    for part in ("#codebook-part", "#history-part"):
        desk.page.locator(f"{part} > summary").click()
    expect(desk.page.locator("#history li").first).to_be_visible()
    nothing_is_cut(desk.page)
    desk.page.get_by_role("button", name="Close").first.click()
    desk.text.focus()
    desk.press("?")
    expect(desk.page.get_by_role("dialog", name="Keys and settings")).to_be_visible()
    nothing_is_cut(desk.page)
    desk.press("Escape", "Control+Enter")
    expect(desk.page.get_by_role("dialog", name="Submit this article?")).to_be_visible()
    nothing_is_cut(desk.page)


@pytest.mark.parametrize("name", ["home", "agreement"])
def test_nothing_is_cut_on_other_pages_at_400_percent(
    open_desk: OpenDesk, alice: User, study: Study, name: str
) -> None:
    desk = open_desk(width=320)
    base = desk.page.url.split("/studies/")[0]
    if name == "home":
        desk.page.goto(f"{base}/")
    else:
        join(study, alice, Role.CURATOR)
        enter(desk.page.context, base, alice)
        desk.page.goto(base + reverse("reports:agreement", kwargs={"study_id": study.pk}))
    expect(desk.page.locator("h1")).to_be_visible()
    nothing_is_cut(desk.page)


def test_fingers_find_every_control(open_desk: OpenDesk) -> None:
    desk = open_desk(touch=True, width=360)
    furnish(desk)
    desk.page.wait_for_timeout(500)
    assert desk.page.evaluate(SMALL, [CONTROLS, 24]) == []
    assert desk.page.evaluate(SMALL, [MAIN, 44]) == []
    desk.page.locator("#strip").tap()
    for part in ("#codebook-part", "#history-part"):
        desk.page.locator(f"{part} > summary").tap()
    expect(desk.page.locator("#history li").first).to_be_visible()
    assert desk.page.evaluate(SMALL, [CONTROLS, 24]) == []
    desk.page.get_by_role("button", name="Close").first.tap()
    desk.page.locator("#bar summary").tap()
    assert desk.page.evaluate(SMALL, [CONTROLS, 24]) == []
    desk.page.locator("#bar").get_by_role("button", name="Keys and settings").tap()
    expect(desk.page.get_by_role("dialog", name="Keys and settings")).to_be_visible()
    assert desk.page.evaluate(SMALL, [CONTROLS, 24]) == []
    desk.press("Escape")
    desk.page.get_by_role("button", name="Submit…").tap()
    expect(desk.page.get_by_role("dialog", name="Submit this article?")).to_be_visible()
    assert desk.page.evaluate(SMALL, [CONTROLS, 24]) == []
    assert desk.page.evaluate(SMALL, [MAIN, 44]) == []
