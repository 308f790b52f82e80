"""Everything by keys alone: moving, selecting, marking, linking, answering."""

import pytest
from playwright.sync_api import expect

from .conftest import Desk, OpenDesk

PRESS = """([key, code]) => document.getElementById("text").dispatchEvent(
    new KeyboardEvent("keydown", { key, code, bubbles: true }))"""


def test_arrows_move_by_word_and_shift_extends(desk: Desk) -> None:
    desk.text.focus()
    desk.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    assert desk.page.evaluate("() => getSelection().toString()") == "harbour inspectors are"
    desk.press("Shift+ArrowLeft", "2")
    assert desk.spans() == [("attribution", "harbour inspectors")]


def test_ctrl_and_arrows_go_five_words_at_once(desk: Desk) -> None:
    desk.text.focus()
    desk.press("ArrowRight", "Control+ArrowRight", "Control+Shift+ArrowRight", "3")
    desk.press("Escape", "Control+ArrowLeft", "Control+ArrowLeft", "4")
    assert desk.spans() == [
        ("characterization", "EU"),
        ("allegation", "that the Norvian group Keston could"),
    ]


def test_the_line_of_keys_shows_a_changed_key(desk: Desk) -> None:
    legend = desk.page.locator("#legend [data-key=link]")
    expect(legend).to_have_text("L link")
    desk.page.evaluate("() => localStorage.setItem('sourcemark.keys', '{\"link\": [\"z\"]}')")
    desk.page.reload()
    desk.ready()
    expect(legend).to_have_text("Z link")


def test_digits_work_by_place_and_on_the_numpad(desk: Desk) -> None:
    desk.click("notorious")
    desk.page.evaluate(PRESS, ["4", "Numpad4"])
    desk.click("untested")
    desk.page.evaluate(PRESS, ["'", "Digit4"])
    assert [words for _, words in desk.spans()] == ["notorious", "untested"]


def test_keys_are_left_alone_outside_the_text(desk: Desk) -> None:
    desk.click("notorious")
    search = desk.page.get_by_role("searchbox", name="Search the marks")
    search.focus()
    desk.press("4")
    expect(search).to_have_value("4")
    assert desk.spans() == []


def test_a_sentence_and_a_quotation_are_taken_whole(desk: Desk) -> None:
    desk.click("unlawful")
    desk.press("q", "4", "Escape", "ArrowDown", "e", "1")
    assert desk.spans() == [
        ("characterization", "“unlawful”"),
        ("reporting", "He has often demanded a refund."),
    ]


