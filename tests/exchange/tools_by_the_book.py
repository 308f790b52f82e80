"""What Label Studio, doccano and Prodigy document of the files that they take, for tests alone.

Written after their pages, in words of our own, and sharing nothing with annotations/exchange.
Label Studio takes a result that its labelling configuration has no control for and shows nothing of
it, so a task is checked against the configuration that lies beside it.
"""

import json
from typing import Any, TypeAlias
from xml.etree.ElementTree import Element, fromstring

Json: TypeAlias = dict[str, Any]
DIRECTIONS = ("left", "right", "bi")
VALUES = {"Labels": "labels", "Choices": "choices", "TextArea": "text"}


# --- Label Studio ---------------------------------------------------------------------------------


def check_label_studio(config: bytes, tasks: bytes) -> None:
    root = fromstring(config)
    assert root.tag == "View"
    (shown,) = root.iter("Text")
    named = [each.get("name") for each in root.iter() if each.get("name")]
    assert len(set(named)) == len(named), "two tags of one name"
    controls = {each.get("name"): each for tag in VALUES for each in root.iter(tag)}
    for each in controls.values():
        assert each.get("toName") == shown.get("name")
        if each.tag != "Labels":
            assert each.get("perRegion") == "true"
            assert each.get("whenTagName") in controls
    relations = {each.get("value") for each in root.iter("Relation")}
    listed = json.loads(tasks)
    assert len({task["id"] for task in listed}) == len(listed)
    for task in listed:
        assert type(task["id"]) is int
        text = task["data"][shown.get("value", "").removeprefix("$")]
        assert type(text) is str
        for each in [*task["annotations"], *task["predictions"]]:
            _check_result(each["result"], text, controls, str(shown.get("name")), relations)
        for each in task["annotations"]:
            assert type(each["completed_by"]) is int
            assert type(each["ground_truth"]) is bool
        for each in task["predictions"]:
            assert type(each["model_version"]) is str


def _check_result(
    result: list[Json],
    text: str,
    controls: dict[str | None, Element],
    shown: str,
    relations: set[str | None],
) -> None:
    regions = {each["id"]: each for each in result if each["type"] == "labels"}
    assert len(regions) == sum(each["type"] == "labels" for each in result), "an id stands twice"
    answered = set()
    for each in result:
        if each["type"] == "relation":
            assert {each["from_id"], each["to_id"]} <= regions.keys()
            assert each["direction"] in DIRECTIONS
            assert set(each["labels"]) <= relations
            continue
        control = controls[each["from_name"]]
        assert (each["type"], each["to_name"]) == (control.tag.lower(), shown)
        value, region = each["value"], regions[each["id"]]
        said = value[VALUES[control.tag]] if control.tag != "Labels" else value["labels"]
        start, end = value["start"], value["end"]
        assert type(start) is type(end) is int
        assert 0 <= start < end <= len(text)
        assert said
        assert all(type(words) is str for words in said)
        if control.tag == "Labels":
            assert value["text"] == text[start:end]
            assert set(said) <= {label.get("value") for label in control.iter("Label")}
            assert each.get("parentID", each["id"]) in regions
        else:
            assert (start, end) == (region["value"]["start"], region["value"]["end"])
            assert control.get("whenLabelValue") in region["value"]["labels"]
            assert (each["id"], each["from_name"]) not in answered, "two answers of one control"
            answered.add((each["id"], each["from_name"]))
        if control.tag == "Choices":
            assert len(said) == 1, "one choice is taken unless the tag says otherwise"
            assert set(said) <= {choice.get("value") for choice in control.iter("Choice")}


# --- doccano --------------------------------------------------------------------------------------


def check_doccano(content: bytes) -> None:
    """JSONL for sequence labelling with relations."""
    for line in _lines(content):
        text = line["text"]
        assert type(text) is str
        assert type(line["Comments"]) is list
        ids = [each["id"] for each in line["entities"]]
        assert len(set(ids)) == len(ids)
        for each in line["entities"]:
            assert type(each["id"]) is int
            assert each["label"]
            assert type(each["label"]) is str
            _check_place(each["start_offset"], each["end_offset"], text)
        numbers = [each["id"] for each in line["relations"]]
        assert len(set(numbers)) == len(numbers)
        for each in line["relations"]:
            assert {each["from_id"], each["to_id"]} <= set(ids)
            assert type(each["type"]) is str


# --- Prodigy --------------------------------------------------------------------------------------


def check_prodigy(content: bytes) -> None:
    """Lines of the manual and relations interfaces."""
    for line in _lines(content):
        text, tokens = line["text"], line["tokens"]
        assert line["answer"] in ("accept", "reject", "ignore")
        assert type(line["_annotator_id"]) is str
        assert line["_view_id"] == "relations"
        assert [token["id"] for token in tokens] == list(range(len(tokens)))
        last = 0
        for token in tokens:
            assert token["start"] >= last
            _check_place(token["start"], token["end"], text)
            last = token["end"]
            assert token["text"] == text[token["start"] : last]
            assert token["ws"] is text[last : last + 1].isspace()
        for each in line["spans"]:
            _check_span(each, text, tokens)
        for each in line["relations"]:
            for end in ("head", "child"):
                span = each[f"{end}_span"]
                _check_span(span, text, tokens)
                assert each[end] == span["token_end"]
                known = [{name: made[name] for name in span} for made in line["spans"]]
                assert span in known
            assert type(each["label"]) is str


def _check_span(span: Json, text: str, tokens: list[Json]) -> None:
    """Its tokens are those that it touches, both ends inclusive."""
    _check_place(span["start"], span["end"], text)
    touched = [
        token["id"]
        for token in tokens
        if token["start"] < span["end"] and span["start"] < token["end"]
    ]
    assert (span["token_start"], span["token_end"]) == (touched[0], touched[-1])
    assert span["label"]
    assert type(span["label"]) is str


def _check_place(start: Any, end: Any, text: str) -> None:
    assert type(start) is type(end) is int
    assert 0 <= start < end <= len(text)


def _lines(content: bytes) -> list[Json]:
    assert content.endswith(b"\n") or not content
    return [json.loads(line) for line in content.decode("utf-8").split("\n")[:-1]]
