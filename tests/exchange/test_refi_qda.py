"""REFI-QDA projects, as programs for qualitative analysis exchange them."""

import io
import zipfile
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.frame import FileRefused, Findings, Hints, SourceFiles
from annotations.exchange.frame.placing import place_article
from annotations.exchange.frame.xml_in import walk_xml
from annotations.exchange.records import ArticleRecord, Corpus, FragmentRecord

from .corpora import corpora
from .refi_by_the_book import check_project, list_faults

FORM = find_format("refi_qda")
Q = "{urn:QDA-XML:project:1.0}"
G = "00000000-0000-4000-8000-00000000000"
HEAD = f"""<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" name="p"><Users><User guid="{G}1" name="Ann"/></Users>
<CodeBook><Codes><Code guid="{G}2" name="Theme" isCodable="true">
<Code guid="{G}3" name="Loaded" isCodable="true"/></Code></Codes></CodeBook>"""
TEXT = "Officials 🔥 lied."
UNUSED = "p.qdpx: There is no place for codes that no selection has: {} left out."
NESTED = "p.qdpx: There is no place for which code stands under which: 1 left out."


def packed(project: str, **sources: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("project.qde", project)
        for name, text in sources.items():
            archive.writestr(f"Sources/{name}.txt", text)
    return out.getvalue()


def read(content: bytes) -> tuple[list[ArticleRecord], list[str]]:
    assert FORM.read is not None
    made = FORM.read(SourceFiles.uploaded([("p.qdpx", content)]), Hints())
    return list(made.articles), [str(finding) for finding in made.findings]


def project(selections: str, more: str = "") -> bytes:
    source = f'<TextSource guid="{G}4" name="A" plainTextPath="internal://a.txt">{selections}'
    return packed(f"{HEAD}<Sources>{source}</TextSource></Sources>{more}</Project>", a=TEXT)


def selection(number: int, start: object, end: object, code: int = 3, inside: str = "") -> str:
    return (
        f'<PlainTextSelection guid="{G}{number}" startPosition="{start}" endPosition="{end}" '
        f'creatingUser="{G}1">{inside}<Coding guid="{G}f"><CodeRef targetGUID="{G}{code}"/>'
        "</Coding></PlainTextSelection>"
    )


@given(corpus=corpora(most=2))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_project_is_as_the_published_schema_has_it(corpus: Corpus) -> None:
    assert FORM.write is not None
    check_project(b"".join(chunk for _, chunk in FORM.write(corpus, {})))


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ("<Sets/>", "Project holds Users CodeBook Sets , not Users? CodeBook?"),
        ("<Links><Link/></Links>", "Link has no guid"),
        (f'<Links><Link guid="{G}5" direction="Up"/></Links>', "Link: direction is 'Up'"),
        (f'<Links><Link guid="{G}"/></Links>', "Link: guid is"),
        ("<Sources/>", "Sources holds nothing, not TextSource+"),
        (f'<Sources><TextSource guid="{G}5" size="1"/></Sources>', "TextSource has size"),
        (f'<Variables><Variable guid="{G}5" name="x"/></Variables>', "no typeOfVariable"),
        ("<Description>Said <b>so</b></Description>", "Description holds elements"),
        ("words", "Project holds words"),
    ],
)
def test_what_the_schema_does_not_allow_is_seen_by_the_test_of_it(inside: str, fault: str) -> None:
    assert list_faults(fromstring(f"{HEAD}</Project>")) == []
    faults = list_faults(fromstring(f"{HEAD}{inside}</Project>"))
    assert any(fault in each for each in faults), faults


def test_a_coded_selection_is_a_span_of_its_user() -> None:
    inside = "<Description>why?</Description>"
    articles, said = read(project(selection(5, 12, 16, inside=inside)))
    work = articles[0].assignments[0]
    assert (work.annotator, work.spans[0].label, work.spans[0].note) == ("Ann", "Loaded", "why?")
    assert work.spans[0].fragments == (FragmentRecord(12, 16, "lied"),)
    assert said == [NESTED, UNUSED.format(1)]


