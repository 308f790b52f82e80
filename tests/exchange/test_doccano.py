"""doccano's lines, new and old."""

import json
from typing import Any

import pytest

from annotations.exchange.formats import find_format
from annotations.exchange.frame import Hints, SourceFiles
from annotations.exchange.records import ArticleRecord, LinkRecord

FORM = find_format("doccano")
TEXT = "Officials 🔥 lied."


def read(*files: tuple[str, Any]) -> tuple[list[ArticleRecord], list[str]]:
    assert FORM.read is not None
    contents = [
        (path, (each if isinstance(each, str) else json.dumps(each)).encode())
        for path, each in files
    ]
    made = FORM.read(SourceFiles.uploaded(contents), Hints(annotator="bob"))
    return list(made.articles), [str(finding) for finding in made.findings]


def test_entities_and_relations_are_read() -> None:
    line = {
        "id": 7, "text": TEXT, "Comments": [],
        "entities": [
            {"id": 70, "label": "WHO", "start_offset": 0, "end_offset": 9},
            {"id": 71, "label": "WHAT", "start_offset": 12, "end_offset": 16},
        ],
        "relations": [{"id": 1, "from_id": 70, "to_id": 71, "type": "said"}],
    }  # fmt: skip
    articles, _ = read(("all.jsonl", line))
    work = articles[0].assignments[0]
    assert work.annotator == "bob"
    assert [(span.label, TEXT[span.start : span.end]) for span in work.spans] == [
        ("WHO", "Officials"),
        ("WHAT", "lied"),
    ]
    assert work.links == (LinkRecord("70", "71"),)


@pytest.mark.parametrize("key", ["label", "labels"])
def test_triples_of_older_exports_are_read(key: str) -> None:
    articles, _ = read(("a.jsonl", {"text": TEXT, key: [[0, 9, "WHO"]]}))
    assert articles[0].assignments[0].spans[0].stretch == ((0, 9),)


def test_a_file_for_each_user_is_one_article_of_several_annotators() -> None:
    articles, _ = read(
        ("admin.jsonl", {"text": TEXT, "label": [[0, 9, "WHO"]]}),
        ("bob.jsonl", {"text": TEXT, "label": []}),
    )
    assert [(work.annotator, len(work.spans)) for work in articles[0].assignments] == [
        ("admin", 1),
        ("bob", 0),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"text": ""}, "a.jsonl, line 1: The line is no JSON object with a text."),
        ("[1]", "a.jsonl, line 1: The line is no JSON object with a text."),
        ('{"text": ', "a.jsonl, line 1, character 10: This is not JSON"),
        ({"text": TEXT, "label": [[5, 5, "X"]]}, "a.jsonl, line 1: 5-5 is no stretch"),
        ({"text": TEXT, "label": [["a", 5, "X"]]}, "a.jsonl, line 1: Its labels are no list of"),
        ({"text": TEXT, "entities": [{"id": 1}]}, "a.jsonl, line 1: Its labels are no list of"),
        (
            {"text": TEXT, "label": [], "relations": [{"from_id": 1, "to_id": 2}]},
            "a.jsonl, line 1: A relation does not join two spans of one annotator.",
        ),
        ({"text": "a\x00b", "label": []}, "a.jsonl, line 1: Line 1, character 2: a NUL"),
        ({"text": "a\ud83d", "label": []}, "a.jsonl, line 1: Line 1, character 2: half of a char"),
        (
            {"text": TEXT, "entities": [
                {"id": 1, "label": "X", "start_offset": 0, "end_offset": 1},
                {"id": 1, "label": "X", "start_offset": 1, "end_offset": 2}]},
            "a.jsonl, line 1: The id “1” stands twice.",
        ),
        ('{"text": "x", "label": ' + "[" * 50_000, "a.jsonl, line 1: This is nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(line: Any, said: str) -> None:
    assert read(("a.jsonl", line))[1][0].startswith(said)
