"""Hints about boundaries: each rule once, and none on marks that follow the rules."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotations import exchange
from annotations.marking.lint import Mark, Place, lint
from annotations.text.sentences import sentences as find_sentences

DEMO = Path(exchange.__file__).parent / "demo"
CASES = [
    # rule, slug, text with [the mark]
    ("B1", "attribution", "[Officials ]said so."),
    ("B1", "attribution", "[Officials,] he said, were late."),
    ("B1", "characterization", "He called it [brutal.]"),
    ("B1", "characterization", "It was bru[tal] there."),
    ("B2", "attribution", "[President] Obama said so."),
    ("B2", "attribution", "[US President] Joe Biden said so."),
    ("B2", "attribution", "President [Obama] said so."),
    ("B2", "attribution", "Then the [officials] said so."),
    ("B2", "attribution", "[Norvia, a loyal partner of Selk], rejected it."),
    ("B3", "", "She said [that it was late]."),
    ("B3", "", "She said “[it was late]” again."),
    ("B3", "attribution", "He said [“late ally]” was wrong."),
    ("B4", "allegation", "There were [a string of alleged strikes] there."),
    ("B5", "characterization", "He met [the dictator] there."),
    ("B5", "characterization", "He met Selkan [dictator Orlo] there."),
    ("B5", "characterization", "It was [“unlawful”] to him."),
    ("L2", "allegation", "He says [the strike killed two people] there."),
    ("R2", "reporting", "[It rained. It poured.]"),
    ("R2", "reporting", "[It rained] on Monday."),
    ("B1", "reporting", "[It rained on Monday]."),
]


def read(marked: str) -> tuple[str, tuple[int, int]]:
    start, end = marked.index("["), marked.index("]") - 1
    return marked.replace("[", "").replace("]", ""), (start, end)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for place, sign in enumerate(text):
        if sign == ".":
            yield start, place + 1
            start = place + 2


def rules(slug: str, marked: str, *others: Mark) -> list[str]:
    text, hull = read(marked)
    place = Place(text, Mark(slug, (hull,)), list(sentences(text)), others)
    return [rule for rule, _ in lint(place)]


@pytest.mark.parametrize(("rule", "slug", "marked"), CASES, ids=[case[2] for case in CASES])
def test_a_doubtful_mark_cites_its_rule(rule: str, slug: str, marked: str) -> None:
    assert rules(slug, marked) == [rule]


@pytest.mark.parametrize(
    ("slug", "marked"),
    [
        ("attribution", "[Norvian President Ivor Pell] said so."),
        ("attribution", "[Apple Inc.] said so."),
        ("attribution", "[He] said so."),
        ("attribution", "[The president] said so."),
        ("characterization", "He met [Selkan dictator] Orlo there."),
        ("characterization", "He lives in the [U.S.]"),
        ("allegation", "[alleged Tavish tariffs] hit it."),
        ("allegation", "It was reported that [a number of sheds burned] there."),
        ("", "She said [“it was late”] again."),
        ("", "She called [that account nonsense] again."),
        ("reporting", "[It rained on Monday.]"),
    ],
)
def test_a_mark_by_the_rules_has_no_hint(slug: str, marked: str) -> None:
    assert rules(slug, marked) == []


def test_crossing_and_self_nesting_are_told() -> None:
    text = "[It rained on Monday] in the town."
    assert rules(
        "allegation", text.replace("rained", "may rain"), Mark("reporting", ((3, 30),))
    ) == ["N3"]
    assert rules("attribution", "[It] rained.", Mark("attribution", ((0, 9),))) == ["N2"]
    assert rules("", text, Mark("reporting", ((3, 30),))) == []


def test_words_are_only_checked_in_english() -> None:
    text = "La [president] Obama."
    place = Place(text.replace("[", "").replace("]", ""), Mark("attribution", ((3, 12),)), [], [])
    assert [rule for rule, _ in lint(place, english=False)] == []


def hinted(annotator: str) -> list[str]:
    """The words of the demo annotator's marks that earn a hint."""
    found = []
    for file in sorted((DEMO / "marks").glob(f"*.{annotator}.json")):
        text = (DEMO / "articles" / f"{file.name.split('.')[0]}.txt").read_text(encoding="utf-8")
        marks, sentences = marks_of(file), find_sentences(text)
        for mark in marks:
            others = [other for other in marks if other.slug and other is not mark]
            if lint(Place(text, mark, sentences, others), english=True):
                found.append(text[slice(*mark.hull)])
    return found


def marks_of(file: Path) -> list[Mark]:
    given = json.loads(file.read_text(encoding="utf-8"))
    spans = [Mark(span["label"], ((span["start"], span["end"]),)) for span in given["spans"]]
    return spans + [Mark("", parts(extent)) for extent in given["extents"]]


def test_marks_by_the_rules_earn_no_hint() -> None:
    assert hinted("mira") == []


def test_marks_that_break_the_rules_earn_hints() -> None:
    assert len(hinted("tom")) > 20


def parts(extent: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    return tuple((part["start"], part["end"]) for part in extent["fragments"])
