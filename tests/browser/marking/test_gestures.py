"""Marking by mouse and by keys: what a gesture makes, and what the database then holds."""

import re

from playwright.sync_api import expect

from .conftest import Desk, OpenDesk

WATCH_SHIFTS = """() => {
    window.shifted = [];
    const text = document.getElementById("text");
    new PerformanceObserver((list) => {
        const nodes = list.getEntries().flatMap((entry) => entry.sources.map(({ node }) => node));
        const inside = nodes.filter((node) => text.contains(node));
        window.shifted.push(...inside.map((node) => node.nodeName));
    }).observe({ type: "layout-shift" });
}"""


def test_a_drag_and_a_key_make_a_span_of_whole_words(desk: Desk) -> None:
    desk.drag("ussian group Wagn")
    desk.press("3")
    assert desk.spans() == [("allegation", "Russian group Wagner")]
    desk.heard("Added Allegation: Russian group Wagner")


def test_a_double_click_and_a_key_mark_the_word(desk: Desk) -> None:
    desk.double_click("terrorist")
    desk.press("4")
    assert desk.spans() == [("characterization", "terrorist")]


def test_a_click_and_a_key_take_the_labels_own_extent(desk: Desk) -> None:
    desk.click("comes")
    desk.press("1")
    desk.click("Russia,")
    desk.press("2")
    assert desk.spans() == [
        ("reporting", "This news comes as fighters continue to launch missiles, posing a threat."),
        ("attribution", "Russia"),
    ]


def test_shift_click_extends_a_selection(desk: Desk) -> None:
    desk.click("advanced")
    place = desk.place("system")
    desk.page.keyboard.down("Shift")
    desk.page.mouse.click(place["to"][0], place["y"])
    desk.page.keyboard.up("Shift")
    desk.press("x")
    assert desk.spans() == [("extent", "advanced system")]


def test_alt_keeps_the_very_characters(desk: Desk) -> None:
    desk.drag("oncern")
    desk.press("Alt+4")
    assert desk.spans() == [("characterization", "oncern")]


def test_an_armed_label_marks_each_selection_and_click_until_escape(desk: Desk) -> None:
    desk.text.focus()
    desk.press("4")
    desk.heard("Characterization is ready")
    desk.click("terrorist")
    desk.drag("close ally")
    desk.press("Escape")
    desk.double_click("advanced")
    assert desk.spans() == [("characterization", "terrorist"), ("characterization", "close ally")]


def test_an_inner_span_is_made_inside_an_outer_one(desk: Desk) -> None:
    desk.click("comes")
    desk.press("1")
    desk.double_click("threat")
    desk.press("4")
    assert [label for label, _ in desk.spans()] == ["reporting", "characterization"]
    expect(desk.page.locator("mark.l1 > span.l4.o1")).to_have_text("threat")


def test_clicks_choose_the_innermost_then_the_outer_then_the_word(desk: Desk) -> None:
    desk.mark("posing a threat", "3")
    desk.mark("threat", "4")
    heading = desk.chosen.locator("h2")
    desk.press("Escape")
    desk.click("threat")
    expect(heading).to_have_text("Characterization")
    desk.click("threat")
    expect(heading).to_have_text("Allegation")
    desk.click("threat")
    expect(heading).to_have_count(0)


def test_a_chosen_span_is_relabelled_and_doubled(desk: Desk) -> None:
    desk.mark("Russian group", "3")
    desk.press("4")
    assert desk.spans() == [("characterization", "Russian group")]
    desk.press("Shift+Digit2")
    assert sorted(desk.spans()) == [
        ("attribution", "Russian group"),
        ("characterization", "Russian group"),
    ]


def test_ends_move_by_word_and_by_character(desk: Desk) -> None:
    desk.mark("Russian group", "3")
    desk.press(".", "Shift+.", ",")
    assert desk.spans() == [("allegation", "the Russian group")]
    desk.press("Shift+,", "Alt+,")
    assert desk.spans() == [("allegation", "Russian grou")]


def test_enter_gives_the_chosen_span_the_selected_words(desk: Desk) -> None:
    desk.mark("Russian group", "3")
    desk.drag("advanced system")
    desk.press("Enter")
    assert desk.spans() == [("allegation", "advanced system")]


def test_delete_removes_and_undo_brings_back_with_its_link(desk: Desk) -> None:
    desk.mark("Russia,", "2")
    desk.press("l")
    desk.drag("Israeli airstrikes on Syria")
    desk.press("Escape")
    before = desk.spans(), desk.links()
    desk.press("Delete")
    assert desk.spans() == [("extent", "Israeli airstrikes on Syria")]
    assert desk.links() == []
    desk.press("Control+z")
    assert (desk.spans(), desk.links()) == before


def test_everything_is_undone_and_redone_after_it_was_saved(desk: Desk) -> None:
    desk.mark("Russian group", "3")
    desk.saved().press("4")
    desk.saved().press(".")
    desk.saved()
    for _ in range(3):
        desk.press("Control+z")
    assert desk.spans() == []
    for _ in range(3):
        desk.press("Control+y")
    assert desk.spans() == [("characterization", "Russian group Wagner")]


