"""Label Studio's tasks, as its pages document them."""

import json
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from annotations.exchange.formats import find_format
from annotations.exchange.frame import FileRefused, Findings, Hints, SourceFiles
from annotations.exchange.frame.placing import place_article
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    SpanRecord,
)
from annotations.text.cleaning import sha256

from .corpora import STUDY

FORM = find_format("label_studio")
TEXT = "Officials 🔥 lied."


def region(key: str, start: int, end: int, words: str, label: str = "WHO") -> dict[str, Any]:
    return {
        "id": key, "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual",
        "value": {"start": start, "end": end, "text": words, "labels": [label]},
    }  # fmt: skip


def read(value: Any) -> tuple[list[ArticleRecord], list[str]]:
    assert FORM.read is not None
    content = value if isinstance(value, str) else json.dumps(value)
    made = FORM.read(SourceFiles.uploaded([("t.json", content.encode())]), Hints())
    return list(made.articles), [str(finding) for finding in made.findings]


def task(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    annotation = {"id": 1, "completed_by": 10, "was_cancelled": False, "result": [*results]}
    return {"id": 1, "data": {"text": TEXT}, "annotations": [annotation], **more}


def test_regions_answers_notes_and_relations_are_read() -> None:
    first = region("a", 0, 9, "Officials") | {"meta": {"text": ["who?"]}}
    choice = {"id": "a", "from_name": "kind", "type": "choices", "value": {"choices": ["role"]}}
    relation = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}
    articles, said = read([task(first, region("b", 12, 16, "lied"), choice, relation)])
    work = articles[0].assignments[0]
    assert work.annotator == "user 10"
    assert (work.spans[0].note, work.spans[0].attributes) == ("who?", {"kind": "role"})
    assert work.links == (LinkRecord("a", "b"),)
    assert said == []


def test_what_was_changed_in_label_studio_comes_back_changed() -> None:
    """Answers and a note; what has no control there stays as it was."""
    answers = {"source_kind": "paper", "entity": "E1", "odd": "kept"}
    who = SpanRecord("A1", "attribution", (FragmentRecord(0, 9, "Officials"),), answers, "old")
    hedged: dict[str, str | bool] = {"hedge": "said", "is_quoted": True}
    lied = SpanRecord("L1", "allegation", (FragmentRecord(12, 16, "lied"),), hedged, "gone")
    work = AssignmentRecord("bob", (who, lied), entities=(EntityRecord("E1", "The office"),))
    article = ArticleRecord("a", "A", TEXT, sha256(TEXT), len(TEXT), assignments=(work,))
    assert FORM.write is not None
    files: dict[str, bytes] = {}
    for path, chunk in FORM.write(Corpus(STUDY, (article,)), {}):
        files[path] = files.get(path, b"") + chunk
    tasks = json.loads(files["tasks.json"])
    results = tasks[0]["annotations"][0]["result"]
    shown = {each["from_name"]: each for each in results if each["type"] != "labels"}
    assert list(shown) == [
        "attribution.source_kind", "attribution.entity", "allegation.hedge", "allegation.is_quoted",
    ]  # fmt: skip
    shown["attribution.source_kind"]["value"]["choices"] = ["person"]
    shown["attribution.entity"]["value"]["text"] = ["The mayor"]
    shown["allegation.is_quoted"]["value"]["choices"] = ["false"]
    results.remove(shown["allegation.hedge"])
    results[0]["meta"]["text"] = ["new"]
    first, second = (each for each in results if each["type"] == "labels")
    del second["meta"]["text"]
    (read_back,), said = read(tasks)
    one, other = read_back.assignments[0].spans
    assert first["meta"]["sourcemark"] == {"answers": {"odd": "kept"}}
    assert (one.note, other.note, other.attributes) == ("new", "", {"is_quoted": False})
    assert one.attributes == {"source_kind": "person", "entity": "name 1", "odd": "kept"}
    assert read_back.assignments[0].entities == (EntityRecord("name 1", "The mayor"),)
    assert said == []


def test_an_extent_is_one_only_where_we_wrote_it() -> None:
    articles, _ = read([task(region("a", 0, 9, "Officials", label="Extent"))])
    assert articles[0].assignments[0].spans[0].label == "Extent"