@pytest.mark.parametrize(
    ("start", "end", "heard"),
    [
        (12, 16, []),
        (13, 17, ["p.qdpx, line 4, A: Its places count UTF-16 units; they were counted anew."]),
    ],
)
def test_the_names_of_selections_tell_what_the_places_count(
    start: int, end: int, heard: list[str]
) -> None:
    named = selection(5, start, end).replace("guid", 'name="lied" guid', 1)
    articles, said = read(project(named))
    assert articles[0].assignments[0].spans[0].fragments == (FragmentRecord(12, 16, "lied"),)
    assert said == [*heard, NESTED, UNUSED.format(1)]


LINES = "First \U0001f525 line.\r\nSecond line.\r\nLast \U0001f525 line."
WAYS = [
    (LINES, ""),
    (LINES.replace("\r\n", "\n"), "CRLF line ends as one sign"),
    ("\ufeff" + LINES, "a byte order mark"),
    ("\ufeff" + LINES.replace("\r\n", "\n"), "CRLF line ends as one sign and a byte order mark"),
]


@pytest.mark.parametrize("in_units", [False, True])
@pytest.mark.parametrize(("counted", "way"), WAYS)
def test_places_lie_on_the_names_words_however_a_program_counts(
    counted: str, way: str, in_units: bool
) -> None:
    selections = ""
    for number, words in enumerate(("First", "Second", "Last", "line."), 5):
        before = counted[: counted.rindex(words)]
        start = len(before.encode("utf-16-le")) // 2 if in_units else len(before)
        made = selection(number, start, start + len(words))
        selections += made.replace("guid", f'name="{words}" guid', 1)
    source = f'<TextSource guid="{G}4" name="A" plainTextPath="internal://a.txt">{selections}'
    content = packed(
        f"{HEAD}<Sources>{source}</TextSource></Sources></Project>", a="\ufeff" + LINES
    )
    articles, said = read(content)
    spans = articles[0].assignments[0].spans
    assert [span.fragments[0].text for span in spans] == ["First", "Second", "Last", "line."]
    how = " and ".join(filter(None, ["UTF-16 units" if in_units else "", way]))
    heard = f"p.qdpx, line 4, A: Its places count {how}; they were counted anew."
    assert said == [*([heard] if how else []), NESTED, UNUSED.format(1)]


def test_where_names_are_words_a_name_is_held_against_its_place() -> None:
    """One was given by a person, one lies a sign off, one stands nowhere near."""
    selections = "".join(
        selection(number, start, end).replace("guid", f'name="{name}" guid', 1)
        for number, start, end, name in (
            (5, 0, 9, "Officials"), (6, 12, 16, "lied"), (7, 0, 16, "An accusation"),
            (8, 11, 15, "lied"), (9, 12, 16, "wept"), (4, 0, 5, "Offic…"),
            (3, 0, 3, "Off"),
        )
    )  # fmt: skip
    (article,), said = read(project(selections))
    findings = Findings()
    placed = place_article(article, findings=findings)
    stretches = [span.stretch for span in placed.assignments[0].spans]
    assert stretches == [((0, 9),), ((12, 16),), ((0, 16),), ((0, 5),), ((0, 3),)]
    assert [each.kind for each in findings] == ["repaired", "repaired", "refused"]
    assert "“wept”, which is nowhere near" in str(findings.of("refused")[0])
    named = (
        "p.qdpx: There is no place for names of selections that are not their words: 1 left out."
    )
    assert named in said


