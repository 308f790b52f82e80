"""What foreign files say and this program has no place for is said, with how often."""

import json
from typing import Any

import pytest

from annotations.exchange.formats import find_format
from annotations.exchange.frame import Findings, Hints, SourceFiles

TEXT = "Officials said Bob lied."
LINE: dict[str, Any] = {"text": TEXT, "answer": "accept"}
KIND = "There is no place for the kind of relation “{}” (read as a link): 1"
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


BRAT = """T1\tPerson 0 9\tOfficials
T2\tSay 10 14\tsaid
T3\tPerson 15 18\tBob
E1\tSay:T2 Speaker:T1 Content:T3 Place:T3
A1\tNegation E1
A2\tSure R1 yes
A3\tMood T3 bad
A4\tMood T3 good
R1\tAccuses Arg1:T1 Arg2:T3
#1\tAnnotatorNotes E1\tmy note
#2\tAnnotatorNotes R1\tanother
"""
SPANS = [
    {
        "id": key,
        "label": "X",
        "sure": 1,
        "fragments": [{"start": 0, "end": end, "text": TEXT[:end]}],
    }
    for key, end in (("1", 9), ("2", 14))
]
ARTICLE = {
    "id": "a", "title": "A", "text": TEXT, "sha256": "", "n_code_points": 24, "mood": "bad",
    "assignments": [{"annotator": "bob", "pay": 3, "spans": SPANS}],
}  # fmt: skip
TSV = """#FORMAT=WebAnno TSV 3.3
#T_SP=de.X.Entity|value
#T_RL=de.X.Rel|kind|BT_de.X.Entity


#Text=Bob lied.
1-1\t0-3\tBob\tPER\t_\t_\t
1-2\t4-8\tlied\tV\tsays|denies\t1-1|1-1\t
1-3\t8-9\t.\t_\t_\t_\t
"""
XMI = """<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore"
 xmlns:x="http:///de/X.ecore" xmi:version="2.0"><cas:NULL xmi:id="0"/>
<x:Entity xmi:id="2" sofa="1" begin="0" end="3" value="PER"/>
<x:Entity xmi:id="3" sofa="1" begin="4" end="8" value="V"/>
<x:Rel xmi:id="4" sofa="1" begin="4" end="8" Governor="2" Dependent="3" kind="says"/>
<x:Rel xmi:id="5" sofa="1" begin="4" end="8" Governor="2" Dependent="3" kind="denies"/>
<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="Bob lied."/>
<cas:View sofa="1" members="2 3 4 5"/></xmi:XMI>
"""
LEFT = "There is no place for {} in these files"


@pytest.mark.parametrize(
    ("name", "files", "said"),
    [
        (
            "jsonl",
            {"a.jsonl": json.dumps(ARTICLE)},
            [
                "“mood” is not part of the format and is left out: 1",
                "“assignments.pay” is not part of the format and is left out: 1",
                "“assignments.spans.sure” is not part of the format and is left out: 2",
            ],
        ),
        (
            "csv",
            {
                "spans.csv": "article,annotator,label,start,end,sure\na,b,X,0,9,0.9\na,b,Y,0,9,",
                "articles.csv": f"article,text,section\na,{TEXT},Sport\n",
            },
            [
                "What stands under “section” is left out, in rows: 1",
                "What stands under “sure” is left out, in rows: 1",
            ],
        ),
        (
            "webanno_tsv",
            {"a.tsv": TSV},
            [
                "There is no place for second links between the same two spans: 1",
                "There is no place for the kind of relation “Rel” (read as a link): 2",
            ],
        ),
        (
            "xmi",
            {"a.xmi": XMI},
            [
                "There is no place for second links between the same two spans: 1",
                "There is no place for the kind of relation “Rel” (read as a link): 2",
            ],
        ),
        (
            "brat",
            {"a.txt": TEXT, "a.ann": BRAT},
            [
                LEFT.format("attributes of relations, and of events that became links: 2"),
                LEFT.format("comments that belong to no span: 1"),
                LEFT.format("further roles of events “Say”: 1"),
                LEFT.format("notes of relations, and of events that became links: 1"),
                LEFT.format("second links between the same two spans: 1"),
                LEFT.format("second values of the attribute “Mood”: 1"),
                LEFT.format("the kind of event “Say” (read as a link): 1"),
                LEFT.format("the kind of relation “Accuses” (read as a link): 1"),
            ],
        ),
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
