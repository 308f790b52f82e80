"""What a person types or clicks in the card holds, whatever is saved and drawn anew meanwhile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

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
    desk.drag("Russia,")
    desk.press("Alt+2", "w")
    desk.page.keyboard.type("Mos")
    release()
    expect(desk.chosen.locator(".hints")).to_contain_text("B1")  # the card is drawn anew
    desk.page.keyboard.type("cow")
    desk.press("Enter")
    assert desk.answers("Russia,") == {"entity": "Moscow"}
    expect(desk.text).to_be_focused()


def test_a_note_typed_while_a_reply_comes_in_is_kept(desk: Desk) -> None:
    release = hold_saves(desk)
    desk.drag("Russia,")
    desk.press("Alt+2", "n")
    desk.page.keyboard.type("comma?")
    release()
    expect(desk.chosen.locator(".hints")).to_contain_text("B1")
    desk.click("ceasefire")
    assert desk.span("Russia,").note == "comma?"


def test_the_click_after_typing_lands(desk: Desk) -> None:
    desk.mark("could potentially provide", "3")
    desk.chosen.get_by_label("Hedge words").fill("might")
    desk.chosen.get_by_role("radio", name="The source").check()
    desk.chosen.get_by_label("Hedge words").fill("could")
    desk.chosen.get_by_role("combobox", name="Whom the claim is about").click()
    desk.page.keyboard.type("Wagner")
    desk.chosen.get_by_role("option", name="New name: Wagner").click()
    answers = desk.answers("could potentially provide")
    assert answers == {"hedge": "could", "hedger": "source", "about": "Wagner"}


def test_tab_after_typing_goes_on(desk: Desk) -> None:
    desk.mark("could potentially provide", "3")
    hedge = desk.chosen.get_by_label("Hedge words")
    hedge.focus()
    desk.press("Control+a")
    desk.page.keyboard.type("might")
    desk.press("Tab")
    about = desk.chosen.get_by_role("combobox", name="Whom the claim is about")
    expect(about).to_be_focused()
    assert desk.answers("could potentially provide") == {"hedge": "might"}
    expect(about).to_be_focused()


def test_an_extent_gets_further_parts_by_keys_alone(desk: Desk) -> None:
    desk.text.focus()
    desk.press("ArrowRight", "Shift+ArrowRight", "x")
    desk.press("ArrowDown", "Shift+ArrowRight", "f")
    assert desk.spans() == [("extent", "US intelligence … This news")]
    expect(desk.chosen.locator("h2")).to_have_text("Extent")


def test_a_claim_in_parts_is_linked_by_keys_alone(desk: Desk) -> None:
    desk.click("Russia,")
    desk.press("2", "l", *["ArrowRight"] * 7, "Shift+ArrowRight", "Enter")
    desk.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "f", "Escape")
    assert desk.spans() == [
        ("attribution", "Russia"),
        ("extent", "Israeli airstrikes … Syria as"),
    ]
    assert desk.links() == [("Russia", "Israeli airstrikes … Syria as", "condemned")]


@pytest.mark.parametrize("key", ["c", "Enter"])
def test_new_cue_words_are_chosen_by_keys_alone(desk: Desk, key: str) -> None:
    desk.mark("He", "2")
    desk.press("l")
    desk.drag("a ceasefire")
    desk.press("Escape", "c")
    desk.heard("Select the cue words")
    desk.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", key)
    assert desk.links() == [("He", "a ceasefire", "repeatedly urged")]
    assert desk.spans() == [("attribution", "He"), ("extent", "a ceasefire")]
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
    desk.click("Hezbollah")
    desk.press("Shift+ArrowUp", "4")
    desk.press("ArrowDown", "Shift+ArrowDown", "1")
    texts = [words for _, words in desk.spans()]
    assert texts == [
        "US intelligence officials are concerned that the Russian group Wagner could potentially"
        " provide the terrorist organization Hezbollah",
        "This news comes as fighters continue to launch missiles, posing a threat.",
        "continue to launch missiles, posing a threat",
    ]


def test_a_dragged_selection_grows_from_its_end(desk: Desk) -> None:
    desk.drag("Russian group")
    desk.press("Shift+ArrowRight", "3")
    desk.click("comes")
    desk.press("e", "Shift+ArrowLeft", "Shift+ArrowLeft", "x")
    assert desk.spans() == [
        ("allegation", "Russian group Wagner"),
        ("extent", "This news comes as fighters continue to launch missiles, posing"),
    ]


def test_a_source_s_own_words_are_offered_as_its_name(desk: Desk) -> None:
    desk.mark("US intelligence officials", "2")
    desk.press("w", "1")
    assert desk.answers("US intelligence officials") == {"entity": "US intelligence officials"}
    desk.mark("He", "2")
    desk.press("t", "1")  # the kind of source, and on to the open list of names
    options = desk.chosen.get_by_role("option")
    expect(options).to_have_text(["1US intelligence officials"])
    desk.press("1")
    assert desk.answers("He")["entity"] == "US intelligence officials"


def test_a_name_typed_in_full_is_taken_before_longer_ones(desk: Desk) -> None:
    for words, name in (("Russia,", "Russia’s envoy"), ("He", "Russia"), ("Wagner", "Russia")):
        desk.mark(words, "2")
        desk.press("w")
        desk.page.keyboard.type(name)
        new = desk.chosen.get_by_role("option", name=f"New name: {name}", exact=True)
        desk.press(*["ArrowDown"] * new.count(), "Enter")
    assert [desk.answers(words)["entity"] for words in ("Russia", "He", "Wagner")] == [
        "Russia’s envoy",
        "Russia",
        "Russia",
    ]