def test_codes_of_one_name_are_told_apart_by_the_code_above() -> None:
    codes = HEAD.replace(
        f'<Code guid="{G}3" name="Loaded" isCodable="true"/></Code>',
        f'<Code guid="{G}3" name="Bad"/></Code><Code guid="{G}b" name="Tone"><Code guid="{G}c" '
        f'name="Bad"/><Code guid="{G}d" name="Bad"/></Code>',
    )
    chosen = [selection(5, 0, 9, 3), selection(6, 12, 16).replace(f'"{G}3"', f'"{G}c"')]
    whole = f'<Coding guid="{G}e"><CodeRef targetGUID="{G}2"/></Coding>'
    source = f'<TextSource guid="{G}4" name="A" plainTextPath="internal://a.txt">'
    body = f"{source}{''.join(chosen)}{whole}</TextSource>"
    content = packed(f"{codes}<Sources>{body}</Sources></Project>", a=TEXT)
    assert FORM.read is not None
    made = FORM.read(SourceFiles.uploaded([("p.qdpx", content)]), Hints())
    (article,) = made.articles
    assert [span.label for span in article.assignments[0].spans] == ["Theme / Bad", "Tone / Bad"]
    assert [label.slug for label in made.study.codebook.labels] == [
        "Theme", "Theme / Bad", "Tone", "Tone / Bad", "Tone / Bad (2)",
    ]  # fmt: skip
    said = [str(each) for each in made.findings]
    assert "p.qdpx: There is no place for codes that a whole text has: 1 left out." in said


def test_people_of_one_name_are_told_apart() -> None:
    more = f'<User guid="{G}8" name="Ann"/><User guid="{G}9" name="Ann"/></Users>'
    theirs = "".join(
        selection(5 + at, 0, 9).replace(f'creatingUser="{G}1"', f'creatingUser="{G}{user}"')
        for at, user in enumerate((1, 8, 9))
    )
    source = f'<TextSource guid="{G}4" name="A" plainTextPath="internal://a.txt">{theirs}'
    head = HEAD.replace("</Users>", more)
    articles, said = read(
        packed(f"{head}<Sources>{source}</TextSource></Sources></Project>", a=TEXT)
    )
    assert [work.annotator for work in articles[0].assignments] == ["Ann", "Ann 2", "Ann 3"]
    assert said[:2] == [
        "p.qdpx, line 2: Two people are called “Ann”; one of them is “Ann 2” now.",
        "p.qdpx, line 2: Two people are called “Ann”; one of them is “Ann 3” now.",
    ]


def test_a_place_between_the_halves_of_a_character_is_refused() -> None:
    named = selection(5, 13, 17).replace("guid", 'name="lied" guid', 1)
    _, said = read(project(named + selection(6, 0, 11)))
    assert "p.qdpx, line 4, A, selection 00000000: 0-11 begins or ends inside a" in said[1]


def test_what_has_no_place_is_counted() -> None:
    bare = f'<PlainTextSelection guid="{G}6" startPosition="0" endPosition="3"/>'
    picture = f'<PictureSource guid="{G}7"/>'
    variable = f'<Variables><Variable guid="{G}8" name="Age" typeOfVariable="Text"/></Variables>'
    notes = f'<Notes><Note guid="{G}9"><PlainTextContent>Memo.</PlainTextContent></Note></Notes>'
    content = packed(
        f'{HEAD}{variable}<Sources><TextSource guid="{G}4" name="A"><PlainTextContent>{TEXT}'
        f"</PlainTextContent>{bare}</TextSource>{picture}</Sources>{notes}"
        f'<Graphs><Graph guid="{G}a"/></Graphs></Project>'
    )
    assert read(content)[1] == [
        NESTED,
        "p.qdpx: There is no place for Variables: 1 left out.",
        "p.qdpx: There is no place for PictureSources: 1 left out.",
        "p.qdpx: There is no place for Notes: 1 left out.",
        "p.qdpx: There is no place for Graphs: 1 left out.",
        "p.qdpx: There is no place for selections without a code: 1 left out.",
        UNUSED.format(2),
    ]


