"""An annotator who points: clicks, double clicks, drags. Letters go into fields only."""

from playwright.sync_api import Locator, Page, expect

from .pages import Newcomer
from .reader import Box, Reader
from .reference import EXTENT, NAMING, Link, Reference, Span, Stretch

TAG_ABOVE = 5  # pixels from the top of a mark's first line up to the middle of its letter
EDGE = 90  # pixels kept free above (the label bar) and below
FLAGS = {
    "boundary": "Boundary",
    "label": "Label",
    "source": "Source",
    "codebook_gap": "Codebook gap",
}
# Where the page stands when the wheel has turned it so far, and when it stands there.
END_OF_WAY = """(way) => {
    const most = document.documentElement.scrollHeight - innerHeight;
    return Math.max(0, Math.min(scrollY + way, most));
}"""
ARRIVED = """(end) => new Promise((resolve) => {
    const tries = performance.now() + 10_000;
    const look = () => {
        if (Math.abs(scrollY - end) < 2 || performance.now() > tries) resolve();
        else setTimeout(look, 20);
    };
    look();
})"""


class ByMouse:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.n_gestures = 0
        self.n_letters = 0

    # --- the hand ------------------------------------------------------------

    def press(self, place: Locator) -> None:
        """A click on something outside the text."""
        place.click()
        self.n_gestures += 1

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.n_letters += len(words)

    def look_at(self, stretch: Stretch) -> list[Box]:
        """Where the words stand, after the wheel has brought them into view."""
        boxes = self.reader.boxes(stretch)
        height = self.page.evaluate("innerHeight")
        if boxes[0].top < EDGE or boxes[-1].bottom > height - EDGE:
            self.page.mouse.move(*self.resting_place())
            way = boxes[0].top - height / 3
            end = self.page.evaluate(END_OF_WAY, way)
            self.page.mouse.wheel(0, way)
            self.n_gestures += 1
            self.page.evaluate(ARRIVED, end)
            boxes = self.reader.boxes(stretch)
        return boxes

    def resting_place(self) -> tuple[float, float]:
        box = self.page.locator("#text").bounding_box()
        assert box
        return box["x"] + 5, self.page.evaluate("innerHeight") / 2

    def click(self, point: int) -> None:
        [box] = self.look_at((point, point + 1))
        self.page.mouse.click((box.left + box.right) / 2, box.middle)
        self.n_gestures += 1

    def drag(self, stretch: Stretch) -> None:
        boxes = self.look_at(stretch)
        self.draw((boxes[0].left + 1, boxes[0].middle), (boxes[-1].right - 1, boxes[-1].middle))

    def draw(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=6)
        mouse.up()
        self.n_gestures += 1

    def button(self, name: str) -> Locator:
        return self.page.locator("#bar").get_by_role("button", name=name)

    # --- the work ------------------------------------------------------------

    def join(self, link: str, newcomer: Newcomer) -> None:
        self.page.goto(link)
        for label, words in (
            ("Your name", newcomer.name),
            ("E-mail address", newcomer.email),
            ("User name", newcomer.username),
            ("Password", newcomer.password),
        ):
            self.press(self.page.get_by_label(label))
            self.type(words)
        self.press(self.page.get_by_role("button", name="Make my account and join"))
        expect(self.page.get_by_role("status")).to_contain_text("Welcome")

    def begin(self) -> None:
        """From wherever they are to their next article, reloading to see what is new."""
        self.page.reload()
        self.press(self.page.get_by_role("link", name="Begin with"))

    def mark_article(self, reference: Reference) -> None:
        self.reader = Reader(self.page)
        self.made: list[Span] = []
        for span in in_order(reference):
            if span not in self.made:
                self.make(span)
                self.answer(span)
            if links := reference.links_of(span):
                self.link(span, links, reference)

    def make(self, span: Span) -> None:
        self.select(span)
        self.press(self.button(span.label.title()))
        self.add_fragments(span)
        self.made.append(span)
        self.expect_chosen(span)

    def select(self, span: Span) -> None:
        """A click where the label takes the sentence, a double click on a word, else a drag."""
        stretch = span.fragments[0]
        free = [word for word in self.words_in(stretch) if not self.spans_at(word[0])]
        if span.label == "reporting" and stretch in self.reader.sentences and free:
            return self.click(free[0][0])
        if stretch in self.reader.words:
            [box] = self.look_at(stretch)
            self.page.mouse.dblclick((box.left + box.right) / 2, box.middle)
            self.n_gestures += 1
        else:
            self.drag(stretch)
        return None

    def words_in(self, stretch: Stretch) -> list[Stretch]:
        return [
            word for word in self.reader.words if stretch[0] <= word[0] and word[1] <= stretch[1]
        ]

    def spans_at(self, point: int) -> list[Span]:
        """Innermost first, as clicks go through them."""
        here = [span for span in self.made if span.holds(point)]
        return sorted(here, key=lambda span: span.end - span.start)

    def add_fragments(self, span: Span) -> None:
        for fragment in span.fragments[1:]:
            self.drag(fragment)
            self.press(self.page.locator("#bar").get_by_text("More", exact=True))
            self.press(self.button("Add as further part"))

    def expect_chosen(self, span: Span) -> None:
        """A person sees at a glance what got marked."""
        expect(self.reader.chosen.locator("h2")).to_have_text(span.label.title())
        quote = self.reader.chosen.locator(".chosen-quote")
        expect(quote).to_have_text(self.reader.in_short(span, 220))

    def choose(self, span: Span) -> None:
        """Clicks on the span where it is the innermost."""
        self.click(self.own_point(span))
        self.expect_chosen(span)

    def own_point(self, span: Span) -> int:
        points = [word[0] for fragment in span.fragments for word in self.words_in(fragment)]
        return next(at for at in points if [each.id for each in self.spans_at(at)][:1] == [span.id])

    # --- what the panel asks -------------------------------------------------

    def answer(self, span: Span) -> None:
        for question, value in span.answers.items():
            field = self.reader.chosen.locator(f"[data-attribute={question}]")
            if question in NAMING:
                self.name(field, value)
            elif question == "hedge":
                self.fill(field.locator("input"), value)
            else:
                self.press(field.locator("label", has=self.page.locator(f"[value={value}]")))
        if span.note:
            self.fill(self.reader.chosen.get_by_label("Note"), span.note)
        if span.flag:
            unsure = self.reader.chosen.get_by_role("group", name="Unsure about")
            self.press(unsure.get_by_role("button", name=FLAGS[span.flag]))

    def fill(self, field: Locator, words: str) -> None:
        if field.input_value() == words:
            return
        field.click(click_count=3)  # selects what is there
        self.n_gestures += 1
        self.type(words)

    def name(self, field: Locator, name: str) -> None:
        """Out of the list, which a click opens; a name that is not there is typed."""
        self.press(field.locator("input"))
        if name not in self.reader.names_offered():
            self.type(name)
        options = field.get_by_role("option")
        return self.press(options.nth(self.reader.names_offered().index(name)))

    # --- links ---------------------------------------------------------------

    def link(self, source: Span, links: list[Link], reference: Reference) -> None:
        """Claims that are not marked yet are dragged after “Link”; those that are, clicked."""
        for link in links:
            self.press(self.button("Link"))
            target = reference.span(link.target)
            if target in self.made:
                self.click(self.own_point(target))
            else:
                self.drag(target.fragments[0])
                self.made.append(target)
            self.cue(link)
        for link in links:
            target = reference.span(link.target)
            if len(target.fragments) > 1:
                self.choose(Span(target.id, target.label, target.fragments[:1]))
                self.add_fragments(target)
                self.expect_chosen(target)

    def cue(self, link: Link) -> None:
        shown = self.reader.chosen.locator(".links [aria-pressed=true] .cue")
        expect(shown).to_have_count(1)
        if not link.cue:
            return
        words = self.reader.text[slice(*link.cue)]
        if shown.inner_text().strip() != f"cue: {words}":
            self.press(self.reader.chosen.get_by_role("button", name="New cue words"))
            self.drag(link.cue)
            expect(shown).to_have_text(f" cue: {words}")

    def submit(self) -> None:
        self.press(self.page.get_by_role("button", name="Submit…"))
        dialog = self.page.get_by_role("dialog", name="Submit this article?")
        self.press(dialog.get_by_role("button", name="Submit and go on"))
        expect(self.page.get_by_text("All your articles are submitted.")).to_be_visible()


def in_order(reference: Reference) -> list[Span]:
    """Reading order, outer before inner; a labelled claim before its source, to be clicked."""
    claims = {link.target: reference.span(link.source) for link in reference.links}

    def place(span: Span) -> tuple[int, int, int]:
        source = claims.get(span.id)
        if source and span.label != EXTENT and source.start < span.start:
            return source.start, 0, -span.end
        return span.start, 1, -span.end

    spans = [s for s in reference.spans if not (s.label == EXTENT and s.id in claims)]
    return sorted(spans, key=place)
