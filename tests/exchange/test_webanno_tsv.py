"""WebAnno TSV as INCEpTION writes it."""

import re
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.frame import FileRefused, Hints, SourceFiles
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    EntityRecord,
    FragmentRecord,
    GoldRecord,
    LinkRecord,
    SpanRecord,
)
from annotations.text.cleaning import sha256

from .corpora import STUDY, corpora
from .tsv_by_the_book import Annotation, Page, read_tsv

HEAD = "#FORMAT=WebAnno TSV 3.3\n"
NAMES = HEAD + "#T_SP=de.example.NamedEntity|identifier|value\n\n\n"
EMPTY = "\t_" * 14 + "\t"
TEXT = "#Text=I like 😊 Arden .\n"
FORM = find_format("webanno_tsv")


def read(*files: tuple[str, str]) -> tuple[list[ArticleRecord], list[str]]:
    assert FORM.read is not None
    made = FORM.read(SourceFiles.uploaded([(path, w.encode()) for path, w in files]), Hints())
    return list(made.articles), [str(finding) for finding in made.findings]


def only(words: str) -> tuple[ArticleRecord, AssignmentRecord, list[str]]:
    articles, said = read(("a.tsv", words))
    return articles[0], articles[0].assignments[0], said


def test_places_are_utf16_units() -> None:
    lines = "1-1\t0-1\tI\t_\t_\t\n1-2\t2-6\tlike\t_\t_\t\n1-3\t7-9\t😊\t*\tEMO\t\n"
    article, work, said = only(NAMES + TEXT + lines + "1-4\t10-15\tArden\t*[1]\tLOC[1]\t\n")
    assert article.text == "I like 😊 Arden ."
    assert [(span.label, span.fragments) for span in work.spans] == [
        ("EMO", (FragmentRecord(7, 8, "😊"),)),
        ("LOC", (FragmentRecord(9, 14, "Arden"),)),
    ]
    assert said == []


def test_a_file_that_counts_code_points_is_noticed_by_its_words() -> None:
    lines = "1-1\t0-1\tI\t_\t_\t\n1-2\t7-8\t😊\t_\t_\t\n1-3\t9-14\tArden\t*\tLOC\t\n"
    _, work, said = only(NAMES + TEXT + lines)
    assert work.spans[0].fragments == (FragmentRecord(9, 14, "Arden"),)
    assert said == ["a.tsv: Its places count code points, not UTF-16 units."]


@pytest.mark.parametrize("n", [1, 0], ids=["UTF-16 units", "code points"])
def test_carriage_returns_within_sentences_shift_no_mark(n: int) -> None:
    """As INCEpTION writes a text whose lines end with CR and LF: escaped, and counted as two."""
    rows = [(0, 2, "Hi", "_"), (3, 4 + n, "😊", "EMO"), (4 + n, 6 + n, "\\r\\n", "BREAK")]
    rows += [(6 + n, 9 + n, "you", "_"), (10 + n, 11 + n, "\\r", "_")]
    rows += [(11 + n, 16 + n, "Arden", "LOC"), (17 + n, 19 + n, "\\r\\n", "_")]
    rows += [(19 + n, 22 + n, "too", "PART"), (17 + n, 18 + n, "\\r", "HALF")]
    lines = [
        f"1-{at}\t{start}-{end}\t{words}\t{'_' if label == '_' else '*'}\t{label}\t\n"
        for at, (start, end, words, label) in enumerate(rows, 1)
    ]
    text = "#Text=Hi 😊\\r\\nyou \\rArden \\r\\ntoo\n"
    article, work, said = only(NAMES + text + "".join(lines))
    assert article.text == "Hi 😊\nyou \nArden \ntoo"
    assert {span.label: span.fragments for span in work.spans} == {
        "EMO": (FragmentRecord(3, 4, "😊"),),
        "BREAK": (FragmentRecord(4, 5, "\n"),),
        "LOC": (FragmentRecord(10, 15, "Arden"),),
        "PART": (FragmentRecord(17, 20, "too"),),
    }
    assert said[-1] == "a.tsv: There is no place for annotations of no width: 1."


