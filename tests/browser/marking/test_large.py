"""Long articles, thousands of marks, other directions of writing."""

import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from annotations.assignment.models import Assignment
from annotations.marking.models import Fragment, Span

from .conftest import Desk, OpenDesk

PARAGRAPHS, WORDS, STACKED = 500, 10, 200
TEXT = (" ".join(["barge loads"] * WORDS) + ".\n") * PARAGRAPHS
LINE = len(TEXT) // PARAGRAPHS
STARTS = [LINE * n + 12 * word for n in range(PARAGRAPHS) for word in range(WORDS)]

# How far from a third of the free height the first line of the chosen mark stands.
OFF = """() => new Promise((tell) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const style = getComputedStyle(document.getElementById("text"));
    const top = parseFloat(style.scrollMarginTop) || 0;
    const bottom = innerHeight - (parseFloat(style.scrollMarginBottom) || 0);
    const [box] = document.querySelector("mark.fx").getClientRects();
    tell(Math.abs(box.top - top - (bottom - top) / 3));
})))"""


def fill(assignment: Assignment) -> None:
    """Ten marks in each paragraph, and two hundred more that end with the text."""
    article, now = assignment.article, timezone.now()
    study = assignment.study
    label = study.labels.get(slug="allegation")
    notes = {(STARTS[4000], STARTS[4000] + 5): "far", (STARTS[-1], len(TEXT) - 2): "innermost"}
    places = [(start, start + 5) for start in STARTS]
    places += [(start, len(TEXT) - 2) for start in STARTS[-STACKED:]]
    spans = [
        Span(
            id=uuid.uuid4(),
            study=study,
            assignment=assignment,
            kind="label",
            label=label,
            codebook_version=study.codebook_versions.latest("number"),
            start=start,
            end=end,
            stretch=f"{start}-{end}",
            note=notes.get((start, end), ""),
            created_at=now,
            changed_at=now,
        )
        for start, end in places
    ]
    Span.objects.bulk_create(spans, batch_size=500)
    rows = [
        Fragment(
            study=study,
            span=span,
            start=span.start,
            end=span.end,
            quote=article.text[span.start : span.end],
            text_length=len(article.text),
        )
        for span in spans
    ]
    Fragment.objects.bulk_create(rows, batch_size=500)


@pytest.mark.soak
def test_five_thousand_marks_and_two_hundred_at_one_place(open_desk: OpenDesk) -> None:
    desk = open_desk(text=TEXT)
    fill(desk.assignment)
    page = desk.page
    page.reload()
    desk.ready()
    shown, note = page.locator("#list [data-id]"), page.locator("#list-note")
    expect(page.locator("#n-spans")).to_have_text(str(len(STARTS) + STACKED))
    expect(note).to_have_text("50 more marks: search to narrow them down.")
    expect(shown.first).to_be_visible()
    assert shown.count() <= 200

    search = page.locator("#list-search")
    search.fill("barge")
    expect(note).to_have_text("5000 more marks: search to narrow them down.")
    expect(shown).to_have_count(200)
    search.fill("far")
    expect(shown).to_have_count(1)
    shown.click()
    expect(page.locator("mark.fx")).to_be_in_viewport()
    assert page.evaluate(OFF) <= 1

    search.fill("innermost")
    expect(shown).to_have_count(1)
    shown.click()
    here = page.locator("#chosen .here button")
    expect(here).to_have_count(STACKED + 1)
    desk.text.focus()
    desk.press("o", "o")
    expect(page.locator("#chosen .here button[aria-pressed=true]")).to_have_count(1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    desk.press("s", "1")
    desk.saved()
    assert Span.objects.filter(assignment=desk.assignment, flag="boundary").count() == 1


def test_vertical_writing_is_marked_and_underlined_along_its_lines(desk: Desk) -> None:
    desk.text.evaluate("(text) => { text.style.writingMode = 'vertical-rl'; }")
    desk.double_click("notorious")
    desk.press("4")
    desk.click("Keston")
    desk.press("2")
    assert desk.spans() == [("attribution", "Keston"), ("characterization", "notorious")]
    mark = desk.page.locator("mark", has_text="Keston")
    box = mark.bounding_box()
    assert box
    assert box["height"] > box["width"]
    line = mark.evaluate("(el) => getComputedStyle(el).textDecorationLine")
    assert line == "underline"
