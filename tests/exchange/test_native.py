"""Native JSON: what is read is what was written, and what cannot be read says which span."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotations.exchange import native
from annotations.exchange.records import (
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    MarksRecord,
    MarksRefused,
    SpanRecord,
)

Data = dict[str, Any]

MARKS = MarksRecord(
    text_sha256="ab" * 32,
    n_code_points=200,
    annotator="bob",
    codebook=3,
    title="Strike in Arden",
    file="arden.txt",
    entities=(EntityRecord("E1", "Ilana Voss"),),
    spans=(
        SpanRecord(
            "A1",
            "attribution",
            (FragmentRecord(10, 20, "Ilana Voss"),),
            {"source_kind": "named_person", "entity": "E1", "checked": True},
            note="Two lines\nof note 🙂",
            flag="boundary",
            codebook=2,
        ),
        SpanRecord("Q1", "quote_of", (FragmentRecord(0, 2, "ab"), FragmentRecord(4, 6, "cd"))),
        SpanRecord(
            "X1", None, (FragmentRecord(30, 33, "“We"), FragmentRecord(40, 44, "and”")), note="Two"
        ),
    ),
    links=(LinkRecord("A1", "X1", FragmentRecord(21, 25, "said")), LinkRecord("A1", "Q1")),
)


def as_file(change: Callable[[Data], object] = lambda data: None) -> bytes:
    data = json.loads(native.write(MARKS))
    change(data)
    return json.dumps(data).encode()


def refusal(content: bytes) -> tuple[str, ...]:
    with pytest.raises(MarksRefused) as refused:
        native.read(content)
    return refused.value.problems


def test_what_was_written_is_read_back_as_the_same_values() -> None:
    assert native.read(native.write(MARKS)) == native.Reading(MARKS, ())


def test_writing_what_was_read_gives_the_same_bytes() -> None:
    content = native.write(MARKS)
    assert native.write(native.read(content).marks) == content


def test_offsets_and_words_stand_open_in_the_file() -> None:
    data = json.loads(native.write(MARKS))
    assert data["spans"][0]["start"] == 10
    assert data["spans"][0]["text"] == "Ilana Voss"
    assert data["extents"][0] == {
        "id": "X1",
        "fragments": [
            {"start": 30, "end": 33, "text": "“We"},
            {"start": 40, "end": 44, "text": "and”"},
        ],
        "note": "Two",
    }
    assert data["links"][1] == {"from": "A1", "to": "Q1"}


def test_fragments_come_out_in_the_order_of_the_text() -> None:
    content = as_file(lambda data: data["extents"][0]["fragments"].reverse())
    assert native.read(content).marks == MARKS


def test_unanswered_attributes_are_no_answers() -> None:
    content = as_file(lambda data: data["spans"][1].update(attributes={"hedge": None, "who": " "}))
    assert native.read(content).marks.spans[1].attributes == {}


def test_an_extent_may_be_written_as_one_stretch() -> None:
    def flatten(data: Data) -> None:
        data["extents"] = [{"id": "X1", "start": 30, "end": 33, "text": "“We"}]

    (extent,) = (s for s in native.read(as_file(flatten)).marks.spans if s.label is None)
    assert extent.stretch == ((30, 33),)


def test_keys_that_the_format_does_not_know_are_left_out_and_said() -> None:
    def add(data: Data) -> None:
        data["mood"] = "good"
        data["spans"][0]["colour"] = "red"

    reading = native.read(as_file(add))
    assert reading.marks == MARKS
    assert reading.losses == (
        "“mood” is not part of the format and was left out.",
        "“colour” of “spans” is not part of the format and was left out.",
    )


REFUSED: list[tuple[str, Callable[[Data], object]]] = [
    (
        "Span A1: its end 10 does not lie after its start 10.",
        lambda d: d["spans"][0].update(end=10),
    ),
    (
        "Span A1: “start” must be a whole number, 0 or more.",
        lambda d: d["spans"][0].update(start=-1),
    ),
    (
        "Span A1: “start” must be a whole number, 0 or more.",
        lambda d: d["spans"][0].update(start=True),
    ),
    (
        "Span A1: “end” must be a whole number, 0 or more.",
        lambda d: d["spans"][0].update(end=10**12),
    ),
    ("Span A1: “text” is missing.", lambda d: d["spans"][0].pop("text")),
    ("Span A1: “label” is missing.", lambda d: d["spans"][0].pop("label")),
    ("Span no. 1: “id” is missing.", lambda d: d["spans"][0].pop("id")),
    ("Span no. 2 must be an object.", lambda d: d["spans"].__setitem__(1, "A2")),
    ("“spans” must be a list.", lambda d: d.update(spans={})),
    (
        'Span A1: its flag "hm" is none of boundary, label, source, codebook_gap.',
        lambda d: d["spans"][0].update(flag="hm"),
    ),
    ("Span A1: “note” must be text.", lambda d: d["spans"][0].update(note=["a"])),
    (
        "Span A1, “note”: Line 1, character 2: a NUL character, which cannot be stored. "
        "Remove it from the file and try again.",
        lambda d: d["spans"][0].update(note="a\0"),
    ),
    (
        "Entity E1, “name”: Line 1, character 1: half of a character (lone surrogate U+D83D), "
        "which cannot be stored. Remove it from the file and try again.",
        lambda d: d["entities"][0].update(name="\ud83d"),
    ),
    (
        "Extent X1: its fragments 30–33 and 32–44 overlap.",
        lambda d: d["extents"][0]["fragments"][1].update(start=32),
    ),
    (
        "Extent X1: its fragments 30–33 and 33–44 touch; join them into one.",
        lambda d: d["extents"][0]["fragments"][1].update(start=33),
    ),
    ("Extent X1 has no fragments.", lambda d: d["extents"][0].update(fragments=[])),
    (
        "Extent X1 has both start and end and fragments; give one of the two.",
        lambda d: d["extents"][0].update(start=1),
    ),
    (
        "Extent X1 is an extent, so it has neither label nor attributes.",
        lambda d: d["extents"][0].update(attributes={"a": "b"}),
    ),
    (
        "Extent X1, fragment 2: “start” must be a whole number, 0 or more.",
        lambda d: d["extents"][0]["fragments"][1].pop("start"),
    ),
    (
        "Extent X1 is not the only one with the id “X1”.",
        lambda d: d["spans"].append({**d["spans"][0], "id": "X1", "start": 11}),
    ),
    (
        "Span A9 is a duplicate of A1: the same attribution on the same stretch.",
        lambda d: d["spans"].append({**d["spans"][0], "id": "A9"}),
    ),
    (
        "Extent X9 is a duplicate of X1: the same extent on the same stretch.",
        lambda d: d["extents"].append({**d["extents"][0], "id": "X9"}),
    ),
    (
        "Entity E1 is not the only one with the id “E1”.",
        lambda d: d["entities"].append({"id": "E1", "name": "Somebody"}),
    ),
    ("Link A1 → X7: there is no span X7.", lambda d: d["links"][0].update(to="X7")),
    ("Link A1 → A1 leads back to where it begins.", lambda d: d["links"][0].update(to="A1")),
    ("Link A1 → X1 is there twice.", lambda d: d["links"].append(d["links"][0])),
    (
        "Link A1 → X1, cue: “text” is missing.",
        lambda d: d["links"][0]["cue"].pop("text"),
    ),
    (
        'Offsets must count Unicode code points, not "UTF-16 code units".',
        lambda d: d["document"].update(offset_unit="UTF-16 code units"),
    ),
    ("The article: “sha256” is missing.", lambda d: d["document"].pop("sha256")),
    ("“document” must be an object that names the text.", lambda d: d.pop("document")),
    ("The file: “annotator” is missing.", lambda d: d.pop("annotator")),
]


@pytest.mark.parametrize(("sentence", "spoil"), REFUSED)
def test_each_refusal_names_what_is_wrong(sentence: str, spoil: Callable[[Data], object]) -> None:
    assert sentence in refusal(as_file(spoil))


def test_all_that_is_wrong_is_said_at_once() -> None:
    def spoil(data: Data) -> None:
        data["spans"][0]["end"] = 1
        data["extents"][0]["fragments"] = []

    assert refusal(as_file(spoil)) == (
        "Span A1: its end 1 does not lie after its start 10.",
        "Extent X1 has no fragments.",
    )


def test_a_refusal_spells_out_twenty_problems_and_counts_the_rest() -> None:
    said = str(MarksRefused([f"Span A{n} is wrong." for n in range(1, 24)])).splitlines()
    assert said[19:] == ["Span A20 is wrong.", "And 3 more problems."]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[]", "The file holds no JSON object."),
        (b'{"format": ', "Line 1, character 12: this is not JSON (Expecting value)."),
        (
            b'{"format": "brat"}',
            'The file\'s format is "brat"; known are sourcemark-marks/1, sourcemark-seed/1.',
        ),
        (
            b'{"format": 1, "format": 2}',
            'The file is not JSON that can be read: the key "format" stands twice in one object.',
        ),
        (b'{"n": NaN}', "The file is not JSON that can be read: NaN is no number in JSON."),
        (b"[" * 100_000, "The file is nested too deeply to be a file of marks."),
        (
            b'{"format": "sourcemark-seed/1"}',
            "The file is not whole sourcemark-seed/1: KeyError('document').",
        ),
    ],
)
def test_what_is_no_file_of_marks_is_refused(content: bytes, sentence: str) -> None:
    assert refusal(content) == (sentence,)


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    (sentence,) = refusal(b'{"n": ' + b"9" * 5000 + b"}")
    assert sentence.startswith("The file is not JSON that can be read:")


def test_a_file_that_is_not_utf8_is_refused_by_its_byte() -> None:
    (sentence,) = refusal(b'{"a": "\xff"}')
    assert sentence.startswith("Line 1, byte 8 of the file is not UTF-8.")


def test_the_marking_page_writes_what_is_read_here() -> None:
    """tests/js/parts.test.js holds the page to that file."""
    kept = Path(__file__).parent.parent / "marking" / "rescued_marks.json"
    marks, losses = native.read(kept.read_bytes())
    assert losses == ()
    assert marks.spans[0].attributes == {"entity": "e1", "named": True}
    assert (marks.spans[0].codebook, marks.codebook) == (1, 2)
    assert [len(span.fragments) for span in marks.spans] == [1, 2]
    assert marks.links == (LinkRecord("a", "x", FragmentRecord(18, 24, "agreed")),)
