"""The agreement pages in a real browser: numbers that lead back, keys, narrow and dark pages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.corpus.models import Article
from annotations.reports.actions import make_report
from annotations.reports.selection import Selection
from annotations.study.models import Role, Study
from tests.browser.axe import misfits
from tests.browser.test_shell import sign_in
from tests.marks import link, mark, submit
from tests.people import assign, join, make_article, make_study, make_user

CONTEXT = Callable[..., BrowserContext]
LOOKS = [(1280, "light"), (390, "dark")]
# Keys that are quicker than the server.
AT_ONCE = """(keys) => { for (const key of keys)
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })); }"""


@pytest.fixture
def study(transactional_db: None) -> Study:
    return make_study(make_user("alice"))


@pytest.fixture
def article(study: Study) -> Article:
    article = make_article(study)
    for name, end in (("bob", 9), ("carol", 18)):
        person = make_user(name)
        join(study, person, Role.ANNOTATOR)
        mine = assign(article, person)
        source, target = mark(mine, "attribution", (0, end)), mark(mine, "extent", (35, 70))
        link(source, target)
        if name == "carol":
            mark(mine, "allegation", (39, 57))
        submit(mine)
    return article


def test_a_number_leads_to_its_sentence(
    page: Page, live_server: LiveServer, study: Study, article: Article
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{study.pk}/agreement/")
    row = page.locator("#labels tbody tr", has=page.get_by_role("rowheader", name="Allegation"))
    row.get_by_role("link", name="1 (100%)").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Allegation")
    expect(page.locator(".passage")).to_have_count(1)
    expect(page.locator(".passage strong")).to_have_text(article.text[39:57])

    page.get_by_role("link", name=article.title).click()

    card = page.locator(".focus")
    expect(card).to_contain_text("Not found by all")
    expect(card.locator("q")).to_have_text(article.text[39:57])
    expect(card).to_be_focused()


def test_the_cases_are_walked_by_keys(
    page: Page, live_server: LiveServer, study: Study, article: Article
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{study.pk}/agreement/articles/{article.pk}/")
    page.evaluate(AT_ONCE, "jj")
    expect(page.locator(".focus h2")).to_contain_text("Case 2: Unanimous")
    page.keyboard.press("j")
    expect(page.locator(".focus h2")).to_contain_text("Case 3: Not found by")
    page.keyboard.press("k")
    expect(page.locator(".focus h2")).to_contain_text("Case 2")
    page.keyboard.press("2")
    expect(page.locator(".cases tbody tr")).to_have_count(1)


def test_what_a_measure_says_opens_by_keyboard(
    page: Page, live_server: LiveServer, study: Study, article: Article
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{study.pk}/agreement/")
    help_ = page.locator("#labels details.help").first
    help_.locator("summary").focus()
    page.keyboard.press("Enter")

    expect(help_.locator("p")).to_be_visible()


def test_a_focused_figure_says_what_it_means(
    page: Page, live_server: LiveServer, study: Study, article: Article
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{study.pk}/agreement/")
    row = page.locator("#labels tbody tr", has=page.get_by_role("rowheader", name="Attribution"))
    figure = row.get_by_role("link", name="0.667")
    figure.focus()
    expect(page.get_by_role("tooltip")).to_have_text(
        "Of the characters that two annotators marked as Attribution, counted for each of them, "
        "67% were marked by both."
    )
    expect(figure).to_have_attribute("aria-describedby", "says")

    page.keyboard.press("Escape")

    expect(page.get_by_role("tooltip")).to_be_hidden()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_agreement_pages_are_accessible_and_do_not_scroll_sideways(
    new_context: CONTEXT,
    live_server: LiveServer,
    study: Study,
    article: Article,
    width: int,
    scheme: str,
) -> None:
    report = make_report(study=study, actor=study.created_by, name="May", selection=Selection())
    page = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    sign_in(page, live_server)
    at = f"{live_server.url}/studies/{study.pk}/agreement"
    for address in (
        f"{at}/",
        f"{at}/passages/?kind=disagreement",
        f"{at}/passages/?listing=links",
        f"{at}/articles/{article.pk}/?case=1",
        f"{at}/reports/{report.pk}/",
        f"{at}/reports/{report.pk}/print/",
        f"{at}/compare/",
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert misfits(page) == [], address