def test_an_unpacked_project_is_read_with_its_code_book() -> None:
    """Programs for Macs leave a folder where others leave a .qdpx."""
    described = HEAD.replace('name="Loaded" isCodable="true"/>', 'name="Loaded">DESCRIBED</Code>')
    words = "<Description> Words that judge. </Description>"
    with zipfile.ZipFile(io.BytesIO(project(selection(5, 0, 9)))) as archive:
        xml = archive.read("project.qde").decode()
    xml = xml.replace(HEAD, described.replace("DESCRIBED", words))
    files = [("study/project.qde", xml.encode()), ("study/sources/a.txt", TEXT.encode())]
    source = SourceFiles.uploaded(files)
    assert FORM.recognises is not None
    assert FORM.read is not None
    made = FORM.read(source, Hints())
    (article,) = made.articles
    labels = {label.slug: label.definition for label in made.study.codebook.labels}
    assert FORM.recognises(source)
    assert [(span.label, span.stretch) for span in article.assignments[0].spans] == [
        ("Loaded", ((0, 9),))
    ]
    assert labels == {"Theme": "", "Loaded": "Words that judge."}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (project(selection(5, 5, 5)), "p.qdpx, line 4, A, selection 00000000: 5-5 is no stretch"),
        (project(selection(5, "x", 5)), "p.qdpx, line 4, A, selection 00000000: It has no start"),
        (
            project(selection(5, 0, 5, code=9)),
            "p.qdpx, line 4, A, selection 00000000: Its code",
        ),
        (project(selection(5, 0, 5) * 2), f"p.qdpx, line 4, A: The guid {G}5 stands twice."),
        (packed(HEAD + "<Sources>"), "p.qdpx, project.qde, line"),
        (packed("<Project/>"), "p.qdpx: Its project.qde is no REFI-QDA project."),
        (packed('<!DOCTYPE x [<!ENTITY a "b">]><Project/>'), "p.qdpx, project.qde: It defines"),
        (b"PK no zip", "p.qdpx: This is not a zip file"),
        (project("")[:200], "p.qdpx: This is not a zip file"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(content: bytes, said: str) -> None:
    assert read(content)[1][0].startswith(said)


def test_a_text_that_is_missing_is_said() -> None:
    source = f'<TextSource guid="{G}4" name="A" plainTextPath="internal://b.txt"/>'
    content = packed(f"{HEAD}<Sources>{source}</Sources></Project>", a=TEXT)
    missing = "p.qdpx, line 4, A: Its plain text is not in the file."
    assert read(content)[1] == [missing, NESTED, UNUSED.format(2)]


def test_files_without_a_project_are_refused() -> None:
    assert FORM.read is not None
    with pytest.raises(FileRefused, match=r"no \.qdpx file"):
        FORM.read(SourceFiles.uploaded([("a.txt", b"x")]), Hints())


def test_a_project_is_read_one_text_after_the_other() -> None:
    source = f"<TextSource><PlainTextContent>{TEXT * 2_000}</PlainTextContent></TextSource>\n"
    words = f"{HEAD}<Sources>{source * 5}</Sources><Broken></Project>"
    files = SourceFiles.uploaded([("p.qdpx", packed(words))]).inside("p.qdpx")
    walk = walk_xml(files, "project.qde", [f"{Q}TextSource"])
    assert [next(walk).tag for _ in range(3)] == [f"{Q}Project", f"{Q}TextSource", f"{Q}TextSource"]
    with pytest.raises(FileRefused, match=r"line \d+, character \d+: This is not XML"):
        list(walk)


def test_a_project_within_a_zip_is_read_too() -> None:
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("p.qdpx", project(selection(5, 12, 16)))
    assert FORM.read is not None
    made = FORM.read(SourceFiles.uploaded([("all.zip", outer.getvalue())]), Hints())
    assert [len(article.assignments[0].spans) for article in made.articles] == [1]


def test_links_that_lead_elsewhere_are_counted() -> None:
    links = "".join(
        f'<Link guid="{at}" name="L" originGUID="{G}5" targetGUID="t{at}"/>' for at in range(3)
    )
    content = packed(
        f'{HEAD}<Sources><TextSource guid="{G}4" name="A"><PlainTextContent>{TEXT}'
        f"</PlainTextContent>{selection(5, 12, 16)}</TextSource></Sources><Links>{links}</Links>"
        "</Project>"
    )
    assert read(content)[1] == [
        NESTED,
        "p.qdpx: There is no place for links that lead elsewhere: 3 left out.",
        UNUSED.format(1),
    ]