def test_a_file_that_counts_utf16_units_is_noticed_by_its_words() -> None:
    articles, said = read([task(region("b", 13, 17, "lied"))])
    assert articles[0].assignments[0].spans[0].stretch == ((12, 16),)
    assert said == [
        "t.json, line 1, task 1, result 1: Its places count UTF-16 units; they were counted anew."
    ]


def test_what_is_counted_anew_is_said_once_a_task() -> None:
    made = task(region("b", 13, 17, "lied"))
    made["predictions"] = [{"model_version": "m", "result": [region("c", 13, 17, "lied")]}]
    articles, said = read([made])
    assert [work.spans[0].stretch for work in articles[0].assignments] == [((12, 16),)] * 2
    assert said == [
        "t.json, line 1, task 1, result 1: Its places count UTF-16 units; they were counted anew."
    ]


def test_a_region_of_two_labels_is_two_marks() -> None:
    both = region("a", 0, 9, "Officials") | {"meta": {"text": ["who?"]}}
    both["value"]["labels"] = ["WHO", "ROLE", "WHO"]
    choice = {"id": "a", "from_name": "kind", "type": "choices", "value": {"choices": ["role"]}}
    articles, said = read([task(both, choice, predictions=[{"result": [both]}])])
    for work in articles[0].assignments:
        one, other = work.spans
        answered = {} if work.annotator == "model" else {"kind": "role"}
        assert (one.label, one.note, one.attributes) == ("WHO", "who?", answered)
        assert (other.label, other.note, other.attributes) == ("ROLE", "", {})
        assert one.fragments == other.fragments
        assert one.suggested == other.suggested == (work.annotator == "model")
    assert {each.partition("result 1: ")[2] for each in said} == {
        "Its second label “ROLE” is a mark of its own now."
    }


def test_places_in_a_page_of_html_count_its_words() -> None:
    """A block begins a line of its own; what is marked over its beginning stays whole."""
    page = (
        "<div><p title='a>b'>Officials &amp; 🔥</p><style>p {}</style>"
        "<!-- <p> --><p>They <b>lied</b>.</p></div>"
    )

    def mark(key: str, start: int, end: int, words: str) -> dict[str, Any]:
        made = region(key, 0, 0, words)
        places = {"globalOffsets": {"start": start, "end": end}, "start": "/div[1]/p[1]/text()[1]"}
        value = {**places, "end": "/div[1]/p[2]", "text": words, "hypertextlabels": ["WHO"]}
        return {**made, "type": "hypertextlabels", "value": value}

    for more in (0, 1):  # places count code points, or UTF-16 units
        marks = (
            mark("a", 0, 9, "Officials"),
            mark("b", 18 + more, 22 + more, "lied"),
            mark("c", 10, 17 + more, "& 🔥They"),
            mark("d", 10, 13 + more, "& 🔥"),
        )
        made = task(*marks)
        made["data"]["text"] = page
        (article,), said = read([made])
        placed = place_article(article, findings=Findings())
        assert placed.text == "Officials & 🔥\nThey lied."
        assert sha256(placed.text) == placed.sha256
        words = [span.fragments[0].text for span in placed.assignments[0].spans]
        assert words == ["Officials", "lied", "& 🔥\nThey", "& 🔥"]
        assert "t.json, line 1, task 1: Its text is HTML." in said[0]


def test_the_smaller_json_is_told_by_its_name() -> None:
    value = [{"text": TEXT, "annotator": 1, "annotation_id": 2, "lead_time": 3.5, "label": []}]
    files = SourceFiles.uploaded([("t.json", json.dumps(value).encode())])
    assert FORM.recognises is not None
    assert FORM.recognises(files)
    with pytest.raises(FileRefused, match=r"JSON-MIN.*as JSON"):
        read(value)


def test_predictions_are_suggestions_of_a_model() -> None:
    prediction = {"model_version": "m1", "result": [region("a", 0, 9, "Officials")]}
    articles, _ = read([task(predictions=[prediction])])
    work = articles[0].assignments[1]
    assert (work.annotator, work.spans[0].suggested, work.spans[0].origin) == ("m1", True, "model")


