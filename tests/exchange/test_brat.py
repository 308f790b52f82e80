"""brat standoff as brat writes it and as others do."""

from collections import Counter

import pytest
from bratly import Annotation, EntityAnnotation, EventAnnotation, NoteAnnotation, RelationAnnotation
from bratly.io.file_read_src import parse_and_fix_ann_grammar, parse_ann_line
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.frame import FileRefused, Hints, Reading, SourceFiles
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

from .corpora import STUDY, corpora

TEXT = "Officials in 🔥 Arden said\nthe mayor lied."
EVENTS = (
    "There is no place for the kind of event “Attribution” (read as a link): {} in these files."
)


def reading(*files: tuple[str, str], hints: Hints | None = None) -> tuple[list, Reading]:
    form = find_format("brat")
    assert form.read is not None
    made = form.read(
        SourceFiles.uploaded([(path, words.encode()) for path, words in files]), hints or Hints()
    )
    return list(made.articles), made


def only_work(ann: str, text: str = TEXT) -> tuple[AssignmentRecord, list[str]]:
    articles, made = reading(("a.txt", text), ("a.ann", ann))
    return articles[0].assignments[0], [str(finding) for finding in made.findings]


def test_places_count_code_points() -> None:
    work, said = only_work("T1\tSource 0 20\tOfficials in 🔥 Arden\nT2\tCue 21 25\tsaid\n")
    assert [(span.label, span.fragments) for span in work.spans] == [
        ("Source", (FragmentRecord(0, 20, "Officials in 🔥 Arden"),)),
        ("Cue", (FragmentRecord(21, 25, "said"),)),
    ]
    assert said == []


def test_a_span_that_brat_divides_at_a_line_end_is_one_stretch() -> None:
    work, _ = only_work("T1\tContent 21 25;26 35\tsaid the mayor\n")
    assert work.spans[0].fragments == (FragmentRecord(21, 35, "said\nthe mayor"),)


@pytest.mark.parametrize(
    ("drawn", "stretch"), [("21 25\tsaid", (21, 26)), ("22 25\taid", (22, 25))]
)
def test_a_span_that_was_drawn_anew_in_brat_does_not_grow_back(
    drawn: str, stretch: tuple[int, int]
) -> None:
    ours = '#1\tsourcemark T1\t{"fragments": [[21, 26]]}\n'
    work, _ = only_work(f"T1\tContent {drawn}\n{ours}")
    assert work.spans[0].stretch == (stretch,)


def test_fragments_on_one_line_stay_apart() -> None:
    work, _ = only_work("T1\tContent 0 9;15 20\tOfficials Arden\n")
    assert work.spans[0].stretch == ((0, 9), (15, 20))


@pytest.mark.parametrize(
    ("line", "found", "said"),
    [
        ("0 9;15 20\tOfficials Arden", [(0, 9), (15, 20)], ""),
        ("0 9;15 20\tOfficials   Arden", [(0, 9), (15, 20)], ""),
        ("0 9;15 20\tOfficials in 🔥 Arden", [(0, 9), (15, 20)], ""),  # all of it, without gaps
        ("0 9;14 19\tOfficials Arden", [(0, 9), (15, 20)], "it was moved."),
        ("0 9;15 20\tOfficials in 🔥 Mayor", None, "not “Mayor”, which is nowhere near."),
        ("0 9;15 20\tWholly other words", None, "are not those of its 2 stretches."),
    ],
)
def test_the_words_of_fragments_are_held_against_their_places(
    line: str, found: list[tuple[int, int]] | None, said: str
) -> None:
    articles, made = reading(("a.txt", TEXT), ("a.ann", f"T1\tContent {line}\n"))
    placed = [place_article(each, findings=made.findings) for each in articles]
    spans = placed[0].assignments[0].spans
    assert [list(span.stretch) for span in spans] == ([found] if found else [])
    assert [str(each)[-len(said) :] for each in made.findings] == ([said] if said else [])
    assert all(each.place == "line 1" or "a.ann, line 1" in str(each) for each in made.findings)


def test_a_byte_order_mark_that_was_counted_is_noticed_by_the_words() -> None:
    marks = "T1\tSource 1 10\tOfficials\nT2\tCue 22 26\tsaid\nT3\tCue 37 41\tlied\n"
    work, said = only_work(marks, "\ufeff" + TEXT)
    stretches = [span.stretch for span in work.spans]
    assert stretches == [((0, 9),), ((21, 25),), ((36, 40),)]
    assert said == ["a.ann: Its places count a byte order mark; they were counted anew."]


