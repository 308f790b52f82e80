"""A demo article from calibration and meeting to closed gold, by keys; then who reads of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.accounts.models import User
from annotations.assignment.actions import assign_article
from annotations.corpus.actions import import_files
from annotations.corpus.models import Article
from annotations.curation.models import Case, GoldSpan, Meeting
from annotations.exchange.actions.marks import import_marks
from annotations.marking.actions import submit_assignment
from annotations.study.actions import create_study
from annotations.study.models import Role, Study
from tests.people import join, make_user

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DEMO = Path("annotations/exchange/demo")
ARTICLE, MARKS = DEMO / "articles/courier-water.txt", DEMO / "marks"
MOST = 150


@pytest.fixture
def study(transactional_db: None) -> Study:
    """As the demo has it: Mira and Tom have submitted one of its articles."""
    helen = make_user("helen")
    made = create_study(actor=helen, name="Fire and water")
    join(made, make_user("jonas"), Role.CURATOR)
    import_files(study=made, actor=helen, files=[(ARTICLE.name, ARTICLE.read_bytes())])
    article, held = Article.objects.get(), made.rounds.order_by("position")[0]
    for name in ("mira", "tom"):
        person = make_user(name)
        join(made, person, Role.ANNOTATOR)
        work = assign_article(
            study=made, actor=helen, article=article, annotator=person, round=held
        )
        content = (MARKS / f"courier-water.{name}.json").read_bytes()
        import_marks(assignment=work, actor=helen, content=content)
        submit_assignment(user=person, study_id=made.pk, article_id=article.pk, confirmed=True)
    return made


@pytest.fixture
def visit(
    study: Study, live_server: LiveServer, new_context: Callable[..., BrowserContext]
) -> Callable[..., Page]:
    def visited(user: str, name: str, *ids: object) -> Page:
        client = Client()
        client.force_login(User.objects.get(username=user), backend=BACKEND)
        context = new_context(viewport={"width": 1280, "height": 900})
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        context.add_cookies([{**cookie, "url": live_server.url}])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(f"{live_server.url}{reverse(name, args=[study.pk, *ids])}")
        return page

    return visited


def test_an_article_goes_from_calibration_to_closed_gold_by_keys(
    study: Study, visit: Callable[..., Page]
) -> None:
    article = Article.objects.get()
    helen = visit("helen", "curation:calibrations")
    helen.get_by_role("button", name="Begin").click()
    helen.get_by_role("button", name="Reveal").click()
    expect(helen.get_by_role("heading", name="Pair by pair")).to_be_visible()
    helen.get_by_role("button", name="Let everybody revise").click()
    take_one_back(visit("mira", "marking:page", article.pk))
    for name in ("mira", "tom"):
        person = User.objects.get(username=name)
        submit_assignment(user=person, study_id=study.pk, article_id=article.pk, confirmed=True)
    helen.get_by_role("button", name="End the calibration").click()
    expect(helen.locator(".move")).to_have_count(1)
    expect(helen.locator(".move")).to_contain_text("Mira took it back")

    jonas = visit("jonas", "curation:meeting_new", article.pk)
    jonas.get_by_role("button", name="Plan").click()
    settle_in_meeting(jonas, 3)
    assert Case.objects.filter(meeting=Meeting.objects.get()).count() == 3
    jonas.get_by_role("link", name="Agenda to print").click()
    expect(jonas.locator(".agenda-case").first).to_be_visible()

    desk = visit("jonas", "curation:adjudicate", article.pk)
    expect(desk.locator("html[data-ready=curation]")).to_be_attached()
    settle_all(desk)
    assert set(Case.objects.values_list("state", flat=True)) == {"decided"}
    desk.get_by_role("button", name="Close it…").press("Enter")
    desk.locator("#close-note").press("Enter")
    expect(desk.get_by_role("status").first).to_contain_text("Gold version 1 is kept")

    read_custody(desk, study)
    mira = visit("mira", "curation:mine")
    expect(mira.locator(".passage").first).to_be_visible()
    expect(mira.get_by_role("table")).to_contain_text("Reporting")


def take_one_back(page: Page) -> None:
    """What everybody submitted alone can be revised, and by keys as well."""
    expect(page.locator("html[data-ready=marking]")).to_be_attached()
    page.locator("#text").focus()
    page.keyboard.press("j")
    page.keyboard.press("Delete")
    expect(page.locator("#save-state")).to_have_text("Saved")
    page.context.close()


def settle_in_meeting(page: Page, n: int) -> None:
    for done in range(1, n + 1):
        expect(page.locator("html[data-ready=meeting]")).to_be_attached()
        title = page.locator("#case-title").inner_text()
        page.keyboard.press("1")
        expect(page.locator("#case-title")).not_to_have_text(title)
        expect(page.locator(".meet-head [aria-live]")).to_contain_text(f"{done} of")


def settle_all(page: Page) -> None:
    """The majority where there is one, else the first reading; no link where none can stand."""
    for _ in range(MOST):
        if page.locator("#notices .alert").count():
            break
        buttons = page.locator("#card [data-command]:enabled")
        offered = buttons.evaluate_all("all => all.map((one) => one.dataset.command)")
        page.keyboard.press(next(KEYS[one] for one in KEYS if one in offered))
    expect(page.locator("#notices")).to_contain_text("Every case of this article is settled")
    expect(page.locator("#save-state")).to_have_text("Saved")


KEYS = {"majority": "Enter", "variant": "1", "no_span": "0"}


def read_custody(page: Page, study: Study) -> None:
    """The page of a gold span: who proposed what, and who decided."""
    gold = GoldSpan.objects.live().order_by("start").first()
    assert gold is not None
    page.goto(page.url.replace("gold/", f"gold/spans/{gold.pk}/"))
    proposals = page.locator(".proposals li")
    expect(proposals).to_have_count(2)
    expect(page.locator(".proposals")).to_contain_text("Mira")
    expect(page.locator(".facts")).to_contain_text("Jonas")
