"""What foreign files say and this program has no place for is said, with how often."""

import json
from typing import Any

import pytest

from annotations.exchange.formats import find_format
from annotations.exchange.frame import Findings, Hints, SourceFiles

TEXT = "Officials said Bob lied."
LINE: dict[str, Any] = {"text": TEXT, "answer": "accept"}
KIND = "There is no place for the kind of relation “{}” (it became a link): 1"
SECOND = "There is no place for second links between the same two spans: 1"
Files = dict[str, str]


def prodigy() -> Files:
    spans = [
        {"start": 0, "end": 9, "label": "WHO", "kb_id": "Q1"},
        {"start": 15, "end": 18, "label": "WHOM"},
    ]
    ends = {"head_span": spans[0], "child_span": spans[1]}
    relations = [{**ends, "label": "accuses"}, {**ends, "label": "quotes"}]
    meta = {"title": "T", "source": "wire"}
    line = {**LINE, "spans": spans, "relations": relations, "meta": meta, "mood": "bad"}
    return {"a.jsonl": json.dumps(line)}


def doccano() -> Files:
    entities = [
        {"id": 1, "label": "WHO", "start_offset": 0, "end_offset": 9},
        {"id": 2, "label": "WHOM", "start_offset": 15, "end_offset": 18},
    ]
    relations = [{"id": n, "from_id": 1, "to_id": 2, "type": f"kind{n}"} for n in (1, 2)]
    line = {"text": TEXT, "entities": entities, "relations": relations, "Comments": ["why?"]}
    return {
        "a.jsonl": "\n".join(map(json.dumps, [line, {**line, "text": "Bob lied then, said he"}]))
    }


def label_studio() -> Files:
    result = [
        {"id": key, "type": "labels", "value": {"start": a, "end": b, "labels": ["X"]}}
        for key, a, b in (("a", 0, 9), ("b", 15, 18))
    ]
    relations = [
        {"type": "relation", "from_id": "a", "to_id": "b", "labels": [kind]}
        for kind in ("accuses", "quotes")
    ]
    data = {"text": TEXT, "outlet": "The Daily"}
    task = {"id": 1, "data": data, "annotations": [{"result": [*result, *relations]}]}
    return {"a.json": json.dumps([{**task, "meta": {"batch": 3}}])}


@pytest.mark.parametrize(
    ("name", "files", "said"),
    [
        (
            "prodigy",
            prodigy(),
            [
                "What a line says under “mood” is left out: 1",
                "What a line's meta says under “source” is left out: 1",
                "What a span says under “kb_id” is left out: 1",
                KIND.format("accuses"),
                KIND.format("quotes"),
                SECOND,
            ],
        ),
        (
            "doccano",
            doccano(),
            [
                "What a line says under “Comments” is left out: 2",
                KIND.format("kind1")[:-1] + "2",
                KIND.format("kind2")[:-1] + "2",
                SECOND[:-1] + "2",
            ],
        ),
        (
            "label_studio",
            label_studio(),
            [
                KIND.format("accuses"),
                KIND.format("quotes"),
                "What a task's data says under “outlet” is left out: 1",
                "What a task's meta says under “batch” is left out: 1",
                SECOND,
            ],
        ),
    ],
)
def test_what_has_no_place_is_said_with_how_often(name: str, files: Files, said: list[str]) -> None:
    form = find_format(name)
    assert form.read is not None
    contents = [(path, content.encode()) for path, content in files.items()]
    made = form.read(SourceFiles.uploaded(contents), Hints(annotator="bob"))
    assert all(article.text for article in made.articles)
    assert [each.sentence for each in made.findings] == [f"{each}." for each in said]
    assert {each.kind for each in made.findings} == {"lost"}


def test_a_sentence_with_a_number_stands_once_among_those_kept() -> None:
    findings = Findings()
    for n in range(1_200):
        findings.count_lost("a", f"What is left out of {n % 600}")
    kept = [str(each) for each in findings]
    assert (len(kept), findings.counts["lost"], findings.n_unkept) == (500, 600, 100)
    assert kept[7] == "a: What is left out of 7: 2."
