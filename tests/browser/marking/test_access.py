"""Touch, narrow screens, dark, forced colours, screen readers: the page for everyone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations

from .conftest import Desk, OpenDesk

# What native handles do: words of a block become the browser's selection.
SELECT = """([words, block]) => {
    const node = document.querySelectorAll(".b")[block].lastChild;
    const range = document.createRange();
    range.setStart(node, node.data.indexOf(words));
    range.setEnd(node, node.data.indexOf(words) + words.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_desk: OpenDesk, scheme: str) -> None:
    desk = open_desk(color_scheme=scheme)
    desk.mark("Keston could possibly supply", "3")
    desk.mark("possibly", "4")
    desk.mark("EU harbour inspectors", "2")
    desk.press("l", "Enter", "Escape")
    desk.saved()
    for part in ("#codebook-part", "#history-part"):
        desk.page.locator(f"{part} > summary").click()
    assert violations(desk.page) == []
    desk.text.focus()
    desk.press("?")
    assert violations(desk.page) == []


def test_touch_taps_a_word_and_a_label(open_desk: OpenDesk) -> None:
    desk = open_desk(touch=True, width=360)
    place = desk.place("notorious")
    desk.page.touchscreen.tap(place["x"], place["y"])
    desk.page.locator("#bar").get_by_role("button", name="Characterization").tap()
    assert desk.spans() == [("characterization", "notorious")]


def test_touch_marks_what_the_handles_select(open_desk: OpenDesk) -> None:
    desk = open_desk(touch=True, width=360)
    desk.page.evaluate(SELECT, ["harbour inspectors", 0])
    desk.page.locator("#bar").get_by_role("button", name="Attribution").tap()
    assert desk.spans() == [("attribution", "harbour inspectors")]


def test_four_labels_stand_in_one_row_at_360_pixels_and_the_acts_in_another(
    open_desk: OpenDesk,
) -> None:
    desk = open_desk(touch=True, width=360)
    labels, acts = "#bar [data-label]", "#bar .act"
    boxes = {
        each: [one.bounding_box() or {} for one in desk.page.locator(each).all()]
        for each in (labels, acts)
    }
    assert [len(boxes[labels]), len(boxes[acts])] == [4, 5]  # Extent, Link, Undo, Redo and More
    assert [len({round(box["y"]) for box in row}) for row in boxes.values()] == [1, 1]
    every = [box for row in boxes.values() for box in row]
    assert min(box["height"] for box in every) >= 44
    assert max(box["x"] + box["width"] for box in every) <= 360
    uncut = "(all) => all.every((one) => one.scrollWidth <= one.clientWidth)"
    assert desk.page.locator("#bar .chip").evaluate_all(uncut)


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways_on_narrow_screens(open_desk: OpenDesk, width: int) -> None:
    desk = open_desk(width=width)
    spacing = """() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important; }`);
        document.adoptedStyleSheets = [sheet];
    }"""
    desk.page.evaluate(spacing)
    wide = desk.page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= width


def test_details_open_as_a_sheet_on_narrow_screens(open_desk: OpenDesk) -> None:
    desk = open_desk(touch=True, width=390)
    place = desk.place("notorious")
    desk.page.touchscreen.tap(place["x"], place["y"])
    desk.page.locator("#bar").get_by_role("button", name="Characterization").tap()
    desk.page.get_by_role("button", name=re.compile("2 to answer")).first.tap()
    desk.chosen.get_by_role("radio", name="The outlet's").tap()
    assert desk.answers("notorious") == {"voice": "outlet"}
    desk.page.get_by_role("button", name="Close").tap()
    expect(desk.chosen).not_to_be_visible()


def test_the_text_names_its_keys_and_marks_are_not_named(desk: Desk) -> None:
    desk.mark("Keston", "2")
    expect(desk.text).to_have_attribute("aria-roledescription", "annotatable text")
    expect(desk.text).to_have_attribute("aria-label", re.compile("question mark lists all keys"))
    assert desk.page.locator("mark[aria-label], mark[role]").count() == 0


def test_the_live_region_tells_words_and_spans(desk: Desk) -> None:
    desk.mark("notorious dockyard", "4")
    desk.heard("Added Characterization: notorious dockyard. 1 span")
    desk.press("Escape", "ArrowLeft")
    desk.heard("the")
    desk.press("ArrowRight")
    desk.heard("notorious: characterization")


def test_the_list_is_an_equivalent_of_the_marks(desk: Desk) -> None:
    desk.click("arrives")
    desk.press("1")
    desk.double_click("nuisance")
    desk.press("4", "Escape")
    items = desk.page.get_by_role("list", name="Marks in view").get_by_role("button")
    expect(items).to_have_count(2)
    inner = items.nth(1)
    expect(inner).to_have_attribute(
        "aria-label", "Characterization: nuisance, inside reporting, 2 to answer"
    )
    inner.click()
    expect(inner).to_have_attribute("aria-current", "true")
    expect(desk.page.locator("mark.fx")).to_have_text("nuisance")


def test_the_list_is_searched_and_filtered(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.mark("notorious", "4")
    items = desk.page.locator("#list button")
    desk.page.get_by_role("searchbox", name="Search the marks").fill("kes")
    expect(items).to_have_text([re.compile("Keston")])
    desk.page.get_by_role("searchbox", name="Search the marks").fill("")
    desk.page.get_by_label("Show only").select_option("Characterization")
    expect(items).to_have_text([re.compile("notorious")])


def test_the_ribbon_tells_what_is_covered(desk: Desk) -> None:
    desk.click("arrives")
    desk.press("1")
    picture = desk.page.get_by_role("img", name=re.compile("Covered"))
    expect(picture).to_have_accessible_name(re.compile(r"Covered: [1-9]\d? % .*the outlet [1-9]"))
    expect(desk.page.locator(".ribbon .voice.outlet")).to_have_count(1)


def test_the_codebook_card_follows_the_chosen_label(desk: Desk) -> None:
    desk.page.locator("#codebook-part > summary").click()
    desk.double_click("notorious")
    desk.press("4")
    expect(desk.page.locator("#codebook-name")).to_have_text("Characterization")
    card = desk.page.locator("#codebook")
    card.locator("summary", has_text="C1").click()
    expect(card).to_contain_text("Yes")


def test_forced_colours_keep_line_styles_and_show_the_chosen_span(open_desk: OpenDesk) -> None:
    desk = open_desk(forced_colors="active")
    desk.mark("Keston", "2")
    style = "(el) => [getComputedStyle(el).textDecorationStyle, getComputedStyle(el).outlineStyle]"
    assert desk.page.locator("mark").evaluate(style) == ["double", "solid"]


def test_without_highlights_the_cursor_is_a_box(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.page.add_init_script("delete CSS.__proto__.highlights; delete window.Highlight;")
    desk.page.reload()
    desk.ready()
    desk.click("notorious")
    expect(desk.page.locator(".over-cursor")).to_have_count(1)
    desk.press("4")
    assert desk.spans() == [("characterization", "notorious")]


def test_print_leaves_the_text_and_its_marks(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.page.emulate_media(media="print")
    expect(desk.page.locator("#bar")).not_to_be_visible()
    expect(desk.page.locator("#panel")).not_to_be_visible()
    expect(desk.page.locator("mark")).to_be_visible()
    line = desk.page.locator("mark").evaluate("(el) => getComputedStyle(el).textDecorationLine")
    assert line == "underline"


def test_the_browser_paints_as_the_server_does(desk: Desk) -> None:
    desk.mark("the Norvian group Keston could possibly supply", "3")
    desk.mark("Norvian group", "4")
    desk.mark("group Keston", "2")
    desk.drag("causing a nuisance.\n\nNorvia")
    desk.press("x", "Escape")
    desk.saved()
    html = "() => [...document.querySelectorAll('.b')].map((block) => block.innerHTML)"
    painted = desk.page.evaluate(html)
    desk.page.reload()
    desk.ready()
    assert desk.page.evaluate(html) == painted


def test_touch_links_a_source_to_selected_words(open_desk: OpenDesk) -> None:
    desk = open_desk(touch=True, width=390)
    bar, strip = desk.page.locator("#bar"), desk.page.locator("#strip")
    place = desk.place("Norvia,")
    desk.page.touchscreen.tap(place["x"] - 8, place["y"])
    bar.get_by_role("button", name="Attribution").tap()
    bar.get_by_role("button", name="Link", exact=True).tap()
    expect(strip).to_contain_text("Linking")
    desk.page.evaluate(SELECT, ["Tavish tariffs", 1])
    expect(strip).to_have_text("Link the selected words")
    strip.tap()
    assert desk.links() == [("Norvia", "Tavish tariffs", "rejected")]
