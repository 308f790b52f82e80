"""An annotator who has a keyboard and no pointer."""

from playwright.sync_api import expect

from .keyboard import Keyboard
from .pages import Newcomer
from .paths import LABELS, Paths
from .reader import Reader
from .reference import NAMING, Link, Reference, Span, Stretch

FLAGS = ("boundary", "label", "source", "codebook_gap")
QUESTIONS = {  # label: what is asked, in the order of the panel
    "attribution": ("source_kind", "entity"),
    "allegation": ("hedger", "hedge", "about"),
    "characterization": ("target", "voice", "polarity"),
}


class ByKeys(Keyboard):
    def join(self, link: str, newcomer: Newcomer) -> None:
        self.page.goto(link)
        self.fill(self.page.get_by_label("Your name"), newcomer.name)
        self.fill(self.page.get_by_label("E-mail address"), newcomer.email)
        self.fill(self.page.get_by_label("User name"), newcomer.username)
        self.fill(self.page.get_by_label("Password"), newcomer.password)
        self.press("Enter")
        expect(self.page.get_by_role("status")).to_contain_text("Welcome")

    def begin(self) -> None:
        """From wherever they are to their next article, reloading to see what is new."""
        self.page.reload()
        self.go(self.page.get_by_role("link", name="Begin with"))
        self.press("Enter")

    def mark_article(self, reference: Reference) -> None:
        self.reader = Reader(self.page)
        self.paths = Paths(self.reader)
        self.cursor: int | None = None
        self.go(self.page.locator("#text"))
        for span in in_order(reference):
            self.make(span)
            for link in reference.links_of(span):
                self.link(link, reference)
            if self.page.locator("#chosen .linking").count():
                self.press("Escape")

    def make(self, span: Span) -> None:
        """Marks its words and answers what is asked; the span stays chosen."""
        keys = self.paths.to_span(self.where(), span)
        if keys[0] == LABELS[span.label].key and self.reader.chosen.locator("h2").count():
            self.press("Escape")  # the key alone would give the chosen span another label
        self.press(*keys)
        self.cursor = self.reader.word_from(span.start)
        for fragment in span.fragments[1:]:
            self.select(fragment, quoted=True)
            self.press("f")
            self.cursor = self.reader.word_from(span.start)
        self.expect_chosen(span)
        if span.answers:
            self.answer(span)
        if span.note:
            self.press("n")
            self.type(span.note)
            self.press("Enter")
        if span.flag:
            self.press("s", str(FLAGS.index(span.flag) + 1))

    def where(self) -> int:
        """The word under the cursor; the first arrow key puts it on the first word in view."""
        if self.cursor is None:
            self.press("ArrowRight")
            self.cursor = 0
        return self.cursor

    def select(self, stretch: Stretch, quoted: bool = False) -> None:
        keys = self.paths.to_selection(self.where(), stretch, quoted)
        self.press(*keys)
        first, last = self.paths.inside(stretch)
        how = next((key for key in keys if "Shift+" in key), "")
        on = how.endswith(("ArrowRight", "ArrowDown")) and first != last
        self.cursor = last if on else first
        assert self.reader.selected() in self.reader.text[slice(*stretch)]

    def expect_chosen(self, span: Span) -> None:
        """A person sees at a glance what got marked."""
        expect(self.reader.chosen.locator("h2")).to_have_text(span.label.title())
        quote = self.reader.chosen.locator(".chosen-quote")
        expect(quote).to_have_text(self.reader.in_short(span, 220))

    def answer(self, span: Span) -> None:
        questions = list(QUESTIONS[span.label])
        if questions[0] in NAMING:
            if name := span.answers.get(questions[0]):
                self.press("w")
                self.name(name)
            questions = questions[1:]
        self.press("t")
        for question in questions:
            self.reply(question, span.answers.get(question, ""))
        expect(self.page.locator("#text")).to_be_focused()

    def reply(self, question: str, value: str) -> None:
        """Answers the question that has the focus; the focus goes on to the next."""
        field = self.reader.chosen.locator(f"[data-attribute={question}]")
        expect(field.locator("input:focus")).to_have_count(1)
        if question in NAMING and value:
            self.name(value)
        elif question in NAMING:
            self.press("Enter")
        elif question == "hedge":
            if field.locator("input").input_value() != value:
                self.press("Control+a")
                self.type(value)
            self.press("Enter")
        else:
            values = field.locator("input").evaluate_all("all => all.map(({ value }) => value)")
            self.press(str(values.index(value) + 1))

    def name(self, name: str) -> None:
        """A name by its number in the list, else typed and taken with Enter."""
        if (listed := self.reader.names_offered()) and name in listed:
            return self.press(str(listed.index(name) + 1))
        self.type(name)
        while name != self.aimed_at():
            self.press("ArrowDown")
        return self.press("Enter")

    def aimed_at(self) -> str:
        option = self.reader.chosen.locator("[role=option][aria-selected=true]")
        return option.inner_text().removeprefix("New name: ")

    def link(self, link: Link, reference: Reference) -> None:
        """To a claim that is marked: by its number among the candidates."""
        linking = self.reader.chosen.locator(".linking")
        if not linking.count():
            self.press("l")
        expect(linking).to_be_visible()
        target = reference.span(link.target)
        wanted = f"{target.label.title()} {self.reader.in_short(target, 70)}"
        rows = linking.locator(".candidates li").all_inner_texts()
        self.press(str([" ".join(row.split()) for row in rows].index(wanted) + 1))
        expect(self.reader.chosen.locator(".links [aria-pressed=true]")).to_contain_text(wanted)
        self.cue(link)

    def cue(self, link: Link) -> None:
        """Leaves the cue that the page has guessed, or selects the right words."""
        if not link.cue:
            return
        words = self.reader.text[slice(*link.cue)]
        shown = self.reader.chosen.locator(".links [aria-pressed=true] .cue")
        expect(shown).to_have_count(1)
        if shown.inner_text().strip() != f"cue: {words}":
            self.select(link.cue)
            self.press("c")
            expect(shown).to_have_text(f" cue: {words}")

    def submit(self) -> None:
        self.press("Control+Enter")
        dialog = self.page.get_by_role("dialog", name="Submit this article?")
        expect(dialog).to_be_visible()
        self.go(dialog.get_by_role("button", name="Submit and go on"))
        self.press("Enter")
        expect(self.page.get_by_text("All your articles are submitted.")).to_be_visible()


def in_order(reference: Reference) -> list[Span]:
    """Reading order, but a claim before its source, so that the source can be linked at once."""
    sources = {link.source: reference.span(link.source) for link in reference.links}
    ends = {
        id: max(reference.span(link.target).end for link in reference.links_of(span))
        for id, span in sources.items()
    }
    return sorted(reference.spans, key=lambda span: (ends.get(span.id, span.end), span.id in ends))