def test_the_configuration_has_labels_and_their_questions() -> None:
    assert FORM.write is not None
    files = dict(FORM.write(Corpus(STUDY, ()), {}))
    root = fromstring(files["label_config.xml"])
    assert [each.get("value") for each in root.iter("Label")] == [
        "attribution", "allegation", "loaded_word", "Extent",
    ]  # fmt: skip
    assert [each.get("name") for each in root.iter("Choices")] == [
        "attribution.source_kind", "allegation.is_quoted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([task(region("a", 5, 5, ""))], "t.json, line 1, task 1, result 1: 5-5 is no stretch"),
        (
            [task(region("b", 13, 17, "lied"), region("a", 0, 11, "Officials"))],
            "t.json, line 1, task 1, result 2: 0-11 begins or ends inside a character",
        ),
        (
            [task(region("a", 0, 9, ""), region("a", 1, 9, ""))],
            "t.json, line 1, task 1, result 2: The id a stands twice.",
        ),
        (
            [task({"type": "relation", "from_id": "a", "to_id": "b"})],
            "t.json, line 1, task 1, result 1: A relation does not join",
        ),
        ([task({"type": "labels"})], "t.json, line 1, task 1, result 1: The result is not as"),
        ([{"annotations": []}], "t.json, line 1, task 1: It is no task with data."),
        (
            [{"data": {"text": "\ud83d"}, "annotations": []}],
            "t.json, line 1, task 1: Line 1, character 1: half of a character",
        ),
        ([{"data": {}, "annotations": []}], "t.json, line 1, task 1: Its data holds no text."),
        ('[{"annotations": [', "t.json, line 1, character 19: This is not JSON"),
        ('{"annotations": ' + "[" * 50_000, "t.json: This is nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(value: Any, said: str) -> None:
    heard = [each for each in read(value)[1] if "were counted anew" not in each]
    assert heard[0].startswith(said)


def test_a_relation_of_pictures_or_to_itself_is_lost_and_the_rest_is_kept() -> None:
    box = {"id": "box", "type": "rectanglelabels", "value": {"x": 1, "rectanglelabels": ["Car"]}}
    relations = [
        {"type": "relation", "from_id": "a", "to_id": target} for target in ("box", "a", "b")
    ]
    spans = region("a", 0, 9, "Officials"), region("b", 12, 16, "lied")
    articles, said = read([task(*spans, box, *relations)])
    assert articles[0].assignments[0].links == (LinkRecord("a", "b"),)
    assert said == [
        "t.json: Results of the type “rectanglelabels” have no place here.",
        "t.json: Relations of what is no stretch of text are left out.",
        "t.json: Relations of a span to itself are left out.",
    ]


def test_fragments_that_count_utf16_units_are_two_stretches_with_their_words() -> None:
    """Whoever writes our tasks anew with places as a browser counts them keeps the fragments."""
    text = "Officials 🔥 said Bob lied. Nobody wept."
    parts = tuple(FragmentRecord(a, b, text[a:b]) for a, b in ((12, 16), (21, 25)))
    work = AssignmentRecord("bob", (SpanRecord("S1", "loaded_word", parts),))
    article = ArticleRecord("a", "A", text, sha256(text), len(text), assignments=(work,))
    assert FORM.write is not None
    chunks = FORM.write(Corpus(STUDY, (article,)), {})
    tasks = json.loads(b"".join(chunk for path, chunk in chunks if path == "tasks.json"))
    values = [each["value"] for each in tasks[0]["annotations"][0]["result"]]
    for value in values:
        value["start"] += 1
        value["end"] += 1
    (found,), said = read(tasks)
    assert found.assignments[0].spans[0].fragments == parts
    assert len(said) == 1
    values[1]["text"] = "wept"  # the words of a part decide, not what stands at its place
    (found,), _ = read(tasks)
    findings = Findings()
    moved = place_article(found, findings=findings)
    assert moved.assignments[0].spans[0].stretch == ((12, 16), (34, 38))
    assert findings.counts == {"repaired": 1}


def test_a_task_that_somebody_skipped_is_nobodys_work() -> None:
    skipped = {"id": 2, "completed_by": 11, "was_cancelled": True, "result": []}
    asked = task(region("a", 0, 9, "Officials"))
    (article,), said = read([asked | {"annotations": [*asked["annotations"], skipped]}])
    assert [work.annotator for work in article.assignments] == ["user 10"]
    assert said == [
        "t.json: Annotations that were cancelled (tasks that somebody skipped) are left out: 1."
    ]
