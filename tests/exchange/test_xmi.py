"""UIMA CAS XMI: ours as dkpro-cassis reads it, and those of others."""

from io import BytesIO

import cassis
import pytest
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.frame import FileRefused, Hints, SourceFiles
from annotations.exchange.frame.losses import strip_all
from annotations.exchange.frame.naming import canonical
from annotations.exchange.records import ArticleRecord, Corpus, FragmentRecord, LinkRecord

from .corpora import corpora

FORM = find_format("xmi")
HEAD = (
    '<?xml version="1.0"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmi:version="2.0" '
    'xmlns:cas="http:///uima/cas.ecore" xmlns:c="http:///webanno/custom.ecore">'
)
SOFA = (
    '<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" '
    'sofaString="I like 😊 Arden&#13;&#10;!"/>'
)


def read(body: str, head: str = HEAD) -> tuple[list[ArticleRecord], list[str]]:
    assert FORM.read is not None
    made = FORM.read(SourceFiles.uploaded([("a.xmi", f"{head}{body}</xmi:XMI>".encode())]), Hints())
    return list(made.articles), [str(finding) for finding in made.findings]


@given(corpus=corpora(most=1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_dkpro_cassis_finds_the_same_words(corpus: Corpus) -> None:
    assert FORM.write is not None
    files: dict[str, bytes] = {}
    for path, chunk in FORM.write(corpus, {}):
        files[path] = files.get(path, b"") + chunk
    types = cassis.load_typesystem(BytesIO(files["TypeSystem.xml"]))
    article = canonical(strip_all(FORM.losses, next(iter(corpus.articles))))
    read_spans = []
    for path, content in files.items():
        if path.endswith(".xmi") and not path.startswith("gold/"):
            cas = cassis.load_cas_from_xmi(BytesIO(content), typesystem=types)
            assert cas.sofa_string == article.text
            for mark in cas.select("sourcemark.Mark"):
                parts = mark.fragments.elements if mark.fragments else [mark]
                answers = mark.answers.elements if mark.answers else []
                read_spans.append(
                    (
                        mark.label,
                        tuple(part.get_covered_text() for part in parts),
                        sorted(answer.name for answer in answers),
                    )
                )
    ours = [
        (span.label, tuple(part.text for part in span.fragments), sorted(span.attributes))
        for work in article.assignments
        for span in work.spans
    ]
    assert sorted(read_spans, key=str) == sorted(ours, key=str)


def test_places_are_utf16_units_of_the_text_with_its_line_ends() -> None:
    articles, said = read(
        SOFA + '<c:Span xmi:id="2" sofa="1" begin="10" end="15" value="LOC" sure="true"/>'
        '<c:Span xmi:id="3" sofa="1" begin="17" end="18" value="END"/>'
    )
    assert articles[0].text == "I like 😊 Arden\n!"
    place, end = articles[0].assignments[0].spans
    assert place.fragments == (FragmentRecord(9, 14, "Arden"),)
    assert (place.label, place.attributes) == ("LOC", {"sure": True})
    assert end.fragments == (FragmentRecord(15, 16, "!"),)
    assert said == []


def test_relations_and_slots_become_links_and_tokens_are_passed_over() -> None:
    articles, said = read(
        SOFA + '<c:Token xmi:id="2" sofa="1" begin="0" end="1"/>'
        '<c:Span xmi:id="3" sofa="1" begin="0" end="1" links="6"/>'
        '<c:Span xmi:id="4" sofa="1" begin="2" end="6"/>'
        '<c:Dep xmi:id="5" sofa="1" begin="0" end="1" Governor="3" Dependent="4"/>'
        '<c:Link xmi:id="6" role="who" target="4"/>'
    )
    work = articles[0].assignments[0]
    assert [span.label for span in work.spans] == ["Span", "Span"]
    assert work.links == (LinkRecord("3", "4"),)
    assert said == [
        "a.xmi: There is no place for second links between the same two spans: 1.",
        "a.xmi: There is no place for the kind of relation “Dep” (read as a link): 1.",
        "a.xmi: There is no place for the role of a slot (read as a link): 1.",
    ]


def test_what_has_no_place_is_counted() -> None:
    articles, said = read(
        SOFA + '<c:Span xmi:id="2" sofa="1" begin="0" end="1" value="3" more="3" sure="true">'
        "<tags>one</tags><tags>two</tags></c:Span>"
        '<c:Chain xmi:id="3" first="2"/><c:Chain xmi:id="4" first="2"/>'
        '<cas:FSArray xmi:id="5" elements="2"/>'
    )
    (span,) = articles[0].assignments[0].spans
    assert (span.label, span.attributes) == ("3", {"sure": True})
    assert said == [
        "a.xmi: There is no place for the list “tags”: 1.",
        "a.xmi: There is no place for what “more” refers to: 1.",
        "a.xmi: There is no place for “Chain”, which stands at no place of the text: 2.",
    ]


def test_numbers_are_no_references_though_one_of_them_is_somethings_id() -> None:
    """Without a type system the other values of the feature tell."""
    articles, said = read(
        SOFA + '<c:Span xmi:id="2" sofa="1" begin="0" end="1" n="3" first="1"/>'
        '<c:Span xmi:id="3" sofa="1" begin="2" end="6" n="40" first="2"/>'
    )
    one, other = articles[0].assignments[0].spans
    assert one.attributes == {"n": "3", "first": "1"}
    assert other.attributes == {"n": "40", "first": "2"}
    assert said == []


@pytest.mark.parametrize(("kind", "label"), [("c.Tag", "3"), ("c.Chain", "Span")])
def test_a_type_system_tells_words_from_references(kind: str, label: str) -> None:
    types = (
        "<typeSystemDescription><types><typeDescription><name>c.Tag</name>"
        "<supertypeName>uima.cas.String</supertypeName></typeDescription><typeDescription>"
        "<name>webanno.custom.Span</name><features><featureDescription><name>value</name>"
        f"<rangeTypeName>{kind}</rangeTypeName></featureDescription></features></typeDescription>"
        "</types></typeSystemDescription>"
    )
    body = '<c:Span xmi:id="2" sofa="1" begin="0" end="1" value="3"/><c:Chain xmi:id="3"/>'
    files = [("a.xmi", f"{HEAD}{SOFA}{body}</xmi:XMI>"), ("TypeSystem.xml", types)]
    assert FORM.read is not None
    made = FORM.read(SourceFiles.uploaded([(path, w.encode()) for path, w in files]), Hints())
    (article,) = made.articles
    assert [span.label for span in article.assignments[0].spans] == [label]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            '<c:S xmi:id="2" begin="0" end="99"/>',
            "a.xmi, line 1, xmi:id 2: 0-99 lies outside",
        ),
        (
            '<c:S xmi:id="2" begin="3" end="1"/>',
            "a.xmi, line 1, xmi:id 2: 3-1 ends before",
        ),
        (
            '<c:S xmi:id="2" begin="0" end="8"/>',
            "a.xmi, line 1, xmi:id 2: 0-8 begins or ends",
        ),
        ('<c:S xmi:id="2" begin="x" end="8"/>', "a.xmi, line 1, xmi:id 2: “x” to “8” is no place."),
        ('<c:S xmi:id="1" begin="0" end="1"/>', "a.xmi, line 1: The xmi:id 1 stands"),
        (
            '<c:R xmi:id="2" begin="0" end="1" Governor="7" Dependent="8"/>',
            "a.xmi, line 1, xmi:id 2: It joins an annotation that this file does not have.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(body: str, said: str) -> None:
    assert read(SOFA + body)[1][0].startswith(said)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + HEAD.partition("?>")[2], "defines entities"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd">' + HEAD.partition("?>")[2], "document type"),
        (HEAD + "<c:S", "is not XML"),
        (HEAD, "holds no text"),
    ],
)
def test_files_that_cannot_be_read_are_refused(head: str, said: str) -> None:
    articles, findings = read("", head)
    assert articles == []
    assert said in findings[0]


def test_other_files_are_refused() -> None:
    assert FORM.read is not None
    with pytest.raises(FileRefused, match="no XMI file"):
        FORM.read(SourceFiles.uploaded([("a.xmi", b"<a/>")]), Hints())
