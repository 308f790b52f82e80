"""Threads, meeting and calibration in a real browser: by mouse, by key, in silence, past axe."""

import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from annotations.accounts.models import User
from annotations.curation.actions.calibration import begin_calibration, reveal
from annotations.curation.actions.discussion import About, open_thread
from annotations.curation.actions.meetings import plan_meeting
from annotations.curation.models import Case, Comment, Thread
from annotations.curation.queries import fetch_docket
from annotations.curation.queries.talk import fetch_talk
from annotations.marking.actions import submit_assignment
from annotations.study.actions import create_study
from annotations.study.models import Role, Study
from tests.browser.axe import misfits
from tests.marks import mark
from tests.people import assign, join, make_article, make_user

Contexts = Callable[..., BrowserContext]


@pytest.fixture
def study(transactional_db: None) -> Study:
    """Alice leads, Bob and Carol have submitted an article in which they differ."""
    alice = make_user("alice")
    study = create_study(actor=alice, name="Strike coverage")
    study.rounds.create(name="Training", position=9)
    article = make_article(study)
    for name, place in (("bob", (39, 57)), ("carol", (43, 57))):
        person = make_user(name)
        join(study, person, Role.ANNOTATOR)
        work = assign(article, person)
        mark(work, "allegation", place)
        if name == "carol":
            mark(work, "characterization", (150, 159), flag="label", note="Loaded?")
        submit_assignment(user=person, study_id=study.pk, article_id=article.pk, confirmed=True)
    return study


@pytest.fixture
def thread(study: Study) -> Thread:
    alice = User.objects.get(username="alice")
    talk = fetch_talk(alice, study.pk)
    article = study.articles.get()
    about = About(start=39, end=57)
    return open_thread(
        talk=talk, article=article, about=about, text="Whose words?", comment_id=uuid.uuid4()
    )


@pytest.fixture
def meeting(study: Study) -> str:
    docket = fetch_docket(User.objects.get(username="alice"), study.pk, study.articles.get().pk)
    seats = [str(work.annotator_id) for work in docket.works]
    made = plan_meeting(docket=docket, seats=seats)
    return f"/studies/{study.pk}/meetings/{made.pk}/"


def sign_in(page: Page, server: LiveServer, name: str = "alice") -> None:
    page.goto(f"{server.url}/accounts/login/")
    page.get_by_label("E-mail address or user name").fill(name)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_comment_is_sent_by_key_and_a_name_is_offered(
    page: Page, live_server: LiveServer, study: Study, thread: Thread
) -> None:
    study.rounds.update(comparison_opened_at=timezone.now())
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{study.pk}/discussion/{thread.pk}/")
    field = page.get_by_role("textbox", name="Comment")
    field.press_sequentially("Ask @ca")
    expect(page.locator(".people li")).to_have_text(["Carol @carol"])
    field.press("Enter")
    expect(field).to_have_value("Ask @carol ")
    field.press_sequentially("first.")
    sent: list[Route] = []

    def hold(route: Route) -> None:
        sent.append(route)

    page.route("**/comments/", hold)
    field.press("Control+Enter")
    for _ in range(1_500):  # half a minute at most
        if sent:
            break
        page.wait_for_timeout(20)
    field.press_sequentially(" And @ca")
    sent.pop().continue_()
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()
    expect(page.locator(".named")).to_have_text("@Carol")
    expect(field).to_have_value("And @ca")
    field.press("R")
    expect(field).to_have_value("And @caR")
    assert Comment.objects.count() == 2


def test_a_double_click_says_it_once(
    page: Page, live_server: LiveServer, study: Study, thread: Thread
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{study.pk}/discussion/{thread.pk}/")
    page.get_by_role("textbox", name="Comment").fill("Once.")
    page.get_by_role("button", name="Comment", exact=True).dblclick()
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [said.text for said in Comment.objects.order_by("written_at")] == [
        "Whose words?",
        "Once.",
    ]


def test_words_selected_in_the_text_become_a_thread(
    page: Page, live_server: LiveServer, study: Study
) -> None:
    article = study.articles.get()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/studies/{study.pk}/articles/{article.pk}/discussion/")
    page.locator("#text .b").first.get_by_text("Officials").dblclick(position={"x": 20, "y": 12})
    expect(page.get_by_label("Words to talk about")).to_have_value("Officials")
    page.get_by_role("textbox", name="Comment").fill("Which ones?")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("mark.talk")).to_have_text("Officials")
    assert (Thread.objects.get().start, Thread.objects.get().end) == (0, 9)


def test_a_meeting_decides_every_case_by_keys(
    page: Page, live_server: LiveServer, study: Study, meeting: str
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}{meeting}")
    expect(page.get_by_role("heading", name="1 of 2: Not found by all")).to_be_visible()
    expect(page.locator("html[data-ready=meeting]")).to_be_attached()
    page.keyboard.press("b")
    expect(page.locator("html.big")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="2 of 2: Different boundaries")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("1 of 2 settled")).to_be_visible()
    expect(page.get_by_role("heading", name="1 of 2: Not found by all")).to_be_visible()
    page.keyboard.press("0")
    expect(page.get_by_text("2 of 2 settled")).to_be_visible()
    assert {case.choice for case in Case.objects.all()} == {"union", "no_span"}
    assert {str(case.meeting_id) for case in Case.objects.all()} == {meeting.split("/")[-2]}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_passes_axe_and_fits_its_window(
    new_context: Contexts,
    live_server: LiveServer,
    study: Study,
    thread: Thread,
    meeting: str,
    scheme: str,
    width: int,
) -> None:
    alice = User.objects.get(username="alice")
    calibration = begin_calibration(round=study.rounds.get(name="Main"), actor=alice)
    reveal(calibration=calibration, actor=alice)
    at, article = f"/studies/{study.pk}", study.articles.get()
    pages = [
        f"{at}/discussion/",
        f"{at}/discussion/?show=flags",
        f"{at}/discussion/{thread.pk}/",
        f"{at}/discussion/{thread.pk}/codebook/",
        f"{at}/discussion/comments/{Comment.objects.get().pk}/",
        f"{at}/articles/{article.pk}/discussion/",
        f"{at}/articles/{article.pk}/meetings/new/",
        f"{at}/meetings/",
        meeting,
        f"{meeting}agenda/",
        f"{at}/calibrations/",
        f"{at}/calibrations/{calibration.pk}/",
        f"{at}/settings/",
    ]
    # Axe is injected as a script, which our own policy rightly refuses.
    context = new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    sign_in(page, live_server)
    found = {}
    for address in pages:
        page.goto(f"{live_server.url}{address}")
        found[address] = misfits(page)
    assert {address: told for address, told in found.items() if told} == {}
