"""From a source to its claims: by mouse, by dragging from tag to tag, through the panel."""

from playwright.sync_api import expect

from annotations.marking.models import Entity

from .conftest import Desk


def tag_of(desk: Desk, words: str) -> tuple[float, float]:
    """Where the letter above the first word of a mark stands."""
    place = desk.place(words)
    return place["left"] + 3, place["top"] - 5


def test_source_then_claims_in_one_gesture_each(desk: Desk) -> None:
    desk.click("Russia,")
    desk.press("2", "l")
    desk.drag("Israeli airstrikes on Syria as “unacceptable”")
    desk.drag("they could escalate the conflict")
    desk.press("Escape")
    assert desk.links() == [
        ("Russia", "Israeli airstrikes on Syria as “unacceptable”", "condemned"),
        ("Russia", "they could escalate the conflict", "warned"),
    ]
    desk.press("Control+z")
    assert [target for _, target, _ in desk.links()] == [
        "Israeli airstrikes on Syria as “unacceptable”"
    ]
    assert ("extent", "they could escalate the conflict") not in desk.spans()


def test_an_allegation_is_linked_by_a_click(desk: Desk) -> None:
    desk.mark("Wagner could potentially provide", "3")
    desk.mark("US intelligence officials", "2")
    desk.press("l")
    desk.click("potentially")
    assert desk.links() == [
        ("US intelligence officials", "Wagner could potentially provide", "are concerned")
    ]


def test_a_drag_from_tag_to_mark_links(desk: Desk) -> None:
    desk.mark("Wagner could potentially provide", "3")
    desk.mark("US intelligence officials", "2")
    desk.press("Escape")
    end = desk.place("Wagner could")
    desk.page.mouse.move(*tag_of(desk, "US intelligence officials"))
    desk.page.mouse.down()
    desk.page.mouse.move(end["x"], end["y"], steps=5)
    expect(desk.page.locator(".link-line")).to_be_attached()
    desk.page.mouse.up()
    expect(desk.page.locator(".link-line")).to_have_count(0)
    assert len(desk.links()) == 1


def test_a_candidate_in_the_panel_is_linked_by_a_click(desk: Desk) -> None:
    desk.mark("Wagner could potentially provide", "3")
    desk.mark("US intelligence officials", "2")
    desk.chosen.get_by_role("button", name="Link to a claim").click()
    desk.chosen.get_by_role("button", name="Allegation Wagner could").click()
    assert len(desk.links()) == 1


def test_a_source_is_no_claim_and_a_link_is_made_once(desk: Desk) -> None:
    desk.mark("Wagner", "2")
    desk.mark("US intelligence officials", "2")
    desk.press("l")
    desk.drag("an advanced system")
    desk.click("advanced")
    desk.heard("linked already")
    desk.click("Wagner")
    assert len(desk.links()) == 1


def test_a_claim_may_be_labelled_while_it_is_linked(desk: Desk) -> None:
    desk.click("Russia,")
    desk.press("2", "l", *["ArrowRight"] * 7, "Shift+ArrowRight", "3", "Escape")
    assert desk.spans() == [("attribution", "Russia"), ("allegation", "Israeli airstrikes")]
    assert desk.links() == [("Russia", "Israeli airstrikes", "condemned")]


def test_a_link_is_followed_given_other_cue_words_and_removed_in_the_panel(desk: Desk) -> None:
    desk.click("Russia,")
    desk.press("2", "l")
    desk.drag("Israeli airstrikes on Syria")
    desk.press("Escape")
    words = "Extent Israeli airstrikes on Syria cue: condemned"
    desk.chosen.get_by_role("button", name=words).click()
    desk.chosen.get_by_role("button", name="New cue words").click()
    desk.drag("condemned Israeli")
    assert desk.links()[0][2] == "condemned Israeli"
    desk.chosen.get_by_role("button", name="No cue").click()
    assert desk.links()[0][2] == ""
    desk.chosen.get_by_role("button", name="Go there").click()
    expect(desk.chosen.locator("h2")).to_have_text("Extent")
    desk.chosen.get_by_role("button", name="Attribution Russia").click()
    desk.chosen.get_by_role("button", name="Remove link").click()
    assert desk.links() == []
    assert len(desk.spans()) == 2


def test_names_are_found_made_and_taken_by_mouse(desk: Desk) -> None:
    desk.mark("Russia,", "2")
    who = desk.chosen.get_by_role("combobox", name="Who the source is")
    who.click()
    desk.page.keyboard.type("Moscow")
    desk.chosen.get_by_role("option", name="New name: Moscow").click()
    assert desk.answers("Russia")["entity"] == "Moscow"
    desk.mark("He", "2")
    who.click()
    desk.chosen.get_by_role("option", name="Moscow").click()
    assert desk.answers("He")["entity"] == "Moscow"
    assert Entity.objects.count() == 1
    desk.text.focus()
    desk.press("Control+z")
    assert "entity" not in desk.answers("He")


def test_the_same_name_entered_again_is_the_same_entry(desk: Desk) -> None:
    for words in ("Russia,", "He"):
        desk.mark(words, "2")
        desk.press("w")
        desk.page.keyboard.type("moscow " if words == "He" else "Moscow")
        desk.press("Enter")
    assert desk.answers("He")["entity"] == "Moscow"
    assert Entity.objects.count() == 1


def test_attributes_take_one_click_each(desk: Desk) -> None:
    desk.double_click("terrorist")
    desk.press("4")
    expect(desk.chosen.locator(".attribute.missing")).to_have_count(2)
    desk.chosen.get_by_role("radio", name="The source's").check()
    desk.chosen.get_by_role("radio", name="Negative").check()
    expect(desk.chosen.locator(".attribute.missing")).to_have_count(0)
    assert desk.answers("terrorist") == {"voice": "source", "polarity": "negative"}


def test_the_hedge_of_an_allegation_is_filled_in_and_editable(desk: Desk) -> None:
    desk.mark("Wagner could potentially provide", "3")
    hedge = desk.chosen.get_by_label("Hedge words")
    expect(hedge).to_have_value("could potentially")
    hedge.fill("could")
    hedge.press("Enter")
    assert desk.answers("Wagner could potentially provide")["hedge"] == "could"


def test_a_hint_about_a_boundary_cites_its_rule(desk: Desk) -> None:
    desk.drag("Russia,")
    desk.press("Alt+2")
    expect(desk.chosen.locator(".hints")).to_contain_text("B1")
    desk.press("Alt+,")
    expect(desk.chosen.locator(".hints")).to_have_count(0)


def test_history_shows_what_was_done_and_puts_it_back(desk: Desk) -> None:
    desk.mark("Wagner", "2")
    desk.press("Delete")
    desk.saved()
    part = desk.page.locator("#history-part")
    part.locator("summary").click()
    expect(part.locator("li").first).to_contain_text("Wagner")
    part.locator("form button").first.click()
    expect(desk.page.locator("mark")).to_have_text("Wagner")
    assert desk.spans() == [("attribution", "Wagner")]
