"""From an empty study to two submitted readings of an article, as new people would go about it."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from annotations.corpus.models import Article
from tests.people import make_user

from . import pages
from .by_keys import ByKeys
from .by_mouse import ByMouse
from .reference import Reference, read_marks

DEMO = Path("annotations/exchange/demo")
ARTICLE = DEMO / "articles" / "lantern-fire.txt"
MARKS = DEMO / "marks" / "lantern-fire.ruth.json"
UP_TO = 1110  # half of the article: with all its marks a robot takes a minute on an idle machine

MONA = pages.Newcomer("Mona Maus", "mona", "a rather long phrase")
KAI = pages.Newcomer("Kai Keller", "kai", "another long phrase")


def reference() -> Reference:
    return read_marks(MARKS.read_text(encoding="utf-8")).up_to(UP_TO)


def exported(username: str) -> Reference:
    """What `manage.py export_marks` writes; every quote in it equals the text."""
    out, article = StringIO(), Article.objects.get()
    call_command("export_marks", pages.STUDY, str(article.pk), username, stdout=out)
    marks = read_marks(out.getvalue())
    text = ARTICLE.read_text(encoding="utf-8")
    assert [text[slice(*stretch)] for stretch, _ in marks.quotes] == [
        quote for _, quote in marks.quotes
    ]
    return marks


def test_a_study_goes_from_nothing_to_two_submitted_readings(
    new_context: Callable[..., BrowserContext], live_server: LiveServer
) -> None:
    def fresh_page() -> Page:
        return new_context(viewport={"width": 1280, "height": 800}).new_page()

    make_user("alice")
    manager = fresh_page()
    pages.sign_in(manager, live_server.url, "alice", "correct horse")
    pages.make_study(manager)
    pages.import_article(manager, ARTICLE.resolve())
    mona, kai = ByMouse(fresh_page()), ByKeys(fresh_page())
    mona.join(pages.invite(manager), MONA)
    kai.join(pages.invite(manager), KAI)
    pages.assign_to_all(manager)
    for annotator, newcomer in ((mona, MONA), (kai, KAI)):
        annotator.begin()
        annotator.mark_article(reference())
        annotator.submit()
        assert exported(newcomer.username).what_is_said() == reference().what_is_said()
