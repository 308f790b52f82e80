"""A curator at the adjudication page: every case by the keyboard alone, and nothing lost."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.curation.actions import save_merge_rules
from annotations.curation.models import Case, GoldLink, GoldSpan, Ruling
from tests.browser.axe import violations
from tests.curation.scene import both_submit
from tests.people import assign, join, make_article, make_study, make_user

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
READY = "html[data-ready=curation]"
Open = Callable[..., Page]


@pytest.fixture
def article(transactional_db: None) -> Article:
    alice = make_user("alice")
    study = make_study(alice)
    for name, role in (("bob", "annotator"), ("carol", "annotator"), ("dave", "curator")):
        join(study, make_user(name), role)  # type: ignore[arg-type]
    made = make_article(study)
    bob, carol = User.objects.get(username="bob"), User.objects.get(username="carol")
    both_submit(assign(made, bob), assign(made, carol))
    save_merge_rules(study=study, actor=alice, unanimous=False, least_votes=2)
    return made


@pytest.fixture
def open_page(
    article: Article, live_server: LiveServer, new_context: Callable[..., BrowserContext]
) -> Open:
    def opened(user: str = "dave", **options: object) -> Page:
        client = Client()
        client.force_login(User.objects.get(username=user), backend=BACKEND)
        context = new_context(**options)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        context.add_cookies([{**cookie, "url": live_server.url}])  # type: ignore[list-item]
        page = context.new_page()
        where = reverse("curation:adjudicate", args=[article.study_id, article.pk])
        page.goto(f"{live_server.url}{where}")
        expect(page.locator(READY)).to_be_attached()
        return page

    return opened


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def walk_to(page: Page, kind: str, words: str = "") -> None:
    """From case to case in the text, from its start."""
    press(page, *["ArrowLeft"] * 9)
    for _ in range(9):
        if title(page) == kind and words in page.locator("#card").inner_text():
            break
        press(page, "ArrowRight")
    assert title(page) == kind


def extent(page: Page) -> None:
    walk_to(page, "Unanimous", "Extent")


def title(page: Page) -> str:
    return page.locator("#card-title").inner_text()


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_text("Saved")


def gold() -> set[tuple[str, str]]:
    rows = GoldSpan.objects.live().select_related("label")
    return {(row.label.slug if row.label else "extent", row.stretch) for row in rows}


DECISIONS = {
    "Different label": ["2"],
    "Different boundaries": ["u"],
    "Not found by all": ["0"],
    "Unanimous": ["Enter"],
    "Link": ["Enter"],
}


def test_every_case_is_settled_by_the_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    for _ in range(6):
        press(page, *DECISIONS[title(page)])
    expect(page.locator("#progress")).to_have_text("6 of 6 settled")
    expect(page.locator("#notices")).to_contain_text("Every case of this article is settled")
    saved(page)
    assert gold() == {
        ("reporting", "0-82"),
        ("attribution", "0-18"),
        ("characterization", "43-57"),
        ("extent", "39-79"),
    }
    assert set(Case.objects.values_list("choice", flat=True)) == {
        "variant",
        "union",
        "no_span",
        "majority",
    }
    assert GoldLink.objects.live().count() == 1


def test_what_everybody_marked_alike_is_settled_without_a_hand(
    article: Article, open_page: Open
) -> None:
    alice = User.objects.get(username="alice")
    save_merge_rules(study=article.study, actor=alice, unanimous=True, least_votes=2)
    page = open_page()
    expect(page.locator("#progress")).to_have_text("2 of 6 settled")
    expect(page.locator("#hint")).to_contain_text("2 cases that everybody marked alike are settled")
    assert gold() == {("reporting", "0-82"), ("extent", "39-79")}
    assert set(Case.objects.values_list("merged_by_rule", flat=True)) == {"unanimous"}
    for _ in range(4):
        press(page, *DECISIONS[title(page)])
    expect(page.locator("#progress")).to_have_text("6 of 6 settled")


def test_a_boundary_is_edited_relabelled_undone_and_made_again(open_page: Open) -> None:
    page = open_page()
    while title(page) != "Different boundaries":
        press(page, "j")
    press(page, "e", ".", "3", "Enter")
    saved(page)
    made = gold()
    assert {label for label, _ in made} == {"allegation"}
    press(page, "Control+z")
    expect(page.locator("#progress")).to_have_text("0 of 6 settled")
    saved(page)
    assert gold() == set()
    press(page, "Control+Shift+z")
    expect(page.locator("#progress")).to_have_text("1 of 6 settled")
    saved(page)
    assert gold() == made


def test_a_variant_is_edited_with_its_answers_and_a_link_with_its_cue(open_page: Open) -> None:
    page = open_page()
    while title(page) != "Different boundaries":
        press(page, "j")
    press(page, "Shift+Digit2", "t")
    expect(page.locator("#answer-entity")).to_be_focused()
    press(page, *"Arden", "Tab", "ArrowDown", "Enter")
    expect(page.locator("#text")).to_be_focused()
    press(page, "Enter")
    saved(page)
    (span,) = GoldSpan.objects.live()
    assert span.stretch == "0-18"
    assert span.answers == {"entity": "Arden", "source_kind": "named_person"}
    walk_to(page, "Link")
    press(page, "e")
    expect(page.locator("#hint")).to_contain_text("is open: decide it first")
    extent(page)
    press(page, "e", "1", "Enter")  # reporting: no source answers for it
    walk_to(page, "Link")
    expect(page.locator("#card .hints")).to_contain_text("no source answers for it")
    press(page, "1")
    expect(page.locator("#hint")).to_contain_text("no source answers for it")
    extent(page)
    press(page, "1")
    walk_to(page, "Link")
    press(page, "e", "Enter")
    saved(page)
    (made,) = GoldLink.objects.live()
    assert (made.cue_start, made.cue_end, made.cue_quote) == (19, 23, "said")


def test_an_article_is_closed_by_keys_and_opened_again(open_page: Open, article: Article) -> None:
    page = open_page()
    where = page.url
    held: list[Route] = []
    page.route("**/ops", lambda route, _: held.append(route))
    press(page, "1")
    press(page, "a", "ArrowRight", "ArrowRight", ".", "2")
    expect(page.locator("#card")).to_contain_text("1 question to answer")
    page.locator("#card [data-command=ask]").click()
    expect(page.locator("#card .attribute.missing select")).to_be_focused()
    page.locator("#text").focus()
    press(page, "Escape")
    page.get_by_role("button", name="Close…").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("5 cases are still open")
    expect(page.get_by_role("dialog")).to_contain_text("1 gold span misses a required answer")
    page.get_by_label("Close without these answers").press("Space")
    page.locator("#close-note").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()  # the box has to be ticked first
    page.get_by_label("Leave them undecided").press("Space")
    page.locator("#close-note").press("Enter")  # what was decided is still on its way
    held[0].continue_()
    page.unroute("**/ops")
    expect(page.get_by_role("status").first).to_contain_text("Gold version 1 is kept")
    assert ("attribution" in {label for label, _ in gold()}, len(gold())) == (True, 2)
    page.goto(where)
    expect(page.locator("#save-state")).to_have_text("Read only")
    expect(page.locator(".work-title")).to_contain_text("gold version 1")
    page.locator("#text").focus()
    press(page, "2")
    expect(page.locator("#hint")).to_contain_text("closed")
    page.get_by_role("button", name="Reopen").press("Enter")
    expect(page.locator("#save-state")).to_have_text("Saved")
    before = gold()
    page.locator("#text").focus()
    walk_to(page, "Different label")
    press(page, "Delete")
    saved(page)
    assert gold() < before
    assert article.adjudication.n_versions == 1


def test_a_span_nobody_proposed_is_added_by_keys(open_page: Open) -> None:
    page = open_page()
    press(page, "a", "ArrowRight", "ArrowRight", ".", "2")
    expect(page.locator("#progress")).to_have_text("1 of 7 settled")
    saved(page)
    assert [label for label, _ in gold()] == ["attribution"]
    assert Case.objects.get().choice == "added"
    press(page, "Control+z")
    expect(page.locator("#progress")).to_have_text("0 of 6 settled")
    saved(page)
    assert gold() == set()


# A key that follows before the browser has told of the closed dialog.
KEEP_AND_AT_ONCE = """async (key) => {
    document.querySelector("#reason-dialog [value=keep]").click();
    for (let turn = 0; turn < 9; turn += 1) await null;
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}"""


def test_a_reason_is_kept_with_the_decision(open_page: Open) -> None:
    """Even when it is left half typed for another case, and the page is loaded anew."""
    page = open_page()
    first = page.locator("[data-case][aria-current]").get_attribute("data-case")
    press(page, "n")
    page.locator("#reason").select_option("slip")
    page.locator("#note").press_sequentially("an obvious slip")
    press(page, "Escape", "e", ".")
    page.locator("[data-case]:not([aria-current])").first.click()
    page.locator(f'[data-case="{first}"]').click()
    card = page.locator("#card")
    expect(card).to_contain_text("what you typed: Slip · an obvious slip")
    page.reload()
    expect(page.locator(READY)).to_be_attached()
    page.locator(f'[data-case="{first}"]').click()
    expect(card).to_contain_text("goes on with what you were editing")
    press(page, "n")
    expect(page.locator("#note")).to_have_value("an obvious slip")
    page.evaluate(KEEP_AND_AT_ONCE, "1")
    saved(page)
    row = Case.objects.get()
    assert (row.reason, row.note, row.choice) == ("slip", "an obvious slip", "variant")


def test_decisions_made_offline_are_sent_when_the_page_is_opened_again(
    open_page: Open, expected_console: list[str]
) -> None:
    expected_console.extend(["ERR_INTERNET_DISCONNECTED", "ERR_FAILED"])
    page = open_page()
    page.context.set_offline(True)
    press(page, "1", "1")
    expect(page.locator("#save-state")).to_contain_text("not saved yet")
    assert Ruling.objects.count() == 0
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/ops", lambda route: route.abort())  # else the page that goes may still send them
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(READY)).to_be_attached()
    expect(page.locator("#progress")).to_have_text("2 of 6 settled")
    page.unroute("**/ops")
    saved(page)
    assert Ruling.objects.filter(status="applied").count() == 2


def test_two_curators_see_that_the_other_was_quicker(
    open_page: Open, expected_console: list[str]
) -> None:
    expected_console.append("status of 409")
    dave, alice = open_page(), open_page("alice")
    while title(alice) != "Different label":
        press(alice, "j")
    while title(dave) != "Different label":
        press(dave, "j")
    press(dave, "1")
    saved(dave)
    press(alice, "0")
    expect(alice.locator("#notices")).to_contain_text("decided elsewhere")
    expect(alice.locator("#notices")).to_contain_text("by Dave")
    assert gold() == {("allegation", "43-57")}


def test_everything_works_by_mouse_on_a_small_screen(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    press(page, "9")
    expect(page.locator("#hint")).to_have_text("There is no such variant")
    hint, card = (page.locator(each).bounding_box() for each in ("#hint", "#card"))
    assert hint["y"] >= 0
    assert hint["y"] + hint["height"] <= card["y"]  # what can be chosen stays in view
    held: list[Route] = []
    page.route("**/ops", lambda route, _: held.append(route))
    page.locator("#card [data-command=variant]").first.click()
    expect(page.locator("#progress")).to_have_text("1 of 6 settled")
    page.locator("#card [data-command=no_span]").hover()
    page.mouse.down()
    held[0].continue_()
    page.unroute("**/ops")
    saved(page)  # the answer comes between the two halves of a click
    page.mouse.up()
    expect(page.locator("#progress")).to_contain_text("2 of")
    page.locator("#cases [data-case]").first.click()
    page.locator("#card [data-command=reopen]").click()
    expect(page.locator("#progress")).to_contain_text("1 of")
    saved(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Open, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    assert violations(page) == []
    press(page, "1")
    saved(page)
    page.locator(".case-filter > summary").click()
    page.locator("#text").focus()
    press(page, "e")
    assert violations(page) == []
    press(page, "Escape", "?")
    assert violations(page) == []
