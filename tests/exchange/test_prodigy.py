"""Prodigy's lines."""

import json
from typing import Any

import pytest

from annotations.exchange.formats import find_format
from annotations.exchange.frame import Hints, SourceFiles
from annotations.exchange.frame.placing import place_article
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    FragmentRecord,
    LinkRecord,
    SpanRecord,
)
from annotations.text.cleaning import sha256

from .corpora import STUDY

FORM = find_format("prodigy")
TEXT = "Officials 🔥 lied."
WHO = {"start": 0, "end": 9, "label": "WHO", "token_start": 0, "token_end": 0}
WHAT = {"start": 12, "end": 16, "label": "WHAT", "token_start": 2, "token_end": 2}


def read(**line: Any) -> tuple[list[ArticleRecord], list[str]]:
    assert FORM.read is not None
    content = json.dumps({"text": TEXT, "answer": "accept", **line}).encode()
    made = FORM.read(SourceFiles.uploaded([("a.jsonl", content)]), Hints())
    return list(made.articles), [str(finding) for finding in made.findings]


def test_spans_and_relations_are_read() -> None:
    relation = {"head": 0, "child": 2, "head_span": WHO, "child_span": WHAT, "label": "said"}
    articles, _ = read(spans=[WHO, WHAT], relations=[relation], _annotator_id="ner-bob")
    work = articles[0].assignments[0]
    assert work.annotator == "ner-bob"
    assert [(span.label, span.fragments[0].text) for span in work.spans] == [
        ("WHO", "Officials"),
        ("WHAT", "lied"),
    ]
    assert work.links == (LinkRecord("S1", "S2"),)


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_what_was_not_accepted_is_nobodys_work(answer: str) -> None:
    """To find nothing is something else: it counts in agreement."""
    articles, said = read(spans=[WHO], answer=answer)
    assert articles[0].assignments == ()
    lost = f"a.jsonl: Lines with the answer “{answer}” are nobody's work and are left out: 1."
    assert said == [lost]
    assert [work.spans for work in read(spans=[])[0][0].assignments] == [()]


@pytest.mark.parametrize("several", [False, True])
def test_lines_of_one_text_are_one_article_wherever_they_stand(several: bool) -> None:
    """All of one annotator's lines come before those of the next."""
    texts = (TEXT, "The paper denied it.", "Nobody knows.")
    lines = [
        [
            json.dumps({"text": text, "spans": [WHO], "answer": "accept", "_annotator_id": who})
            for text in (texts[at:] + texts[:at])
        ]
        for at, who in enumerate(("ann", "bob"))
    ]
    files = [(f"{at}.jsonl", "\n".join(each).encode()) for at, each in enumerate(lines)]
    if not several:
        files = [("all.jsonl", b"\n".join(content for _, content in files))]
    assert FORM.read is not None
    made = FORM.read(SourceFiles.uploaded(files), Hints())
    assert [
        (article.text, [work.annotator for work in article.assignments])
        for article in made.articles
    ] == [(text, ["ann", "bob"]) for text in texts]
    assert list(made.findings) == []


def test_a_second_line_of_one_person_on_one_text_is_a_finding() -> None:
    line = {"text": TEXT, "spans": [WHO], "answer": "accept", "_annotator_id": "bob"}
    for second, said in (
        (line, "“bob” has two sets of marks on “a 1”, the same; they count once."),
        ({**line, "spans": [WHAT]}, "“bob” has two sets of marks on “a 1”."),
    ):
        content = "\n".join(map(json.dumps, (line, second, {**line, "text": "Who lied?"})))
        assert FORM.read is not None
        made = FORM.read(SourceFiles.uploaded([("a.jsonl", content.encode())]), Hints())
        placed = [place_article(each, findings=made.findings) for each in made.articles]
        assert [
            [span.label for work in article.assignments for span in work.spans]
            for article in placed
        ] == [["WHO"], ["WHO"]]
        assert [str(each) for each in made.findings] == [f"a.jsonl, line 1: {said}"]


def test_a_suggestion_that_was_widened_lies_where_its_tokens_do() -> None:
    """Prodigy keeps the words of the suggestion; without tokens the words decide."""
    tokens = [{"text": "Officials", "start": 0, "end": 9, "id": 0}]
    for given, found in ((tokens, "Officials"), ([], "Off")):
        articles, said = read(spans=[{**WHO, "text": "Off"}], tokens=given)
        assert articles[0].assignments[0].spans[0].fragments[0].text == found
        assert len(said) == bool(given)
    assert FORM.recognises is not None
    line = json.dumps({"text": TEXT, "spans": [WHO]}).encode()  # not answered yet
    assert FORM.recognises(SourceFiles.uploaded([("a.jsonl", line)]))


def test_tokens_are_written_for_the_ends_of_spans() -> None:
    span = SpanRecord("s", "attribution", (FragmentRecord(12, 16, "lied"),))
    work = AssignmentRecord("bob", (span,))
    article = ArticleRecord("1", "A", TEXT, sha256(TEXT), len(TEXT), assignments=(work,))
    assert FORM.write is not None
    line = json.loads(b"".join(chunk for _, chunk in FORM.write(Corpus(STUDY, (article,)), {})))
    assert [(token["text"], token["ws"]) for token in line["tokens"]] == [
        ("Officials", True),
        ("🔥", True),
        ("lied", False),
        (".", False),
    ]
    assert line["spans"] == [
        {"start": 12, "end": 16, "token_start": 2, "token_end": 2, "label": "attribution"}
    ]


def test_a_place_between_the_halves_of_a_character_is_refused() -> None:
    lied = {**WHAT, "start": 13, "end": 17, "text": "lied"}
    _, said = read(spans=[lied, {**WHO, "end": 11, "text": "Officials"}])
    assert said == [
        "a.jsonl, line 1: 0-11 begins or ends inside a character, between its halves.",
        "a.jsonl, line 1: Its places count UTF-16 units; they were counted anew.",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"spans": [{**WHO, "end": 0}]}, "a.jsonl, line 1: 0-0 is no stretch"),
        ({"spans": [{**WHO, "start": "0"}]}, "a.jsonl, line 1: Its labels are no list of"),
        ({"spans": 7}, "a.jsonl, line 1: Its labels are no list of"),
        (
            {"spans": [WHO], "relations": [{"head_span": WHO, "child_span": WHAT}]},
            "a.jsonl, line 1: A relation does not join two spans of one annotator.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(line: dict[str, Any], said: str) -> None:
    assert read(**line)[1][0].startswith(said)
