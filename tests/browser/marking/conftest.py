"""Bob at the marking page: gestures by what stands in the text, and what is stored then."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Region
from annotations.marking.models import Link, Span
from annotations.study.actions import create_study
from annotations.study.models import Role, Study
from tests.people import assign, join, make_article, make_user

TEXT = (
    "EU harbour inspectors are worried that the Norvian group Keston could possibly"
    " supply the notorious dockyard Bramhall with an untested engine. This letter arrives as"
    " crews continue to load barges, causing a nuisance.\n\n"
    "Norvia, a loyal partner of Selk, rejected Tavish tariffs on Selk as “unlawful” and"
    " argued that they could prolong the dispute. He has often demanded a refund."
    " Norvia did not answer.\n"
)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

# The middle of the nth time that words stand in the text, and their left and right ends.
PLACE = """([words, nth]) => {
    const text = document.getElementById("text");
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    const nodes = [];
    let all = "";
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        nodes.push([all.length, node]);
        all += node.data;
    }
    const places = [];
    for (let i = all.indexOf(words); i >= 0; i = all.indexOf(words, i + 1)) places.push(i);
    const letter = /\\p{L}/u;
    const joined = (i) => letter.test(all[i - 1] ?? "") || letter.test(all[i + words.length] ?? "");
    const whole = places.filter((i) => !joined(i));
    const at = (whole.length ? whole : places)[nth] ?? -1;
    if (at < 0) throw new Error(`not in the text: ${words}`);
    const place = (unit) => {
        const [start, node] = nodes.findLast(([start]) => start <= unit);
        return [node, unit - start];
    };
    const range = document.createRange();
    range.setStart(...place(at));
    const [node, unit] = place(at + words.length - 1);
    range.setEnd(node, unit + 1);
    range.startContainer.parentElement.scrollIntoViewIfNeeded?.();
    const boxes = [...range.getClientRects()].filter((box) => box.width);
    const [first, last] = [boxes[0], boxes.at(-1)];
    const rtl = text.dir === "rtl";
    return {
        x: first.x + first.width / 2, y: first.y + first.height / 2,
        from: [rtl ? first.right - 1 : first.x + 1, first.y + first.height / 2],
        to: [rtl ? last.x + 1 : last.right - 1, last.y + last.height / 2],
        top: first.y, left: first.x, right: first.right,
    };
}"""


@dataclass
class Desk:
    """The marking page as a person handles it."""

    page: Page
    assignment: Assignment

    @property
    def text(self) -> Locator:
        return self.page.locator("#text")

    @property
    def chosen(self) -> Locator:
        return self.page.locator("#chosen")

    def open(self, base: str) -> "Desk":
        where = {"study_id": self.assignment.study_id, "article_id": self.assignment.article_id}
        self.page.goto(base + reverse("marking:page", kwargs=where))
        return self.ready()

    def ready(self) -> "Desk":
        there = "html[data-ready=marking][data-parts=there]"
        expect(self.page.locator(there)).to_be_attached()
        return self

    def place(self, words: str, nth: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(PLACE, [words, nth])
        return found

    def click(self, words: str, nth: int = 0, **options: Any) -> None:
        place = self.place(words, nth)
        self.page.mouse.click(place["x"], place["y"], **options)

    def double_click(self, words: str, nth: int = 0) -> None:
        place = self.place(words, nth)
        self.page.mouse.dblclick(place["x"], place["y"])

    def drag(self, words: str, nth: int = 0) -> None:
        place = self.place(words, nth)
        self.page.mouse.move(*place["from"])
        self.page.mouse.down()
        self.page.mouse.move(*place["to"], steps=5)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def mark(self, words: str, key: str, nth: int = 0) -> None:
        self.drag(words, nth)
        self.press(key)

    def card(self, words: str) -> Locator:
        """The card, once it tells of the span on these words."""
        expect(self.chosen.locator(".chosen-quote")).to_have_text(words)
        return self.chosen

    def saved(self) -> "Desk":
        expect(self.page.locator("#save-state")).to_have_text("Saved")
        return self

    def heard(self, words: str) -> None:
        expect(self.page.locator("#live")).to_contain_text(words)

    def spans(self) -> list[tuple[str, str]]:
        """Label and words of each stored span, in reading order."""
        self.saved()
        rows = Span.objects.live().filter(assignment=self.assignment).select_related("label")
        return [(name_of(row), words_of(row)) for row in rows.order_by("start", "-end", "id")]

    def links(self) -> list[tuple[str, str, str]]:
        """Source, target and cue of each stored link."""
        self.saved()
        rows = Link.objects.live().filter(assignment=self.assignment).order_by("cue_start")
        return [(words_of(row.source), words_of(row.target), row.cue_quote) for row in rows]

    def span(self, words: str) -> Span:
        self.saved()
        return Span.objects.live().get(assignment=self.assignment, fragments__quote=words)

    def answers(self, words: str) -> dict[str, str]:
        """The stored answers about a span, names instead of ids."""
        values = self.span(words).values.select_related("attribute", "entity")
        return {row.attribute.name: row.text or str(row.entity) for row in values}


def name_of(span: Span) -> str:
    return span.label.slug if span.label else "extent"


def words_of(span: Span) -> str:
    return " … ".join(part.quote for part in span.fragments.order_by("start"))


@pytest.fixture
def study(alice: User) -> Study:
    """A study with the shipped codebook."""
    study = create_study(actor=alice, name="Harbour")
    join(study, make_user("bob"), Role.ANNOTATOR)
    return study


@pytest.fixture
def bob(study: Study) -> User:
    return User.objects.get(username="bob")


def enter(context: BrowserContext, base: str, user: User) -> None:
    """Signs the user in for this context, without the form."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": base}])


OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(
    study: Study,
    bob: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
) -> Iterator[OpenDesk]:
    """`open_desk()` is a desk in a fresh browser; `open_desk(text=…, touch=True, width=390)`.

    `beside=desk` is a second tab of it, `device_of=desk` the same work in another browser.
    """

    contexts = []

    def opened(
        text: str = TEXT,
        touch: bool = False,
        width: int = 1280,
        beside: Desk | None = None,
        device_of: Desk | None = None,
        language: str = "en",
        direction: str = "ltr",
        regions: Iterable[tuple[int, int]] = (),
        **options: Any,
    ) -> Desk:
        if beside:
            return Desk(beside.page.context.new_page(), beside.assignment).open(live_server.url)
        if device_of:
            context = new_context(viewport={"width": width, "height": 800})
            contexts.append(context)
            enter(context, live_server.url, bob)
            return Desk(context.new_page(), device_of.assignment).open(live_server.url)
        article = make_article(study, text)
        article.language, article.direction = language, direction
        article.save(update_fields=["language", "direction"])
        for start, end in regions:
            Region.objects.create(
                study=study, article=article, start=start, end=end, created_by=study.created_by
            )
        size = {"width": width, "height": 800}
        context = new_context(viewport=size, has_touch=touch, is_mobile=touch, **options)
        contexts.append(context)
        enter(context, live_server.url, bob)
        return Desk(context.new_page(), assign(article, bob)).open(live_server.url)

    yield opened
    for context in contexts:  # what pages say on leaving finds no rows any more
        context.route("**/time", lambda route: route.fulfill(status=204))
        for page in context.pages:
            page.goto("about:blank")


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    return open_desk()