def test_fragments_out_of_order_keep_their_words() -> None:
    work, _ = only_work("T1\tContent 15 20;0 9\tArden Officials\n")
    assert work.spans[0].fragments == (
        FragmentRecord(0, 9, "Officials"),
        FragmentRecord(15, 20, "Arden"),
    )


def test_words_that_go_on_in_the_next_line_belong_to_the_span() -> None:
    work, said = only_work("T1\tContent 21 35\tsaid\nthe mayor\nT2\tCue 21 25\tsaid\n")
    assert work.spans[0].fragments == (FragmentRecord(21, 35, "said\nthe mayor"),)
    assert said == ["a.ann, line 2: The words of the line before go on in it."]


def test_words_that_do_not_stand_there_are_kept_for_the_repair() -> None:
    work, _ = only_work("T1\tContent 1 10\tOfficials\n")
    assert work.spans[0].fragments == (FragmentRecord(1, 10, "Officials"),)


def test_an_event_of_source_cue_and_content_is_a_link_with_its_cue() -> None:
    work, said = only_work(
        "T1\tSource 0 20\tOfficials in 🔥 Arden\nT2\tCue 21 25\tsaid\n"
        "T3\tContent 26 40\tthe mayor lied\nT4\tAttribution 21 25\tsaid\n"
        "E1\tAttribution:T4 Source:T1 Cue:T2 Content:T3\n"
    )
    assert work.links == (LinkRecord("T1", "T3", FragmentRecord(21, 25, "said")),)
    assert [span.label for span in work.spans] == ["Source", "Cue", "Content"]
    assert said == [EVENTS.format(1)]


def test_other_events_and_relations_become_links_and_this_is_said() -> None:
    work, said = only_work(
        "T1\tPerson 30 35\tmayor\nT2\tLie 36 40\tlied\nT3\tPlace 15 20\tArden\n"
        "E1\tLie:T2 Who:T1\nE2\tLie:T2\nR1\tIn Arg1:T1 Arg2:T3\n*\tEquiv T1 T3\n"
        "A1\tNegation E1\nA2\tMode T1 Strong\nN1\tReference T1 Wikipedia:77\tThe Mayor\n"
        "N2\tReference T3 Wikipedia:77\tOff\n"
        "#1\tAnnotatorNotes T1\twho?\n"
    )
    assert {(link.source, link.target) for link in work.links} == {("T2", "T1"), ("T1", "T3")}
    person, lie, _ = work.spans
    assert person.attributes == {"Mode": "Strong", "Wikipedia": "Wikipedia:77"}
    assert person.note == "who?"
    assert lie.attributes == {"Negation": True}
    assert work.entities[0].name == "The Mayor"
    assert said == [
        "There is no place for numbers of references to “Wikipedia” (their titles are kept): "
        "2 in these files.",
        "There is no place for second titles of what a reference names, “Off”: 1 in these files.",
        "There is no place for that several spans mean the same (lines that begin with *): "
        "1 in these files.",
        "There is no place for the kind of relation “In” (read as a link): 1 in these files.",
        "There is no place for the roles of events “Lie” (read as links): 1 in these files.",
    ]


@pytest.mark.parametrize("counted", ["as one", "as two"])
def test_line_ends_of_two_signs_are_counted_as_the_words_tell(counted: str) -> None:
    start = 26 if counted == "as one" else 27
    work, _ = only_work(f"T1\tContent {start} {start + 9}\tthe mayor\n", TEXT.replace("\n", "\r\n"))
    assert work.spans[0].fragments == (FragmentRecord(26, 35, "the mayor"),)


def test_folders_with_one_text_are_annotators_and_gold() -> None:
    articles, _ = reading(
        ("corpus/bob/a.txt", TEXT), ("corpus/bob/a.ann", "T1\tX 0 9\tOfficials\n"),
        ("corpus/carol/a.txt", TEXT), ("corpus/carol/a.ann", ""),
        ("corpus/gold/a.txt", TEXT), ("corpus/gold/a.ann", ""),
    )  # fmt: skip
    assert len(articles) == 1
    assert [(work.annotator, len(work.spans)) for work in articles[0].assignments] == [
        ("bob", 1),
        ("carol", 0),
    ]
    assert articles[0].gold is not None