def test_spans_are_walked_and_gaps_found(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.mark("refund", "4")
    heading = desk.chosen.locator("h2")
    desk.press("k")
    expect(heading).to_have_text("Attribution")
    desk.press("j")
    expect(heading).to_have_text("Characterization")
    desk.press("Shift+u", "1")
    desk.press("u", "1")
    assert [words[:9] for label, words in desk.spans() if label == "reporting"] == [
        "Norvia, a",
        "Norvia di",
    ]


def test_a_source_is_linked_to_the_nearest_and_the_nth_claim(desk: Desk) -> None:
    desk.mark("could possibly supply", "3")
    desk.mark("notorious", "4")
    desk.mark("EU harbour inspectors", "2")
    desk.press("l", "Enter", "1", "Escape")
    assert desk.links() == [
        ("EU harbour inspectors", "could possibly supply", "are worried"),
        ("EU harbour inspectors", "notorious", "the"),
    ]


def test_claims_are_drawn_and_linked_with_keys_alone(desk: Desk) -> None:
    desk.click("Norvia,")
    desk.press("2", "l", *["ArrowRight"] * 7)
    desk.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Enter", "Escape")
    assert desk.links() == [("Norvia", "Tavish tariffs on Selk", "rejected")]


def test_the_cue_is_chosen_anew_and_taken_away(desk: Desk) -> None:
    desk.mark("He", "2")
    desk.press("l")
    desk.drag("a refund")
    assert desk.links() == [("He", "a refund", "has often demanded")]
    desk.press("Escape")
    desk.press("c")
    desk.drag("demanded")
    assert desk.links() == [("He", "a refund", "demanded")]
    desk.press("Control+z")
    assert desk.links() == [("He", "a refund", "has often demanded")]


def test_attributes_are_answered_by_digits(desk: Desk) -> None:
    desk.click("notorious")
    desk.press("4", "t")
    desk.press("1", "1")
    assert desk.answers("notorious") == {"voice": "outlet", "polarity": "negative"}
    expect(desk.text).to_be_focused()
    desk.press("Control+z", "Control+z")
    assert desk.answers("notorious") == {}


def test_a_pronoun_is_resolved_in_two_keys(desk: Desk) -> None:
    desk.mark("Norvia,", "2")
    desk.press("w")
    desk.page.keyboard.type("Ivor Pell")
    desk.press("Enter")
    assert desk.answers("Norvia") == {"entity": "Ivor Pell"}
    desk.mark("He", "2")
    desk.press("w", "1")
    assert desk.answers("He") == {"entity": "Ivor Pell"}
    expect(desk.text).to_be_focused()


SLOW_FRAMES = """() => {
    const ask = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (draw) => setTimeout(() => ask(draw), 300);
}"""


def test_a_note_and_a_flag_are_kept(desk: Desk) -> None:
    desk.page.evaluate(SLOW_FRAMES)  # the panel is drawn while somebody is typing in it
    desk.click("notorious")
    desk.press("4", "n")
    desk.page.keyboard.type("load")
    desk.saved()  # the pause keeps what is typed; the note is one step back all the same
    desk.page.keyboard.type("ed?")
    desk.press("Enter", "s", "2")
    span = desk.span("notorious")
    assert (span.note, span.flag) == ("loaded?", "label")
    expect(desk.text).to_be_focused()
    desk.press("Control+z", "Control+z")
    span = desk.span("notorious")
    assert (span.note, span.flag) == ("", "")


def test_escape_leaves_a_note_without_losing_the_place(desk: Desk) -> None:
    desk.click("notorious")
    desk.press("4", "n", "Escape")
    expect(desk.text).to_be_focused()


def test_help_lists_the_keys_and_changes_one(desk: Desk) -> None:
    desk.mark("Norvia,", "2")
    desk.press("?")
    dialog = desk.page.get_by_role("dialog", name="Keys and settings")
    button = dialog.get_by_role("button", name="Change the key L of")
    button.click()
    desk.press("j")
    expect(dialog.get_by_role("alert")).to_contain_text("J is the key of: Next span")
    button.click()
    desk.press("z")
    desk.press("Escape")
    desk.text.focus()
    desk.press("z")
    expect(desk.page.locator(".linking")).to_be_visible()


@pytest.mark.parametrize("key", ["Dead", "Process"])
def test_input_methods_are_ignored(desk: Desk, key: str) -> None:
    desk.click("notorious")
    desk.page.evaluate(PRESS, [key, "Digit4"])
    assert desk.spans() == []


def test_right_to_left_text_moves_by_what_is_seen(open_desk: OpenDesk) -> None:
    text = "قال المسؤول الكبير إن الهجوم المزعوم وقع يوم الاثنين. ونفى الوزير ذلك.\n"
    desk = open_desk(text=text, language="ar", direction="rtl")
    desk.text.focus()
    desk.press("ArrowLeft", "ArrowLeft", "Shift+ArrowLeft", "2")
    assert desk.spans() == [("attribution", "المسؤول الكبير")]
    desk.drag("الهجوم المزعوم")
    desk.press("3")
    assert desk.spans()[1] == ("allegation", "الهجوم المزعوم")


def test_emoji_and_combining_marks_are_never_cut(open_desk: OpenDesk) -> None:
    text = "Mayor 👩‍🚀 Ana won 👍🏽 today. The 🇫🇷 flag flew at Cafe\u0301 Noir.\n"
    desk = open_desk(text=text)
    desk.mark("Ana won 👍🏽", "3")
    desk.mark("Cafe\u0301", "4")
    assert desk.spans() == [("allegation", "Ana won 👍🏽"), ("characterization", "Cafe\u0301")]
    desk.press("Alt+,")
    assert desk.spans()[1] == ("characterization", "Caf")
    desk.press("Alt+.")
    assert desk.spans()[1] == ("characterization", "Cafe\u0301")