def test_stacked_and_sub_token_annotations_come_apart() -> None:
    lines = (
        "1-1\t0-6\taaaaaa\tX[1]|Y[2]\t\n1-1.1\t3-6\taaa\tZ[3]\t\n"
        "1-2\t7-13\tbbbbbb\tX[1]\t\n1-2.1\t7-10\tbbb\tZ[3]\t\n1-2.2\t8-8\t\tW\t\n"
    )
    _, work, said = only(HEAD + "#T_SP=c.Span|value\n\n\n#Text=aaaaaa bbbbbb\n" + lines)
    assert [(span.label, span.stretch) for span in work.spans] == [
        ("X", ((0, 13),)),
        ("Y", ((0, 6),)),
        ("Z", ((3, 10),)),
    ]
    assert said == ["a.tsv: There is no place for annotations of no width: 1."]


@pytest.mark.parametrize(("last", "stretch"), [("X[1]\tMORE[1]", (2, 10)), ("_\t_", (3, 7))])
def test_a_span_that_was_drawn_anew_in_inception_does_not_grow_back(
    last: str, stretch: tuple[int, int]
) -> None:
    rows = f"1-1\t0-2\tHe\t_\t_\t\n1-2\t3-7\tsaid\tX[1]\tMORE[1]\t\n1-3\t8-10\tno\t{last}\t\n"
    rows = rows.replace("MORE", '{"fragments": \\[\\[2, 10\\]\\]}')
    head = HEAD + "#T_SP=webanno.custom.Mark|label|more\n\n\n#Text=He said no\n"
    _, work, _ = only(head + rows)
    assert work.spans[0].stretch == (stretch,)


def test_escapes_in_values_are_undone() -> None:
    lines = "1-1\t0-1\tI\t\\*\ta\\|b\\;c\\\\d\\[1\\]\\_\\->\\n[1]\t\n"
    _, work, _ = only(NAMES + "#Text=I\n" + lines)
    assert work.spans[0].label == "a|b;c\\d[1]_->\n"
    assert work.spans[0].attributes == {"identifier": "*"}


def test_slots_and_relations_become_links() -> None:
    head = (
        HEAD + "#T_SP=c.Filler|\n#T_SP=c.Host|ROLE_c.Host:links_c.Link|c.Filler\n"
        "#T_RL=c.Dep|kind|BT_c.Host\n\n\n#Text=a b c\n"
    )
    lines = (
        "1-1\t0-1\ta\t_\tp1;p2\t1-2[1];1-2[2]\t_\t_\t\n1-2\t2-3\tb\t*[1]|*[2]\t_\t_\t_\t_\t\n"
        "1-3\t4-5\tc\t_\t_\t*\tsubj\t1-1\t\n"
    )
    _, work, said = only(head + lines)
    at = {span.id: (span.label, span.start) for span in work.spans}
    assert [(at[link.source], at[link.target]) for link in work.links] == [
        (("Host", 0), ("Filler", 2)),
        (("Host", 0), ("Filler", 2)),
        (("Host", 0), ("Host", 4)),
    ]
    assert said == [
        "a.tsv: There is no place for the kind of relation “Dep” (read as a link): 1.",
        "a.tsv: There is no place for the role of a slot, “p1” (read as a link): 1.",
        "a.tsv: There is no place for the role of a slot, “p2” (read as a link): 1.",
    ]


def test_the_members_of_a_chain_are_spans() -> None:
    head = HEAD + "#T_CH=c.CoreferenceLink|referenceRelation|referenceType\n\n\n#Text=a b c\n"
    lines = (
        "1-1\t0-1\ta\t*->1-1\tNAM[1]\t\n1-2\t2-3\tb\t*->1-1\tNAM[1]\t\n1-3\t4-5\tc\t*->1-2\t*\t\n"
    )
    _, work, said = only(head + lines)
    assert [span.stretch for span in work.spans] == [((0, 3),), ((4, 5),)]
    assert said == ["a.tsv: There is no place for how spans follow each other in a chain: 2."]


def test_sentences_stand_where_their_first_word_does() -> None:
    lines = "1-1\t0-3\tone\t\n\n#Sentence.id=s2\n#Text=two\n#Text=three\n2-1\t5-8\ttwo\t\n"
    article, _, _ = only(HEAD + "\n#Text=one\n" + lines)
    assert article.text == "one  two\nthree"


