"""Marks meet their text and codebook: what does not fit is said span by span."""

from dataclasses import replace
from typing import Any

import pytest

from annotations.exchange.fitting import misfits
from annotations.exchange.records import (
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    MarksRecord,
    SpanRecord,
)
from annotations.text.cleaning import sha256

TEXT = "[Photo] Ilana Voss said she was “calm” 👩‍👧. The alleged strike did not happen."
CONTENT: dict[str, Any] = {
    "labels": [
        {"slug": "reporting", "name": "Reporting", "fragments": False, "attributes": []},
        {
            "slug": "attribution",
            "name": "Attribution",
            "fragments": False,
            "attributes": [
                {
                    "name": "source_kind",
                    "kind": "choice",
                    "choices": [{"value": "named_person", "title": "Named person"}],
                    "former_choices": [{"value": "expert", "title": "Expert"}],
                },
                {"name": "entity", "kind": "entity", "choices": []},
                {"name": "checked", "kind": "yes_no", "choices": []},
                {"name": "hedge", "kind": "text", "choices": []},
            ],
        },
        {"slug": "frame", "name": "Frame", "fragments": True, "attributes": []},
    ]
}


def fragment(words: str) -> FragmentRecord:
    start = TEXT.index(words)
    return FragmentRecord(start, start + len(words), words)


def span(name: str, label: str | None, *words: str, **attributes: Any) -> SpanRecord:
    return SpanRecord(name, label, tuple(map(fragment, words)), attributes)


SOURCE = span("A1", "attribution", "Ilana Voss", source_kind="named_person", entity="E1")
CONTENT_OF_SOURCE = span("X1", None, "she", "“calm”")
MARKS = MarksRecord(
    sha256(TEXT),
    len(TEXT),
    "bob",
    entities=(EntityRecord("E1", "Ilana Voss"),),
    spans=(SOURCE, CONTENT_OF_SOURCE),
    links=(LinkRecord("A1", "X1", fragment("said")),),
)


def said_of(*spans: SpanRecord, links: tuple[LinkRecord, ...] = ()) -> list[str]:
    return misfits(replace(MARKS, spans=spans, links=links), TEXT, [(0, 7)], CONTENT)


def test_marks_that_fit_are_not_complained_of() -> None:
    assert misfits(MARKS, TEXT, [(0, 7)], CONTENT) == []


def test_another_text_is_told_by_its_hash_alone() -> None:
    (sentence,) = misfits(MARKS, TEXT + " ", [], CONTENT)
    assert sentence.startswith("These marks belong to another text:")


def test_a_wrong_count_of_code_points_gives_other_units_away() -> None:
    (sentence,) = misfits(replace(MARKS, n_code_points=len(TEXT) + 2), TEXT, [], CONTENT)
    assert sentence.endswith("its offsets are not code points of this text.")


def at(start: int, end: int, words: str) -> SpanRecord:
    return SpanRecord("R1", "reporting", (FragmentRecord(start, end, words),))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            at(9, 19, "Ilana Voss"),
            'Span R1: at 9–19 stands "lana Voss ", not "Ilana Voss", which stands at 8–18.',
        ),
        (at(9, 19, "Igor Voss"), 'Span R1: at 9–19 stands "lana Voss ", not "Igor Voss".'),
        (
            at(70, 99, "strike"),
            "Span R1: 70–99 lies outside the text, which has 78 code points.",
        ),
        (at(18, 19, " "), "Span R1: 18–19 holds no words."),
        (at(39, 40, "👩"), "Span R1: 39–40 cuts a character in two."),
        (
            at(1, 13, "Photo] Ilana"),
            "Span R1 reaches into 0–7, which is not article text.",
        ),
        (span("Z1", "mood", "calm"), "Span Z1: the codebook has no label “mood”."),
        (
            span("A1", "attribution", "Ilana", "said"),
            "Span A1: Attribution takes one stretch, not 2.",
        ),
        (
            span("A1", "attribution", "Ilana", colour="red"),
            'Span A1: Attribution has no attribute "colour".',
        ),
        (
            span("A1", "attribution", "Ilana", source_kind="poet"),
            'Span A1: “source_kind” cannot be "poet"; it is one of named_person, expert.',
        ),
        (
            span("A1", "attribution", "Ilana", entity="E7"),
            'Span A1: “entity” names the entity "E7", which the file does not list.',
        ),
        (
            span("A1", "attribution", "Ilana", checked="perhaps"),
            "Span A1: “checked” must be true or false.",
        ),
        (
            span("A1", "attribution", "Ilana", hedge=True),
            "Span A1: “hedge” cannot be true or false.",
        ),
    ],
)
def test_each_misfit_names_its_span(wrong: SpanRecord, sentence: str) -> None:
    assert said_of(wrong) == [sentence]


def test_a_former_choice_still_fits_work_done_under_it() -> None:
    assert said_of(span("A1", "attribution", "Ilana", source_kind="expert")) == []


def test_a_label_that_allows_it_takes_several_stretches() -> None:
    assert said_of(span("F1", "frame", "Ilana", "said")) == []


def test_each_fragment_of_an_extent_is_checked() -> None:
    wrong = replace(
        CONTENT_OF_SOURCE,
        fragments=(CONTENT_OF_SOURCE.fragments[0], FragmentRecord(40, 44, "calm")),
    )
    (sentence,) = said_of(SOURCE, wrong)
    assert sentence.startswith("Extent X1: at 40–44 stands")


def test_the_words_of_a_cue_are_checked() -> None:
    links = (LinkRecord("A1", "X1", FragmentRecord(19, 23, "says")),)
    assert said_of(SOURCE, CONTENT_OF_SOURCE, links=links) == [
        'Link A1 → X1, cue: at 19–23 stands "said", not "says".'
    ]


def test_a_cue_cannot_lie_in_what_is_not_article_text() -> None:
    links = (LinkRecord("A1", "X1", fragment("Photo")),)
    assert said_of(SOURCE, CONTENT_OF_SOURCE, links=links) == [
        "Link A1 → X1, cue reaches into 0–7, which is not article text."
    ]


def test_links_lead_from_an_attribution_to_what_it_is_the_source_of() -> None:
    reporting = span("R1", "reporting", "The alleged strike did not happen.")
    links = (LinkRecord("X1", "A1"), LinkRecord("A1", "R1"))
    assert said_of(SOURCE, CONTENT_OF_SOURCE, reporting, links=links) == [
        "Link X1 → A1: a link begins at an attribution, and X1 is none.",
        "Link A1 → R1: a link from attribution cannot lead to reporting.",
    ]
