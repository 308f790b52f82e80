"""Marking by mouse and by keys: what a gesture makes, and what the database then holds."""

import re

import pytest
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
    desk.drag("orvian group Kest")
    desk.press("3")
    assert desk.spans() == [("allegation", "Norvian group Keston")]
    desk.heard("Added Allegation: Norvian group Keston")


def test_a_double_click_and_a_key_mark_the_word(desk: Desk) -> None:
    desk.double_click("notorious")
    desk.press("4")
    assert desk.spans() == [("characterization", "notorious")]


def test_a_click_and_a_key_take_the_labels_own_extent(desk: Desk) -> None:
    desk.click("arrives")
    desk.press("1")
    desk.click("Norvia,")
    desk.press("2")
    assert desk.spans() == [
        ("reporting", "This letter arrives as crews continue to load barges, causing a nuisance."),
        ("attribution", "Norvia"),
    ]


def test_shift_click_extends_a_selection(desk: Desk) -> None:
    desk.click("untested")
    place = desk.place("engine")
    desk.page.keyboard.down("Shift")
    desk.page.mouse.click(place["to"][0], place["y"])
    desk.page.keyboard.up("Shift")
    desk.press("x")
    assert desk.spans() == [("extent", "untested engine")]


def test_alt_keeps_the_very_characters(desk: Desk) -> None:
    desk.drag("orrie")
    desk.press("Alt+4")
    assert desk.spans() == [("characterization", "orrie")]


def test_an_armed_label_marks_each_selection_and_click_until_escape(desk: Desk) -> None:
    desk.text.focus()
    desk.press("4")
    desk.heard("Characterization is ready")
    desk.click("notorious")
    desk.drag("loyal partner")
    desk.press("Escape")
    desk.double_click("untested")
    assert desk.spans() == [
        ("characterization", "notorious"),
        ("characterization", "loyal partner"),
    ]


def test_an_inner_span_is_made_inside_an_outer_one(desk: Desk) -> None:
    desk.click("arrives")
    desk.press("1")
    desk.double_click("nuisance")
    desk.press("4")
    assert [label for label, _ in desk.spans()] == ["reporting", "characterization"]
    expect(desk.page.locator("mark.l1 > span.l4.o1")).to_have_text("nuisance")


def test_clicks_choose_the_innermost_then_the_outer_then_the_word(desk: Desk) -> None:
    desk.mark("causing a nuisance", "3")
    desk.mark("nuisance", "4")
    heading = desk.chosen.locator("h2")
    desk.press("Escape")
    desk.click("nuisance")
    expect(heading).to_have_text("Characterization")
    desk.click("nuisance")
    expect(heading).to_have_text("Allegation")
    desk.click("nuisance")
    expect(heading).to_have_count(0)


def test_a_chosen_span_is_relabelled_and_doubled(desk: Desk) -> None:
    desk.mark("Norvian group", "3")
    desk.press("4")
    assert desk.spans() == [("characterization", "Norvian group")]
    desk.press("Shift+Digit2")
    assert sorted(desk.spans()) == [
        ("attribution", "Norvian group"),
        ("characterization", "Norvian group"),
    ]


def test_ends_move_by_word_and_by_character(desk: Desk) -> None:
    desk.mark("Norvian group", "3")
    desk.press(".", "Shift+.", ",")
    assert desk.spans() == [("allegation", "the Norvian group")]
    desk.press("Shift+,", "Alt+,")
    assert desk.spans() == [("allegation", "Norvian grou")]


def test_enter_gives_the_chosen_span_the_selected_words(desk: Desk) -> None:
    desk.mark("Norvian group", "3")
    desk.drag("untested engine")
    desk.press("Enter")
    assert desk.spans() == [("allegation", "untested engine")]


def test_delete_removes_and_undo_brings_back_with_its_link(desk: Desk) -> None:
    desk.mark("Norvia,", "2")
    desk.press("l")
    desk.drag("Tavish tariffs on Selk")
    desk.press("Escape")
    before = desk.spans(), desk.links()
    desk.press("Delete")
    assert desk.spans() == [("extent", "Tavish tariffs on Selk")]
    assert desk.links() == []
    desk.press("Control+z")
    assert (desk.spans(), desk.links()) == before