def test_a_project_of_inception_has_annotators_by_file_and_gold() -> None:
    body = HEAD + "\n#Text=one\n1-1\t0-3\tone\t\n"
    articles, _ = read(
        ("annotation/a.txt/bob.tsv", body), ("annotation/a.txt/carol.tsv", body),
        ("curation/a.txt/CURATION_USER.tsv", body),
    )  # fmt: skip
    assert [work.annotator for work in articles[0].assignments] == ["bob", "carol"]
    assert articles[0].title == "a.txt"
    assert articles[0].gold is not None


def test_written_files_have_tokens_layers_slots_and_relations() -> None:
    text = "He 🔥 said, no, no."
    source = SpanRecord("a", "attribution", (FragmentRecord(0, 2, "He"),), {"entity": "e"})
    content = SpanRecord("b", None, (FragmentRecord(11, 13, "no"), FragmentRecord(15, 17, "no")))
    link = LinkRecord("a", "b", FragmentRecord(5, 9, "said"))
    work = AssignmentRecord("bob", (source, content), (link,), (EntityRecord("e", "Him_self"),))
    article = ArticleRecord("1", "A", text, sha256(text), len(text), assignments=(work,))
    assert FORM.write is not None
    path, content_ = next(iter(FORM.write(Corpus(STUDY, (article,)), {})))
    assert path == "bob/a.tsv"
    assert content_.decode().split("\n") == [
        "#FORMAT=WebAnno TSV 3.3",
        "#T_SP=webanno.custom.Mark|label|flag|note|more|source_kind|entity__name|hedge|is_quoted"
        "|ROLE_webanno.custom.Mark:parts_webanno.custom.MarkPartsLink|webanno.custom.Part",
        "#T_SP=webanno.custom.Part|",
        "#T_RL=webanno.custom.Source|cue|cue_at|BT_webanno.custom.Mark",
        "",
        "",
        "#Text=He 🔥 said, no, no.",
        "1-1\t0-2\tHe\tattribution\t*\t*\t*\t*\tHim\\_self\t*\t*\t_\t*\t_\t_\t_\t_\t",
        *(f"{unit}{EMPTY}" for unit in ("1-2\t3-5\t🔥", "1-3\t6-10\tsaid", "1-4\t10-11\t,")),
        "1-5\t12-14\tno\tExtent\t*\t*\t*\t*\t*\t*\t*\tpart\t1-7\t_\tsaid\t6-10\t1-1\t",
        f"1-6\t14-15\t,{EMPTY}",
        "1-7\t16-18\tno\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t*\t_\t_\t_\t",
        f"1-8\t18-19\t.{EMPTY}",
        "",
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("1-1\t0-1\tI\t_\n", "a.tsv, line 6: The line has 1 columns after the word; 2 are"),
        ("1-1 0-1 I _ _\n", "a.tsv, line 6: “1-1 0-1 I _ _” is no line such as"),
        ("1-1\t1-0\tI\t_\t_\n", "a.tsv, line 6: 1-0 ends before it starts."),
        ("1-1\t0-1\tI\t_\t_\n1-1\t2-6\tlike\t_\t_\n", "a.tsv, line 7: The unit 1-1 stands twice."),
        ("1-1\t0-99\tI\t_\t_\n", "a.tsv, line 6: 99 lies behind the end of the text."),
        ("1-1\t0-1\tI\t_\t_\n1-2\t7-8\tX\t_\t_\n", "a.tsv, line 7: 8 lies inside a character"),
        ("1-1\t0-1\tX\t_\t_\n", "a.tsv, line 6: At 0-1 stands “I”, not “X”."),
        ("1-1\t999999999-999999999\t\t_\t_\n", "a.tsv, line 6: The sentence begins at 99999"),
        ("", "a.tsv: It holds no sentence with words."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_and_line(lines: str, said: str) -> None:
    articles, findings = read(("a.tsv", NAMES + TEXT + lines))
    assert articles == []
    assert findings[0].startswith(said)


def test_a_relation_that_leads_nowhere_is_refused_and_one_to_itself_left_out() -> None:
    head = HEAD + "#T_SP=c.Host|v\n#T_RL=c.Dep|BT_c.Host\n\n#Text=a b c\n"
    lines = "1-1\t0-1\ta\tX\t1-9\t\n1-2\t2-3\tb\tX\t1-2\t\n1-3\t4-5\tc\tX\t1-2\t\n"
    _, work, said = only(head + lines)
    starts = {span.id: span.start for span in work.spans}
    assert [(starts[link.source], starts[link.target]) for link in work.links] == [(2, 4)]
    assert said == [
        "a.tsv, line 6: “1-9” leads to no annotation of this file.",
        "a.tsv: There is no place for links of an annotation to itself: 1.",
        "a.tsv: There is no place for the kind of relation “Dep” (read as a link): 1.",
    ]


def test_relations_without_a_column_are_refused() -> None:
    _, findings = read(
        ("a.tsv", HEAD + "#T_SP=c.Host|v\n#T_RL=c.Dep\n\n#Text=a b\n1-1\t0-1\ta\tX\n")
    )
    assert findings[0].startswith("a.tsv, line 3: “#T_RL=c.Dep” declares relations without")


def test_other_files_are_refused() -> None:
    with pytest.raises(FileRefused, match="begins with #FORMAT"):
        read(("a.tsv", "no"))


def utf16(text: str, place: int) -> int:
    return len(text[:place].encode("utf-16-le")) // 2


# What nobody sees at the ends of a token: white space, and the sign that joins a tab to a token.
UNSEEN = re.compile(r"\A[\s\ufeff]*|[\s\ufeff]*\Z")


def trimmed(text: str, fragment: FragmentRecord) -> tuple[int, int]:
    """Where its words are, in UTF-16 units: a token's line holds no outer white space."""
    return inner(text, utf16(text, fragment.start), utf16(text, fragment.end))


def inner(text: str, begin: int, end: int) -> tuple[int, int]:
    words = text.encode("utf-16-le")[2 * begin : 2 * end].decode("utf-16-le")
    before, behind = (len(each[0]) for each in [*UNSEEN.finditer(words)][:2])
    return begin + before, end - behind


@given(corpus=corpora(most=1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_second_reader_finds_every_span_part_answer_and_link(corpus: Corpus) -> None:
    assert FORM.write is not None
    files: dict[str, bytes] = {}
    for path, chunk in FORM.write(corpus, {}):
        files[path] = files.get(path, b"") + chunk
    (article,) = corpus.articles
    works = {work.annotator: work for work in article.assignments}
    for path, content in files.items():
        folder = path.partition("/")[0]
        if not path.endswith(".tsv") or folder == "nobody":
            continue
        work = article.gold if folder == "gold" else works.pop(names(works)[folder])
        assert work is not None
        _hold_against(read_tsv(content, article.text), article.text, work)
    assert works == {}


def names(works: Mapping[str, object]) -> dict[str, str]:
    return {re.sub(r"[^\w]+", "_", name).strip("_").lower(): name for name in works}


def _hold_against(page: Page, text: str, work: AssignmentRecord | GoldRecord) -> None:
    marks = [each for each in page.spans if each.layer.endswith(".Mark")]
    found = Counter(
        (
            each.features["label"],
            *inner(text, each.begin, each.end),
            *(inner(text, part.begin, part.end) for part in parts_of(page, each)),
        )
        for each in marks
    )
    wanted = Counter(
        (
            span.label or "Extent",
            *trimmed(text, span.fragments[0]),
            *(trimmed(text, part) for part in span.fragments[1:]),
        )
        for span in work.spans
    )
    assert found == wanted
    kinds = {each.features["source_kind"] for each in marks if "source_kind" in each.features}
    assert kinds == {
        span.attributes["source_kind"] for span in work.spans if "source_kind" in span.attributes
    }
    at = {
        span.id: (span.label or "Extent", *trimmed(text, span.fragments[0])) for span in work.spans
    }
    ends = [
        [page.at("webanno.custom.Mark", place) for place in (source, target)]
        for source, target, _ in page.relations
    ]
    assert Counter(
        tuple((each.features["label"], *inner(text, each.begin, each.end)) for each in both)
        for both in ends
    ) == Counter((at[link.source], at[link.target]) for link in work.links)


def parts_of(page: Page, mark: Annotation) -> list[Annotation]:
    return [page.at("webanno.custom.Part", place) for place in mark.slots]