def test_a_crossing_span_is_made_with_a_warning(desk: Desk) -> None:
    desk.mark("the Russian group", "3")
    desk.mark("group Wagner", "4")
    assert len(desk.spans()) == 2
    expect(desk.chosen.locator(".hints")).to_contain_text("crosses")


def test_a_span_runs_across_paragraphs(desk: Desk) -> None:
    first, last = desk.place("posing a threat"), desk.place("Russia,")
    desk.page.mouse.move(*first["from"])
    desk.page.mouse.down()
    desk.page.mouse.move(*last["to"], steps=5)
    desk.page.mouse.up()
    desk.press("3")
    assert desk.spans() == [("allegation", "posing a threat.\n\nRussia")]
    expect(desk.page.locator("mark")).to_have_count(2)
    desk.press("Delete")
    expect(desk.page.locator("mark")).to_have_count(0)


def test_a_selection_that_starts_in_the_heading_counts_from_the_text(desk: Desk) -> None:
    box = desk.page.locator("h1").bounding_box()
    assert box
    end = desk.place("US intelligence officials")
    desk.page.mouse.move(box["x"] + 2, box["y"] + 5)
    desk.page.mouse.down()
    desk.page.mouse.move(*end["to"], steps=8)
    desk.page.mouse.up()
    desk.text.focus()
    desk.press("2")
    assert desk.spans() == [("attribution", "US intelligence officials")]


def test_more_than_fifty_words_are_asked_about(desk: Desk) -> None:
    desk.click("comes")
    desk.press("Control+a", "3")
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"Mark \d\d words as allegation\?"))
    dialog.get_by_role("button", name="Leave it").click()
    assert desk.spans() == []


def test_same_words_are_suggested_and_decided_one_by_one(desk: Desk) -> None:
    desk.mark("Russia,", "2")
    desk.press("a")
    desk.heard("Suggested attribution at 1 more place")
    expect(desk.page.locator("mark.sg")).to_have_text("Russia")
    desk.press("g", "Enter")
    expect(desk.page.locator("mark.sg")).to_have_count(0)
    assert desk.spans() == [("attribution", "Russia"), ("attribution", "Russia")]
    desk.press("Delete")
    assert len(desk.spans()) == 1


def test_a_suggestion_is_rejected(desk: Desk) -> None:
    desk.mark("Russia,", "2")
    desk.press("a", "g", "Backspace")
    assert desk.spans() == [("attribution", "Russia")]


def test_the_rest_of_a_paragraph_becomes_reporting_by_sentence(desk: Desk) -> None:
    desk.mark("Russia,", "2")
    desk.press("Escape", "r")
    assert desk.spans() == [
        ("attribution", "Russia"),
        ("reporting", "He has repeatedly urged a ceasefire."),
        ("reporting", "Russia did not comment."),
    ]
    desk.press("Control+z")
    assert desk.spans() == [("attribution", "Russia")]


def test_an_extent_takes_further_fragments_and_a_label_does_not(desk: Desk) -> None:
    desk.mark("missiles", "x")
    desk.drag("fighters continue")
    desk.press("f")
    assert desk.spans() == [("extent", "fighters continue … missiles")]
    desk.mark("a threat", "4")
    desk.drag("This news")
    desk.press("f")
    desk.heard("takes one stretch only")


def test_buttons_do_what_keys_do_and_keep_the_selection(desk: Desk) -> None:
    bar = desk.page.locator("#bar")
    desk.drag("Russian group")
    bar.get_by_role("button", name="Allegation").click()
    assert desk.spans() == [("allegation", "Russian group")]
    desk.chosen.get_by_role("button", name="End one word later").click()
    assert desk.spans() == [("allegation", "Russian group Wagner")]
    bar.get_by_role("button", name="Undo").click()
    bar.get_by_role("button", name="Undo").click()
    assert desk.spans() == []


def test_marking_moves_nothing(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.page.evaluate(WATCH_SHIFTS)
    before = desk.place("ceasefire")
    desk.mark("Russian group Wagner", "3")
    desk.mark("Russia,", "2")
    desk.mark("unacceptable", "4")
    desk.saved()
    after = desk.place("ceasefire")
    assert (before["x"], before["y"]) == (after["x"], after["y"])
    assert desk.page.evaluate("() => window.shifted") == []


def test_what_is_not_article_text_is_never_marked(open_desk: OpenDesk) -> None:
    desk = open_desk(regions=[(0, 3)])
    expect(desk.page.locator(".nat")).to_have_text("US ")
    desk.mark("US intelligence officials", "3")
    assert desk.spans() == [("allegation", "intelligence officials")]
    desk.drag("US")
    desk.press("3")
    desk.heard("not article text")
    assert len(desk.spans()) == 1