def test_everything_is_undone_and_redone_after_it_was_saved(desk: Desk) -> None:
    desk.mark("Norvian group", "3")
    desk.saved().press("4")
    desk.saved().press(".")
    desk.saved()
    for _ in range(3):
        desk.press("Control+z")
    assert desk.spans() == []
    for _ in range(3):
        desk.press("Control+y")
    assert desk.spans() == [("characterization", "Norvian group Keston")]


def test_answers_names_notes_flags_and_a_removal_are_undone_and_redone(desk: Desk) -> None:
    desk.mark("Norvia,", "2")
    desk.press("w")
    desk.page.keyboard.type("Ivor Pell")
    desk.press("Enter", "n")
    desk.page.keyboard.type("hm")
    desk.press("Enter", "s", "2", ".")
    desk.saved().press("Delete")
    for _ in range(6):
        desk.press("Control+z")
    assert desk.spans() == []
    for _ in range(5):
        desk.press("Control+y")
    span = desk.span("Norvia, a")
    assert (span.note, span.flag) == ("hm", "label")
    assert desk.answers("Norvia, a") == {"entity": "Ivor Pell"}
    desk.press("Control+y")
    assert desk.spans() == []


def test_a_crossing_span_is_made_with_a_warning(desk: Desk) -> None:
    desk.mark("the Norvian group", "3")
    desk.mark("group Keston", "4")
    assert len(desk.spans()) == 2
    expect(desk.chosen.locator(".hints")).to_contain_text("crosses")


def test_a_span_runs_across_paragraphs(desk: Desk) -> None:
    first, last = desk.place("causing a nuisance"), desk.place("Norvia,")
    desk.page.mouse.move(*first["from"])
    desk.page.mouse.down()
    desk.page.mouse.move(*last["to"], steps=5)
    desk.page.mouse.up()
    desk.press("3")
    assert desk.spans() == [("allegation", "causing a nuisance.\n\nNorvia")]
    expect(desk.page.locator("mark")).to_have_count(2)
    desk.press("Delete")
    expect(desk.page.locator("mark")).to_have_count(0)


def test_a_selection_that_starts_in_the_heading_counts_from_the_text(desk: Desk) -> None:
    box = desk.page.locator("h1").bounding_box()
    assert box
    end = desk.place("EU harbour inspectors")
    desk.page.mouse.move(box["x"] + 2, box["y"] + 5)
    desk.page.mouse.down()
    desk.page.mouse.move(*end["to"], steps=8)
    desk.page.mouse.up()
    desk.text.focus()
    desk.press("2")
    assert desk.spans() == [("attribution", "EU harbour inspectors")]


def test_more_than_fifty_words_are_asked_about(desk: Desk) -> None:
    desk.click("arrives")
    desk.press("Control+a", "3")
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"Mark \d\d words as allegation\?"))
    dialog.get_by_role("button", name="Leave it").click()
    assert desk.spans() == []


def test_same_words_are_suggested_and_decided_one_by_one(desk: Desk) -> None:
    desk.mark("Norvia,", "2")
    desk.press("a")
    desk.heard("Suggested attribution at 1 more place")
    expect(desk.page.locator("mark.sg")).to_have_text("Norvia")
    desk.press("g", "Enter")
    expect(desk.page.locator("mark.sg")).to_have_count(0)
    assert desk.spans() == [("attribution", "Norvia"), ("attribution", "Norvia")]
    desk.press("Delete")
    assert len(desk.spans()) == 1


def test_a_suggestion_is_rejected(desk: Desk) -> None:
    desk.mark("Norvia,", "2")
    desk.press("a", "g", "Backspace")
    assert desk.spans() == [("attribution", "Norvia")]


def test_the_rest_of_a_paragraph_becomes_reporting_by_sentence(desk: Desk) -> None:
    desk.mark("Norvia,", "2")
    desk.press("Escape", "r")
    assert desk.spans() == [
        ("attribution", "Norvia"),
        ("reporting", "He has often demanded a refund."),
        ("reporting", "Norvia did not answer."),
    ]
    desk.press("Control+z")
    assert desk.spans() == [("attribution", "Norvia")]


