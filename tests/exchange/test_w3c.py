"""W3C Web Annotation: the standard's shape, and selectors that lead to their words."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.frame import FileRefused, Hints, SourceFiles
from annotations.exchange.records import ArticleRecord, Corpus, FragmentRecord

from .corpora import corpora

FORM = find_format("w3c")
TEXT = "Officials in 🔥 Arden said\r\nofficials lied."


def written(corpus: Corpus) -> dict[str, bytes]:
    assert FORM.write is not None
    files: dict[str, bytes] = {}
    for path, chunk in FORM.write(corpus, {}):
        files[path] = files.get(path, b"") + chunk
    return files


def read(value: Any, text: str = TEXT) -> tuple[list[ArticleRecord], list[str]]:
    assert FORM.read is not None
    content = value if isinstance(value, str) else json.dumps(value)
    files = [("a.jsonld", content.encode()), ("a.txt", text.encode())]
    made = FORM.read(SourceFiles.uploaded(files), Hints())
    return list(made.articles), [str(finding) for finding in made.findings]


def annotation(*selectors: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "target": {"source": "https://example.org/a.txt", "selector": [*selectors]},
        "body": {"type": "TextualBody", "purpose": "tagging", "value": "person"},
        **more,
    }


POSITION = {"type": "TextPositionSelector", "start": 0, "end": 9}
QUOTE = {"type": "TextQuoteSelector", "exact": "Officials"}


@given(corpus=corpora(most=1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_selector_leads_to_its_words(corpus: Corpus) -> None:
    files = written(corpus)
    for path in (path for path in files if path.endswith(".jsonld")):
        page = json.loads(files[path])
        assert (page["type"], page["@context"][0]) == (
            "AnnotationPage",
            "http://www.w3.org/ns/anno.jsonld",
        )
        for item in page["items"]:
            assert item["type"] == "Annotation"
            assert item["motivation"] in ("classifying", "linking")
            for target in item["target"]:
                if isinstance(target, str):
                    assert target in {each["id"] for each in page["items"]}
                    continue
                text = files[target["source"]].decode("utf-8-sig")  # as a reader takes a file
                position, quote = target["selector"]
                assert text[position["start"] : position["end"]] == quote["exact"]
                around = quote["prefix"] + quote["exact"] + quote["suffix"]
                assert around in text


def test_a_single_annotation_with_a_position_is_read() -> None:
    articles, said = read(annotation(POSITION, QUOTE, creator={"name": "Bob"}))
    work = articles[0].assignments[0]
    assert (work.annotator, work.spans[0].label) == ("Bob", "person")
    assert work.spans[0].fragments == (FragmentRecord(0, 9, "Officials"),)
    assert said == []


def test_places_are_moved_to_the_stored_text() -> None:
    articles, _ = read(annotation({"type": "TextPositionSelector", "start": 27, "end": 36}))
    assert articles[0].text == TEXT.replace("\r", "")
    assert articles[0].assignments[0].spans[0].stretch == ((26, 35),)


def test_a_quote_alone_is_looked_for() -> None:
    quote = {"type": "TextQuoteSelector", "exact": "official", "suffix": "s lied"}
    articles, said = read(annotation(quote))
    assert articles[0].assignments[0].spans[0].stretch == ((26, 34),)
    assert said == []


def test_selectors_that_refine_others_are_found() -> None:
    outer = {"type": "FragmentSelector", "value": "p1", "refinedBy": POSITION}
    articles, _ = read({"type": "AnnotationPage", "items": [annotation(outer)]})
    assert articles[0].assignments[0].spans[0].stretch == ((0, 9),)


def test_comments_are_notes_and_a_second_label_is_a_mark_of_its_own() -> None:
    bodies = [
        {"type": "TextualBody", "value": "why?"},
        {"type": "TextualBody", "purpose": "tagging", "value": "a"},
        {"type": "TextualBody", "purpose": "tagging", "value": "b"},
        {"type": "SpecificResource", "purpose": "identifying", "value": "Q1"},
    ]
    articles, said = read([annotation(POSITION, body=bodies)])
    one, other = articles[0].assignments[0].spans
    assert (one.label, one.note, other.label, other.note) == ("a", "why?", "b", "")
    assert one.stretch == other.stretch
    assert said == [
        "a.jsonld, annotation 1: That it identifies “Q1” is left out.",
        "a.jsonld, annotation 1: Its second label “b” is a mark of its own now.",
    ]


def test_a_collection_over_two_texts_keeps_each_ones_links() -> None:
    def on(text: str, key: str) -> dict[str, Any]:
        target = {"source": f"{text}.txt", "selector": POSITION}
        return annotation(id=f"{text}{key}", target=target)

    def link(source: str, target: str) -> dict[str, Any]:
        return {"motivation": "linking", "body": source, "target": [target]}

    items = [link("b1", "b2"), *(on(text, key) for text in "ab" for key in "12"), link("a1", "a2")]
    content = json.dumps({"type": "AnnotationPage", "items": [*items, link("a2", "b1")]})
    assert FORM.read is not None
    texts = [("a.txt", TEXT.encode()), ("b.txt", b"Officials again.")]
    made = FORM.read(SourceFiles.uploaded([("x.jsonld", content.encode()), *texts]), Hints())
    links = [[(link.source, link.target) for link in article.assignments[0].links]
             for article in made.articles]  # fmt: skip
    assert links == [[("a1", "a2")], [("b1", "b2")]]
    assert [str(finding) for finding in made.findings] == [
        "x.jsonld, annotation 7: It links annotations that are not both here and of one annotator."
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (annotation({**POSITION, "end": 0}), "a.jsonld, annotation 1: 0-0 is no stretch"),
        (annotation({**POSITION, "start": "x"}), "a.jsonld, annotation 1: x-9 is no stretch"),
        (annotation({"type": "XPathSelector"}), "a.jsonld, annotation 1: It has no selector"),
        (
            annotation({"type": "TextQuoteSelector", "exact": "fficials"}),
            "a.jsonld, annotation 1: Its words stand at 2 places of the text, not at one.",
        ),
        (
            [annotation(POSITION, id="x"), annotation(POSITION, id="x")],
            "a.jsonld, line 1, annotation 2: The id “x” stands twice.",
        ),
        (
            json.dumps([annotation(POSITION, id="x"), {"id": "y"}], indent=1),
            "a.jsonld, line 23, annotation 2: This is no annotation with a target.",
        ),
        ([7], "a.jsonld, annotation 1: This is no annotation with a target."),
        (
            [annotation(POSITION, id="x"),
             {"motivation": "linking", "body": "x", "target": ["y"]}],
            "a.jsonld, annotation 2: It links annotations that are not both here",
        ),
        ("[" * 50_000, "a.jsonld: This is nested too deeply to be read."),
        ('{"a": 1, "a": 2}', "a.jsonld: This is not JSON"),
        ('{"items": 3}', "a.jsonld: It holds no list of annotations."),
        (
            {"about": {"works": 3}, "items": []},
            "a.jsonld: Its “about” is not what it should be",
        ),
        (
            annotation(POSITION, target={"source": "b.txt", "selector": POSITION}),
            "a.jsonld: Its text “b.txt” is not among the files. Put it beside this file as “b.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(value: Any, said: str) -> None:
    _, findings = read(value)
    assert findings[0].startswith(said)


def test_files_without_annotations_are_refused() -> None:
    assert FORM.read is not None
    with pytest.raises(FileRefused, match=r"no \.jsonld file"):
        FORM.read(SourceFiles.uploaded([("a.txt", b"x")]), Hints())