def test_one_name_with_different_texts_is_different_articles() -> None:
    articles, _ = reading(
        ("x/a.txt", TEXT), ("x/a.ann", ""), ("y/a.txt", TEXT + "!"), ("y/a.ann", "")
    )
    assert len({article.sha256 for article in articles}) == 2


def test_an_ending_of_the_name_can_be_the_annotator() -> None:
    articles, _ = reading(
        ("text/a.txt", TEXT), ("ann/a_4b22.ann", ""), ("ann/a_5fec.ann", "T1\tX 0 9\tOfficials\n")
    )
    assert [work.annotator for work in articles[0].assignments] == ["4b22", "5fec"]


def test_marks_without_a_text_find_it_in_the_study() -> None:
    hints = Hints(annotator="bob", find_text=lambda sha, title: TEXT if title == "a" else "")
    articles, _ = reading(("a.ann", "T1\tX 0 9\tOfficials\n"), hints=hints)
    assert (articles[0].text, articles[0].assignments[0].annotator) == (TEXT, "bob")


@pytest.mark.parametrize(
    ("ann", "said"),
    [
        ("T1\tX 0 9", None),
        ("T1", "a.ann, line 1: “T1” is no line of brat."),
        ("nonsense\tX 0 9\tOff", "a.ann, line 1: “nonsense"),
        ("T1\tX 9 0\tOff", "a.ann, line 1: T1: 9–0 is no stretch"),
        ("T1\tX -1 4\tOff", "a.ann, line 1: T1: -1–4 is no stretch"),
        ("T1\tX 0 99999999999999999999\tOff", "a.ann, line 1: T1: “X 0 9999"),
        ("T1\tX 0 9\tOfficials\nT1\tX 0 9\tOfficials", "a.ann, line 2: The id T1 stands twice."),
        ("R1\tY Arg1:T1 Arg2:T9", "a.ann, line 1: The relation Y does not join two spans"),
        ("E1\tY:T9 Who:T1", "a.ann, line 1: E1: it names T9"),
        ("T1\tX 0 9\tOfficials\nE1\tY:E1 Who:T1", "a.ann, line 2: E1: it names E1"),
        ("E1\tY:E2 A:E2\nE2\tY:E1 A:E1", "a.ann, line 1: E1: it names E2"),
        ("A1\tY T7", "a.ann, line 1: It is about T7, which this file does not have."),
        ("A1\tY", "a.ann, line 1: A1: an attribute is written"),
        ("N1\tReference T1", "a.ann, line 1: N1: a reference is written"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(ann: str, said: str | None) -> None:
    _, findings = only_work(ann)
    if said is None:
        assert findings == []
    else:
        assert findings[0].startswith(said)


def test_files_without_marks_are_refused() -> None:
    with pytest.raises(FileRefused, match=r"There is no \.ann file"):
        reading(("a.txt", TEXT))


def test_a_text_that_is_missing_is_said() -> None:
    articles, made = reading(("a.ann", ""))
    assert articles == []
    assert [str(each) for each in made.findings] == ["a.ann: There is no text “a.txt” for it."]


def test_every_written_type_stands_in_the_configuration() -> None:
    span = SpanRecord("s", "odd label", (FragmentRecord(0, 9, "Officials"),))
    article = ArticleRecord(
        "a", "A", TEXT, sha256(TEXT), len(TEXT), assignments=(AssignmentRecord("bob", (span,)),)
    )
    form = find_format("brat")
    assert form.write is not None
    files: Counter[str] = Counter()
    content = {}
    for path, chunk in form.write(Corpus(STUDY, (article,)), {}):
        files[path] += 1
        content[path] = content.get(path, b"") + chunk
    conf = content["annotation.conf"].decode().split("\n")
    assert {"attribution", "allegation", "loaded_word", "odd_label", "Extent"} < set(conf)
    assert "source_kind Arg:attribution, Value:paper|person" in conf
    assert content["bob/a.ann"].decode().startswith("T1\todd_label 0 9\tOfficials\n")


def by_bratly(ann: str) -> list[Annotation]:
    """What bratly reads. It holds each span's words against the length of its stretches, and takes
    no file that breaks brat's grammar. Lines are divided here, for it takes U+2028 for a line's
    end; and of a span's words, which brat writes as they are, it sees no tab."""
    lines = [_without_tabs(line) for line in ann.split("\n")[:-1]]
    assert parse_and_fix_ann_grammar("\n".join(lines)) == "\n".join(lines)
    entities: dict[str, EntityAnnotation] = {}
    known: dict[str, Annotation] = {}
    for line in lines:
        made = parse_ann_line(line, entities, known, "")
        assert made is not None, line
        known[made.id] = made
        if isinstance(made, EntityAnnotation):
            entities[made.id] = made
    return list(known.values())


def _without_tabs(line: str) -> str:
    key, head, *words = line.split("\t", 2)
    return "\t".join([key, head, *(each.replace("\t", " ") for each in words)])


def written(corpus: Corpus) -> dict[str, str]:
    form = find_format("brat")
    assert form.write is not None
    content: dict[str, bytes] = {}
    for path, chunk in form.write(corpus, {}):
        content[path] = content.get(path, b"") + chunk
    return {path: chunk.decode("utf-8-sig") for path, chunk in content.items()}


@given(corpus=corpora(most=1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_bratly_finds_every_span_note_and_link_at_its_code_points(corpus: Corpus) -> None:
    files = written(corpus)
    (article,) = corpus.articles
    gold = [article.gold] if article.gold else []
    works = [*article.assignments, *gold]
    found: Counter[object] = Counter()
    for path in files:
        if not path.endswith(".ann") or path.startswith("nobody/"):
            continue
        text = files[path.removesuffix(".ann") + ".txt"]
        for each in by_bratly(files[path]):
            if isinstance(each, EntityAnnotation):
                parts = [(fragment.start, fragment.end) for fragment in each.fragments]
                words = " ".join(text[start:end] for start, end in parts)
                assert each.content == words.replace("\t", " ")
                found["cue" if each.label == "Sourcing" else each.label] += 1
            elif isinstance(each, RelationAnnotation | EventAnnotation):
                found["link"] += 1
            elif isinstance(each, NoteAnnotation) and each.label == "AnnotatorNotes":
                found["note"] += 1
    wanted: Counter[object] = Counter()
    for work in works:
        wanted.update(span.label or "Extent" for span in work.spans)
        wanted["note"] += sum(bool(span.note) for span in work.spans)
        wanted["link"] += len(work.links)
        wanted["cue"] += sum(link.cue is not None for link in work.links)
    assert found == +wanted


def test_places_behind_emoji_and_combining_marks_count_code_points() -> None:
    text = "👩‍👧 🇳🇴 e\u0301 said 🔥 no."
    at = text.index("no.")
    assert (at, len(text[:at].encode("utf-16-le")) // 2, len(text[:at].encode())) == (17, 22, 35)
    span = SpanRecord("s", "attribution", (FragmentRecord(at, at + 2, "no"),))
    work = AssignmentRecord("bob", (span,))
    article = ArticleRecord("a", "A", text, sha256(text), len(text), assignments=(work,))
    (found,) = by_bratly(written(Corpus(STUDY, (article,)))["bob/a.ann"])
    assert str(found) == "T1\tattribution 17 19\tno"


def test_the_cue_of_one_event_can_be_the_content_of_another() -> None:
    work, said = only_work(
        "T1\tSource 0 9\tOfficials\nT2\tCue 21 25\tsaid\nT3\tContent 26 40\tthe mayor lied\n"
        "T4\tSource 26 35\tthe mayor\nT5\tCue 36 40\tlied\n"
        "E1\tAttribution:T2 Source:T1 Cue:T2 Content:T5\nE2\tAttribution:T5 Source:T4 Cue:T5"
        " Content:T3\n"
    )
    assert {(link.source, link.target) for link in work.links} == {("T1", "T5"), ("T4", "T3")}
    assert {span.id for span in work.spans} == {"T1", "T3", "T4", "T5"}
    assert said == [EVENTS.format(2)]


def test_what_is_found_about_a_mark_names_its_file_among_many() -> None:
    files = [("x/a.txt", TEXT), ("x/a.ann", ""), ("y/a.txt", TEXT)]
    articles, made = reading(*files, ("y/a.ann", "T1\tX 0 9\tOfficials\nT2\tX 0 7\tZebras\n"))
    place_article(articles[0], findings=made.findings)
    assert [str(each).split(":")[0] for each in made.findings] == ["y/a.ann, line 2"]
