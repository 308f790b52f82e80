"""From a source to its claims: by mouse, by dragging from tag to tag, through the panel."""

from playwright.sync_api import expect

from annotations.marking.models import Entity

from .conftest import Desk


def tag_of(desk: Desk, words: str) -> tuple[float, float]:
    """Where the letter above the first word of a mark stands."""
    place = desk.place(words)
    return place["left"] + 3, place["top"] - 5


def test_source_then_claims_in_one_gesture_each(desk: Desk) -> None:
    desk.click("Norvia,")
    desk.press("2", "l")
    desk.drag("Tavish tariffs on Selk as “unlawful”")
    desk.press("l")
    desk.drag("they could prolong the dispute")
    desk.press("Escape")
    assert desk.links() == [
        ("Norvia", "Tavish tariffs on Selk as “unlawful”", "rejected"),
        ("Norvia", "they could prolong the dispute", "argued"),
    ]
    desk.press("Control+z")
    assert [target for _, target, _ in desk.links()] == ["Tavish tariffs on Selk as “unlawful”"]
    assert ("extent", "they could prolong the dispute") not in desk.spans()


def test_an_allegation_is_linked_by_a_click(desk: Desk) -> None:
    desk.mark("Keston could possibly supply", "3")
    desk.mark("EU harbour inspectors", "2")
    desk.press("l")
    desk.click("possibly")
    assert desk.links() == [
        ("EU harbour inspectors", "Keston could possibly supply", "are worried")
    ]


def test_a_drag_from_tag_to_mark_links(desk: Desk) -> None:
    desk.mark("Keston could possibly supply", "3")
    desk.mark("EU harbour inspectors", "2")
    desk.press("Escape")
    end = desk.place("Keston could")
    desk.page.mouse.move(*tag_of(desk, "EU harbour inspectors"))
    desk.page.mouse.down()
    desk.page.mouse.move(end["x"], end["y"], steps=5)
    expect(desk.page.locator(".link-line")).to_be_attached()
    desk.page.mouse.up()
    expect(desk.page.locator(".link-line")).to_have_count(0)
    assert len(desk.links()) == 1


def test_a_candidate_in_the_panel_is_linked_by_a_click(desk: Desk) -> None:
    desk.mark("Keston could possibly supply", "3")
    desk.mark("EU harbour inspectors", "2")
    desk.card("EU harbour inspectors").get_by_role("button", name="Link to a claim").click()
    desk.chosen.get_by_role("button", name="Allegation Keston could").click()
    assert len(desk.links()) == 1


def test_a_source_is_no_claim_and_a_link_is_made_once(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.mark("EU harbour inspectors", "2")
    desk.press("l")
    desk.drag("an untested engine")
    desk.press("l")
    desk.click("untested")
    desk.heard("linked already")
    desk.click("Keston")
    assert len(desk.links()) == 1


def test_a_label_is_a_label_while_linking_and_after(desk: Desk) -> None:
    desk.click("Norvia,")
    desk.press("2", "l", *["ArrowRight"] * 7, "Shift+ArrowRight", "3")
    expect(desk.chosen.locator(".linking")).to_have_count(0)
    desk.click("Norvia,")
    desk.press("l")
    desk.drag("they could prolong the dispute")
    desk.drag("refund")
    desk.press("4")
    assert desk.spans() == [
        ("attribution", "Norvia"),
        ("allegation", "Tavish tariffs"),
        ("extent", "they could prolong the dispute"),
        ("characterization", "refund"),
    ]
    assert len(desk.links()) == 1


def test_a_link_is_followed_given_other_cue_words_and_removed_in_the_panel(desk: Desk) -> None:
    desk.click("Norvia,")
    desk.press("2", "l")
    desk.drag("Tavish tariffs on Selk")
    desk.press("Escape")
    words = "Extent Tavish tariffs on Selk cue: rejected"
    desk.chosen.get_by_role("button", name=words).click()
    desk.chosen.get_by_role("button", name="New cue words").click()
    desk.drag("rejected Tavish")
    assert desk.links()[0][2] == "rejected Tavish"
    desk.chosen.get_by_role("button", name="No cue").click()
    assert desk.links()[0][2] == ""
    desk.chosen.get_by_role("button", name="Go there").click()
    expect(desk.chosen.locator("h2")).to_have_text("Extent")
    desk.chosen.get_by_role("button", name="Attribution Norvia").click()
    desk.chosen.get_by_role("button", name="Remove link").click()
    assert desk.links() == []
    assert len(desk.spans()) == 2


def test_names_are_found_made_and_taken_by_mouse(desk: Desk) -> None:
    desk.mark("Norvia,", "2")
    who = desk.chosen.get_by_role("combobox", name="Who the source is")
    who.click()
    desk.page.keyboard.type("Halden")
    desk.chosen.get_by_role("option", name="New name: Halden").click()
    assert desk.answers("Norvia")["entity"] == "Halden"
    desk.mark("He", "2")
    desk.card("He")
    who.click()
    desk.chosen.get_by_role("option", name="Halden").click()
    assert desk.answers("He")["entity"] == "Halden"
    assert Entity.objects.count() == 1
    desk.text.focus()
    desk.press("Control+z")
    assert "entity" not in desk.answers("He")


def test_the_same_name_entered_again_is_the_same_entry(desk: Desk) -> None:
    for words in ("Norvia,", "He"):
        desk.mark(words, "2")
        desk.press("w")
        desk.page.keyboard.type("halden " if words == "He" else "Halden")
        desk.press("Enter")
    assert desk.answers("He")["entity"] == "Halden"
    assert Entity.objects.count() == 1


def test_attributes_take_one_click_each(desk: Desk) -> None:
    desk.double_click("notorious")
    desk.press("4")
    expect(desk.chosen.locator(".attribute.missing")).to_have_count(2)
    desk.chosen.get_by_role("radio", name="The source's").check()
    desk.chosen.get_by_role("radio", name="Negative").check()
    expect(desk.chosen.locator(".attribute.missing")).to_have_count(0)
    assert desk.answers("notorious") == {"voice": "source", "polarity": "negative"}


def test_the_hedge_of_an_allegation_is_filled_in_and_editable(desk: Desk) -> None:
    desk.mark("Keston could possibly supply", "3")
    hedge = desk.chosen.get_by_label("Hedge words")
    expect(hedge).to_have_value("could possibly")
    expect(hedge).to_have_accessible_description("Found in the text by the page. Check it.")
    hedge.fill("could")
    hedge.press("Enter")
    assert desk.answers("Keston could possibly supply")["hedge"] == "could"


def test_a_hint_about_a_boundary_cites_its_rule(desk: Desk) -> None:
    desk.drag("Norvia,")
    desk.press("Alt+2")
    expect(desk.chosen.locator(".hints")).to_contain_text("B1")
    desk.press("Alt+,")
    expect(desk.chosen.locator(".hints")).to_have_count(0)


def test_history_shows_what_was_done_and_puts_it_back(desk: Desk) -> None:
    desk.mark("Keston", "2")
    desk.press("Delete")
    desk.saved()
    part = desk.page.locator("#history-part")
    part.locator("summary").click()
    expect(part.locator("li").first).to_contain_text("Keston")
    part.locator("form button").first.click()
    expect(desk.page.locator("mark")).to_have_text("Keston")
    assert desk.spans() == [("attribution", "Keston")]