def test_an_extent_takes_further_fragments_and_a_label_does_not(desk: Desk) -> None:
    desk.mark("barges", "x")
    desk.drag("crews continue")
    desk.press("f")
    assert desk.spans() == [("extent", "crews continue … barges")]
    desk.mark("a nuisance", "4")
    desk.drag("This letter")
    desk.press("f")
    desk.heard("takes one stretch only")


def test_buttons_do_what_keys_do_and_keep_the_selection(desk: Desk) -> None:
    bar = desk.page.locator("#bar")
    desk.drag("Norvian group")
    bar.get_by_role("button", name="Allegation").click()
    assert desk.spans() == [("allegation", "Norvian group")]
    desk.chosen.get_by_role("button", name="End one word later").click()
    assert desk.spans() == [("allegation", "Norvian group Keston")]
    bar.get_by_role("button", name="Undo").click()
    bar.get_by_role("button", name="Undo").click()
    assert desk.spans() == []


def test_marking_moves_nothing(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.page.evaluate(WATCH_SHIFTS)
    before = desk.place("refund")
    desk.mark("Norvian group Keston", "3")
    desk.mark("Norvia,", "2")
    desk.mark("unlawful", "4")
    desk.saved()
    after = desk.place("refund")
    assert (after["x"], after["y"]) == pytest.approx((before["x"], before["y"]), abs=0.1)
    assert desk.page.evaluate("() => window.shifted") == []


def test_what_is_not_article_text_is_never_marked(open_desk: OpenDesk) -> None:
    desk = open_desk(regions=[(0, 3)])
    expect(desk.page.locator(".nat")).to_have_text("EU ")
    desk.mark("EU harbour inspectors", "3")
    assert desk.spans() == [("allegation", "harbour inspectors")]
    desk.drag("EU")
    desk.press("3")
    desk.heard("not article text")
    assert len(desk.spans()) == 1


def test_trouble_with_saving_moves_nothing(desk: Desk, expected_console: list[str]) -> None:
    expected_console.append("net::ERR_")
    before = desk.place("refund")
    desk.page.context.set_offline(True)
    desk.mark("notorious", "4")
    expect(desk.page.locator("#save-state")).to_contain_text("Offline: 1 change not saved yet")
    assert desk.place("refund")["y"] == before["y"]
    desk.page.context.set_offline(False)
    desk.saved()


def test_saving_and_submitting_stay_in_view_while_reading_on(open_desk: OpenDesk) -> None:
    desk = open_desk(text="A sentence of a long article.\n\n" * 40)
    desk.page.mouse.wheel(0, 1500)
    for width in (1280, 390):
        desk.page.set_viewport_size({"width": width, "height": 700})
        expect(desk.page.get_by_role("button", name="Submit…")).to_be_in_viewport()
        expect(desk.page.locator("#save-state")).to_be_in_viewport()


def test_answers_show_their_digits_only_while_digits_answer(desk: Desk) -> None:
    desk.mark("notorious", "4")
    digit = desk.chosen.locator(".option-key").first
    expect(digit).not_to_be_visible()
    desk.press("t")
    expect(digit).to_be_visible()


def test_linking_says_what_was_linked_and_how_to_go_on(desk: Desk) -> None:
    desk.mark("Norvia,", "2")
    desk.press("l")
    linking = desk.chosen.locator(".linking")
    expect(linking).to_contain_text("Link to a claim. Select it or click its mark.")
    desk.drag("Tavish tariffs on Selk")
    expect(linking).to_contain_text(
        "Linked to Extent: Tavish tariffs on Selk. Is there another? Press L, then select it"
        " or click its mark."
    )


def test_the_way_on_has_the_focus_when_submitting(desk: Desk) -> None:
    dialog = desk.page.get_by_role("dialog", name="Submit this article?")
    desk.text.focus()
    desk.press("Control+Enter")
    expect(dialog.get_by_role("button", name="Submit and go on")).to_be_focused()
    desk.press("Escape")
    desk.mark("notorious", "4")
    desk.press("Control+Enter")
    expect(dialog.get_by_role("button", name="Back to the text")).to_be_focused()
