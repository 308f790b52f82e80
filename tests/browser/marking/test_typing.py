"""What a person types or clicks in the card holds, whatever is saved and drawn anew meanwhile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from annotations.marking.models import Entity

from .conftest import Desk, OpenDesk


def hold_saves(desk: Desk) -> Callable[[], None]:
    """Saves wait on the way until the function that comes back is called."""
    held: list[Route] = []
    released: list[bool] = []

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    def release() -> None:
        released.append(True)
        for route in held:
            route.continue_()

    desk.page.route("**/mark/ops", hold)
    return release


def test_letters_typed_while_a_reply_comes_in_stay(desk: Desk) -> None:
    release = hold_saves(desk)
    desk.drag("Norvia,")
    desk.press("Alt+2", "w")
    desk.page.keyboard.type("Hal")
    release()
    expect(desk.chosen.locator(".hints")).to_contain_text("B1")  # the card is drawn anew
    desk.page.keyboard.type("den")
    desk.press("Enter")
    assert desk.answers("Norvia,") == {"entity": "Halden"}
    expect(desk.text).to_be_focused()


# The focus goes, or stays, and in the same moment another card, or none, is drawn.
REPLACE_CARD = """blurred => {
    if (blurred) document.activeElement.blur();
    const escape = new KeyboardEvent("keydown", { key: "Escape", code: "Escape" });
    document.getElementById("text").dispatchEvent(escape);
    document.getElementById("chosen").dispatchEvent(new PointerEvent("pointerdown"));
    document.dispatchEvent(new PointerEvent("pointerup"));
}"""


def test_a_name_left_in_the_moment_its_card_goes_is_kept(desk: Desk) -> None:
    desk.mark("Norvia,", "Alt+2")
    for name, blurred in (("Halden", True), ("Keston", False), ("", True)):
        desk.press("j", "w")
        who = desk.chosen.get_by_role("combobox", name="Who the source is")
        expect(who).to_be_focused()
        desk.press("Control+a", "Backspace")
        desk.page.keyboard.type(name)
        desk.page.evaluate(REPLACE_CARD, blurred)
        expect(who).to_have_count(0)
        assert desk.answers("Norvia,") == ({"entity": name} if name else {})
        desk.text.focus()


def test_a_note_typed_while_a_reply_comes_in_is_kept(desk: Desk) -> None:
    release = hold_saves(desk)
    desk.drag("Norvia,")
    desk.press("Alt+2", "n")
    desk.page.keyboard.type("comma?")
    release()
    expect(desk.chosen.locator(".hints")).to_contain_text("B1")
    desk.click("refund")
    assert desk.span("Norvia,").note == "comma?"


def test_the_click_after_typing_lands(desk: Desk) -> None:
    desk.mark("could possibly supply", "3")
    desk.chosen.get_by_label("Hedge words").fill("might")
    desk.chosen.get_by_role("radio", name="The source").check()
    desk.chosen.get_by_label("Hedge words").fill("could")
    desk.chosen.get_by_role("combobox", name="Whom the claim is about").click()
    desk.page.keyboard.type("Keston")
    desk.chosen.get_by_role("option", name="New name: Keston").click()
    answers = desk.answers("could possibly supply")
    assert answers == {"hedge": "could", "hedger": "source", "about": "Keston"}


def test_tab_after_typing_goes_on(desk: Desk) -> None:
    desk.mark("could possibly supply", "3")
    hedge = desk.chosen.get_by_label("Hedge words")
    hedge.focus()
    desk.press("Control+a")
    desk.page.keyboard.type("might")
    desk.press("Tab")
    about = desk.chosen.get_by_role("combobox", name="Whom the claim is about")
    expect(about).to_be_focused()
    assert desk.answers("could possibly supply") == {"hedge": "might"}
    expect(about).to_be_focused()


def test_an_extent_gets_further_parts_by_keys_alone(desk: Desk) -> None:
    desk.text.focus()
    desk.press("ArrowRight", "Shift+ArrowRight", "x")
    desk.press("ArrowDown", "Shift+ArrowRight", "f")
    assert desk.spans() == [("extent", "EU harbour … This letter")]
    expect(desk.chosen.locator("h2")).to_have_text("Extent")


def test_a_claim_in_parts_is_linked_by_keys_alone(desk: Desk) -> None:
    desk.click("Norvia,")
    desk.press("2", "l", *["ArrowRight"] * 7, "Shift+ArrowRight", "Enter")
    desk.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "f", "Escape")
    assert desk.spans() == [
        ("attribution", "Norvia"),
        ("extent", "Tavish tariffs … Selk as"),
    ]
    assert desk.links() == [("Norvia", "Tavish tariffs … Selk as", "rejected")]


@pytest.mark.parametrize("key", ["c", "Enter"])
def test_new_cue_words_are_chosen_by_keys_alone(desk: Desk, key: str) -> None:
    desk.mark("He", "2")
    desk.press("l")
    desk.drag("a refund")
    desk.press("Escape", "c")
    desk.heard("Select the cue words")
    desk.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", key)
    assert desk.links() == [("He", "a refund", "often demanded")]
    assert desk.spans() == [("attribution", "He"), ("extent", "a refund")]
    expect(desk.chosen.locator("h2")).to_have_text("Attribution")


def test_sentences_that_open_with_a_mark_are_walked_and_marked(open_desk: OpenDesk) -> None:
    desk = open_desk(text="It rained. “We saw nothing,” she said. – Nobody came.\n")
    desk.text.focus()
    desk.press("ArrowDown", "ArrowDown", "ArrowDown", "1")
    desk.press("Shift+u", "1")
    assert desk.spans() == [
        ("reporting", "“We saw nothing,” she said."),
        ("reporting", "– Nobody came."),
    ]


def test_a_selection_grows_by_sentences(desk: Desk) -> None:
    desk.click("continue")
    desk.press("Shift+ArrowDown", "3")
    desk.click("Bramhall")
    desk.press("Shift+ArrowUp", "4")
    desk.press("ArrowDown", "Shift+ArrowDown", "1")
    texts = [words for _, words in desk.spans()]
    assert texts == [
        "EU harbour inspectors are worried that the Norvian group Keston could possibly"
        " supply the notorious dockyard Bramhall",
        "This letter arrives as crews continue to load barges, causing a nuisance.",
        "continue to load barges, causing a nuisance",
    ]


def test_a_dragged_selection_grows_from_its_end(desk: Desk) -> None:
    desk.drag("Norvian group")
    desk.press("Shift+ArrowRight", "3")
    desk.click("arrives")
    desk.press("e", "Shift+ArrowLeft", "Shift+ArrowLeft", "x")
    assert desk.spans() == [
        ("allegation", "Norvian group Keston"),
        ("extent", "This letter arrives as crews continue to load barges, causing"),
    ]


def test_a_source_s_own_words_are_offered_as_its_name(desk: Desk) -> None:
    desk.mark("EU harbour inspectors", "2")
    desk.press("w", "1")
    assert desk.answers("EU harbour inspectors") == {"entity": "EU harbour inspectors"}
    desk.mark("He", "2")
    desk.press("t", "1")  # the kind of source, and on to the open list of names
    options = desk.chosen.get_by_role("option")
    expect(options).to_have_text(["1EU harbour inspectors"])
    desk.press("1")
    assert desk.answers("He")["entity"] == "EU harbour inspectors"


def test_a_name_typed_in_full_is_taken_before_longer_ones(desk: Desk) -> None:
    for words, name in (("Norvia,", "Norvia’s envoy"), ("He", "Norvia"), ("Keston", "Norvia")):
        desk.mark(words, "2")
        desk.press("w")
        desk.page.keyboard.type(name)
        new = desk.chosen.get_by_role("option", name=f"New name: {name}", exact=True)
        desk.press(*["ArrowDown"] * new.count(), "Enter")
    assert [desk.answers(words)["entity"] for words in ("Norvia", "He", "Keston")] == [
        "Norvia’s envoy",
        "Norvia",
        "Norvia",
    ]


def test_a_new_name_of_a_long_list_has_a_digit_too(desk: Desk) -> None:
    for name in "ABCDEFGHIJ":
        Entity.objects.create(study=desk.assignment.study, name=name, folded_name=name.lower())
    desk.page.reload()
    desk.ready().mark("Keston", "2")
    desk.press("w")
    options = desk.chosen.get_by_role("option")
    expect(options).to_have_count(9)
    desk.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    desk.press("9")
    assert desk.answers("Keston") == {"entity": "Keston"}


# What is said of saving, also for a moment only.
NOTE_STATES = """() => {
    const place = document.getElementById("save-state");
    window.states = [];
    const note = () => window.states.push(place.textContent);
    new MutationObserver(note).observe(place, { childList: true });
}"""


def test_a_half_typed_note_is_kept(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.saved().press("n")
    desk.page.evaluate(NOTE_STATES)
    desk.page.keyboard.type("why")
    assert desk.span("Keston").note == "why"  # after a pause, with the caret still in it
    assert desk.page.evaluate("() => window.states[0]") == "Not saved yet"
    desk.page.keyboard.type(" him?")
    expect(desk.page.locator("#note")).to_have_value("why him?")
    desk.page.on("dialog", lambda dialog: dialog.accept())
    desk.page.reload()
    desk.ready().saved()
    assert desk.span("Keston").note == "why him?"
    expect(desk.page.locator("#state")).to_have_text("In progress")


def test_a_new_name_is_not_somebody_else_and_escape_leaves_the_list(desk: Desk) -> None:
    for words, name in (("Norvia,", "Ilana Voss"), ("He", "Ana")):
        desk.mark(words, "2")
        desk.press("w")
        desk.page.keyboard.type(name)
        desk.press("Enter")
        desk.heard(f"Who the source is: {name}")
    assert desk.answers("He")["entity"] == "Ana"
    desk.mark("Keston", "2")
    desk.press("t", "1")
    expect(desk.chosen.get_by_role("listbox")).to_be_visible()
    desk.press("Escape")
    expect(desk.text).to_be_focused()
