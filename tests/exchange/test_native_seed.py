"""The forerunner of the native format is read; what has no place any more is said."""

import json
from typing import Any

from annotations.exchange import native
from annotations.exchange.records import EntityRecord, FragmentRecord, LinkRecord, SpanRecord

SEED: dict[str, Any] = {
    "format": "sourcemark-seed/1",
    "document": {
        "file": "harbour.txt",
        "sha256": "cd" * 32,
        "bytes": 90,
        "code_points": 88,
        "offset_unit": "Unicode code point, end exclusive, into the exact file text",
        "body_start": 0,
    },
    "annotator": "annotator_b",
    "note": "Minimal boundaries.",
    "guideline": "draft",
    "spans": [
        {
            "id": "A1",
            "label": "attribution",
            "start": 0,
            "end": 7,
            "text": "Sources",
            "attributes": {
                "source_kind": "unnamed_person_or_group",
                "source_entity": "Sources",
                "directness": "indirect",
                "cue": "say",
            },
            "why": "No name given.",
        },
        {
            "id": "L1",
            "label": "allegation",
            "start": 12,
            "end": 40,
            "text": "the ship could possibly sink",
            "attributes": {
                "hedge": "could possibly",
                "hedge_type": "possible",
                "hedger": "source",
                "about": "Sources",
            },
        },
        {
            "id": "C1",
            "label": "characterization",
            "start": 50,
            "end": 55,
            "text": "rusty",
            "attributes": {
                "target": "The ship",
                "polarity": "neutral",
                "voice": "outlet",
                "form": "adjective",
            },
        },
        {
            "id": "R1",
            "label": "reporting",
            "start": 60,
            "end": 70,
            "text": "It is old.",
            "attributes": {},
        },
    ],
    "extents": [
        {"id": "X1", "role": "content", "fragments": [{"start": 8, "end": 11, "text": "say"}]}
    ],
    "links": [
        {
            "type": "sources",
            "from": "A1",
            "to": "L1",
            "cue": {"start": 8, "end": 11, "text": "say"},
        }
    ],
}


def test_a_seed_file_becomes_native_marks() -> None:
    marks = native.read(json.dumps(SEED).encode()).marks
    assert (marks.annotator, marks.text_sha256, marks.n_code_points) == (
        "annotator_b",
        "cd" * 32,
        88,
    )
    assert marks.entities == (EntityRecord("E1", "Sources"), EntityRecord("E2", "The ship"))
    assert marks.links == (LinkRecord("A1", "L1", FragmentRecord(8, 11, "say")),)
    assert marks.spans == (
        SpanRecord(
            "A1",
            "attribution",
            (FragmentRecord(0, 7, "Sources"),),
            {"source_kind": "unnamed_person_or_group", "entity": "E1"},
            note="No name given.",
        ),
        SpanRecord(
            "L1",
            "allegation",
            (FragmentRecord(12, 40, "the ship could possibly sink"),),
            {"hedge": "could possibly", "hedger": "source", "about": "E1"},
        ),
        SpanRecord(
            "C1",
            "characterization",
            (FragmentRecord(50, 55, "rusty"),),
            {"target": "E2", "voice": "outlet"},
        ),
        SpanRecord("R1", "reporting", (FragmentRecord(60, 70, "It is old."),)),
        SpanRecord("X1", None, (FragmentRecord(8, 11, "say"),)),
    )


def test_what_is_left_out_of_a_seed_file_is_said_with_its_spans() -> None:
    assert native.read(json.dumps(SEED).encode()).losses == (
        "“directness” is computed from the quotation marks and was left out (A1).",
        "“cue” belongs to the links, which have their own and was left out (A1).",
        "“hedge_type” is no question of the codebook and was left out (L1).",
        "“neutral” is no answer to “polarity” and was left out (C1).",
        "“form” is no question of the codebook and was left out (C1).",
        "The file’s “note” has no place here and was left out.",
        "The file’s “guideline” has no place here and was left out.",
    )


def test_seed_marks_written_natively_are_read_back() -> None:
    marks = native.read(json.dumps(SEED).encode()).marks
    assert native.read(native.write(marks)).marks == marks
