"""The articles and marks that the demo ships: exact, plausible, and all that makes the job hard."""

import json
from itertools import combinations
from typing import Any

import pytest

from annotations.exchange import native
from annotations.exchange.demo.files import DEMO, DemoArticle, demo_files
from annotations.exchange.fitting import misfits
from annotations.exchange.records import MarksRecord
from annotations.study.default_codebook import FILE as CODEBOOK

CONTENT: dict[str, Any] = json.loads(CODEBOOK.read_text(encoding="utf-8"))
MARKS = sorted((DEMO / "marks").glob("*.json"))
ARTICLES = {article.slug: article for article in demo_files().articles}


def marks_of(slug: str, annotator: str) -> MarksRecord:
    content = (DEMO / "marks" / f"{slug}.{annotator}.json").read_bytes()
    return native.read(content).marks


def labelled(marks: MarksRecord) -> set[tuple[str, object]]:
    return {(span.label, span.stretch) for span in marks.spans if span.label}


@pytest.mark.parametrize("path", MARKS, ids=lambda path: path.stem)
def test_the_marks_fit_their_article_and_the_default_codebook(path: Any) -> None:
    article = ARTICLES[path.name.split(".")[0]]
    reading = native.read(path.read_bytes())
    regions = [(start, end) for _, start, end in article.regions]
    assert misfits(reading.marks, article.text, regions, CONTENT) == []
    assert reading.losses == ()
    assert native.write(reading.marks) == path.read_bytes()


def test_three_outlets_tell_both_events_in_three_to_nine_hundred_words() -> None:
    told = {(article.outlet, article.event) for article in ARTICLES.values()}
    assert len(told) == len(ARTICLES) == 6
    assert len({outlet for outlet, _ in told}) == 3
    assert len({event for _, event in told}) == 2
    assert all(300 <= len(article.text.split()) <= 900 for article in ARTICLES.values())


def test_the_articles_hold_what_makes_this_job_hard() -> None:
    text = "\n".join(article.text for article in ARTICLES.values())
    for sign in ("🔥", "“", "’", "يوسف الكريم", "נועה ברק", "so-called"):
        assert sign in text
    assert ARTICLES["meridian-fire"].text.startswith(" date 2025-10-16 ")
    kinds = {kind for article in ARTICLES.values() for kind, _, _ in article.regions}
    assert kinds == {"metadata", "caption", "newsletter"}


def test_every_label_occurs_in_every_finished_article() -> None:
    for path in MARKS:
        marks = native.read(path.read_bytes()).marks
        labels = {span.label for span in marks.spans}
        if len(marks.spans) > 10:
            slugs = {"reporting", "attribution", "allegation", "characterization", None}
            assert labels == slugs, path.name
            assert any(len(span.fragments) > 1 for span in marks.spans), path.name
            assert marks.links
            assert marks.entities


def f1(one: MarksRecord, other: MarksRecord, label: str | None = None) -> float:
    left, right = (
        {each for each in labelled(marks) if label in (None, each[0])} for marks in (one, other)
    )
    return 2 * len(left & right) / (len(left) + len(right))


def test_the_annotators_agree_about_as_far_as_people_do() -> None:
    pairs = [
        (marks_of(slug, one), marks_of(slug, other))
        for slug in ARTICLES
        for one, other in combinations(("mira", "ruth", "tom"), 2)
        if "ruth" not in (one, other) or slug.endswith("-fire")
    ]
    exact = [f1(one, other) for one, other in pairs]
    loaded = [f1(one, other, "characterization") for one, other in pairs]
    assert min(exact) > 0.4
    assert max(exact) < 0.8
    assert 0.5 < sum(exact) / len(exact) < 0.75
    assert sum(loaded) / len(loaded) < sum(exact) / len(exact) - 0.15


def test_one_annotator_has_work_left() -> None:
    states = [work.state for work in demo_files().work if work.annotator == "ruth.demo"]
    assert states == ["submitted"] * 3 + ["in_progress", "waiting", "waiting"]
    assert 3 <= len(labelled(marks_of("courier-water", "ruth"))) <= 8


def test_regions_are_found_in_the_text_by_their_words() -> None:
    article: DemoArticle = ARTICLES["courier-fire"]
    ((kind, start, end),) = article.regions
    assert (kind, article.text[start:end].split(":")[0]) == ("caption", "Photo")
