"""CoNLL columns: as seqeval counts them, and in the schemes of the field."""

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format
from annotations.exchange.frame import FileRefused, Hints, SourceFiles
from annotations.exchange.frame.losses import strip_all
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    FragmentRecord,
    SpanRecord,
    StudyRecord,
)
from annotations.text.cleaning import sha256

from .corpora import STUDY, corpora

FORM = find_format("conll")


def read(*files: tuple[str, str]) -> tuple[list[ArticleRecord], list[str]]:
    assert FORM.read is not None
    made = FORM.read(SourceFiles.uploaded([(path, w.encode()) for path, w in files]), Hints())
    return list(made.articles), [str(finding) for finding in made.findings]


def spans_of(words: str) -> tuple[tuple[SpanRecord, ...], list[str]]:
    articles, said = read(("a.conll", words))
    return articles[0].assignments[0].spans, said


@pytest.mark.parametrize("scheme", ["bio", "bioes"])
@given(corpus=corpora(most=1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_seqeval_finds_the_same_spans(scheme: str, corpus: Corpus) -> None:
    assert FORM.write is not None
    from seqeval.metrics.sequence_labeling import get_entities  # seconds to load, here alone
    from seqeval.scheme import IOB2, IOBES, Entities

    strict = IOB2 if scheme == "bio" else IOBES
    files: dict[str, bytes] = {}
    for path, chunk in FORM.write(corpus, {"scheme": scheme}):
        files[path] = files.get(path, b"") + chunk
    found = 0
    for path, content in files.items():
        if not path.endswith(".conll"):
            continue
        header, *lines = content.decode().split("\n")
        rows = [line.split("\t") for line in lines if line]
        for column in range(1, len(header.split()) - 3):
            tags = [row[column] for row in rows]
            assert len(Entities([tags], strict).entities[0]) == len(get_entities(tags))
            found += len(get_entities(tags))
    kept = [strip_all(FORM.losses, article) for article in corpus.articles]
    works = [*kept[0].assignments, *([kept[0].gold] if kept[0].gold else [])]
    assert found == sum(len(work.spans) for work in works)


@pytest.mark.parametrize("scheme", ["bio", "bioes"])
@given(corpus=corpora(most=1))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_both_schemes_are_read_alike(scheme: str, corpus: Corpus) -> None:
    assert FORM.write is not None
    assert FORM.read is not None
    files: dict[str, bytes] = {}
    for path, chunk in FORM.write(corpus, {"scheme": scheme}):
        files[path] = files.get(path, b"") + chunk
    made = FORM.read(SourceFiles.uploaded(files.items()), Hints())
    spans = {
        (work.annotator, span.label, span.stretch)
        for article in made.articles
        for work in article.assignments
        for span in work.spans
    }
    kept = strip_all(FORM.losses, next(iter(corpus.articles)))
    assert spans == {
        (work.annotator, span.label, span.stretch)
        for work in kept.assignments
        for span in work.spans
    }


def test_conll_2003_is_read_with_words_joined_by_spaces() -> None:
    articles, said = read(
        ("a.conll",
         "-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\nGerman JJ B-NP B-MISC\n\n"
         "Peter NNP B-NP B-PER\nBlackburn NNP I-NP I-PER\n\n-DOCSTART- -X- O O\n\nX Y O O\n"),
    )  # fmt: skip
    assert [article.text for article in articles] == ["EU rejects German\nPeter Blackburn", "X"]
    spans = articles[0].assignments[0].spans
    assert [(span.label, span.fragments[0].text) for span in spans if span.label != "NP"] == [
        ("VP", "rejects"),
        ("ORG", "EU"),
        ("MISC", "German"),
        ("PER", "Peter Blackburn"),
    ]
    assert said == ["a.conll: Column 2 holds no BIO tags and is left out."]


@pytest.mark.parametrize(
    ("tags", "labels"),
    [
        ("O B-X I-X B-X", [(2, 5), (6, 7)]),
        ("O I-X I-X B-X", [(2, 5), (6, 7)]),
        ("O B-X E-X S-X", [(2, 5), (6, 7)]),
        ("O B-X L-X U-X", [(2, 5), (6, 7)]),
        ("B-X I-Y O I-X", [(0, 1), (2, 3), (6, 7)]),
    ],
)
def test_the_schemes_of_the_field(tags: str, labels: list[tuple[int, int]]) -> None:
    lines = "".join(f"{word}\t{tag}\n" for word, tag in zip("abcd", tags.split(), strict=True))
    spans, _ = spans_of(lines)
    assert [(span.start, span.end) for span in spans] == labels


def test_a_tag_that_goes_on_from_nothing_is_said() -> None:
    _, said = spans_of("a\tI-X\nb\tO\nc\tI-X\n")
    assert said == [
        "a.conll, line 1: A span begins with a tag that goes on (as in IOB), and 1 more do so."
    ]


def test_a_text_beside_gives_the_places() -> None:
    articles, _ = read(
        ("a.conll", "He\tB-X\nsaid\tO\n:\tO\nno\tB-X\n"), ("a.txt", "He\r\n said: no")
    )
    assert [span.fragments for span in articles[0].assignments[0].spans] == [
        (FragmentRecord(0, 2, "He"),),
        (FragmentRecord(10, 12, "no"),),
    ]


def test_files_of_an_article_that_differ_are_refused() -> None:
    """One of them would be read on the other's text, or in part."""
    works = AssignmentRecord("bob"), AssignmentRecord("carol")
    article = ArticleRecord("a", "A", "He lied.", sha256("He lied."), 8, assignments=works)
    assert FORM.write is not None
    files: dict[str, str] = {}
    for path, chunk in FORM.write(Corpus(STUDY, (article,)), {}):
        files[path] = files.get(path, "") + chunk.decode()
    ends = files["carol/a.conll"].replace("lied", "sang")
    other = files | {"carol/a.conll": ends, "carol/a.txt": "He sang."}
    articles, said = read(*other.items())
    assert [work.annotator for work in articles[0].assignments] == ["bob"]
    assert said == [
        "carol/a.conll, line 2: Its text is not that of bob/a.conll, which is of the same article."
    ]
    columns = "\t".join("O" for _ in STUDY.codebook.labels)
    more = f"-DOCSTART-\t{columns}\n\nNo\t{columns}\n"
    bare = {path: words for path, words in files.items() if not path.endswith(".txt")}
    bare["carol/a.conll"] += more
    assert read(*bare.items())[1] == [
        "carol/a.conll, line 8: It holds 2 documents, bob/a.conll of the same article 1."
    ]


def test_an_extent_is_one_only_where_we_wrote_it() -> None:
    spans, _ = spans_of("He\tB-Extent\n")
    assert spans[0].label == "Extent"


def test_a_hash_with_as_many_columns_as_the_first_line_is_a_word() -> None:
    lines = "# by hand\n# of B-X or so\nWe PRP O\n# SYM B-X\n# a comment\n#\nBob NNP I-X\n"
    articles, _ = read(("a.conll", lines))
    (span,) = articles[0].assignments[0].spans
    assert (articles[0].text, span.fragments[0].text) == ("We # Bob", "# Bob")


@pytest.mark.parametrize("text", ["We are # one.", "# # #", "#"])
def test_a_corpus_without_labels_comes_back_with_its_hashes(text: str) -> None:
    work = AssignmentRecord("bob")
    article = ArticleRecord("a", "A", text, sha256(text), len(text), "", assignments=(work,))
    assert FORM.write is not None
    files: dict[str, str] = {}
    for path, chunk in FORM.write(Corpus(StudyRecord(), (article,)), {}):
        files[path] = files.get(path, "") + chunk.decode()
    articles, said = read(*files.items())
    assert (articles, said) == ([article], [])


def test_words_that_look_like_comments_are_words() -> None:
    spans, _ = spans_of("# a comment\n#\tB-X\ntag\tI-X\n")
    assert spans[0].fragments == (FragmentRecord(0, 5, "# tag"),)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("a.conll", "a\tO\nb\tO\tO\n")], "a.conll, line 2: The line has 3 columns, the first"),
        ([("a.conll", "a\tO\n"), ("a.txt", "b")], "a.conll, line 1: “a” is not the next word"),
        (
            [("a.conll", "# global.columns = FORM x\na\tB-x\nb\tnonsense\n")],
            "a.conll, line 3: “nonsense” is no tag such as B-X, I-X or O.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(files: list[tuple[str, str]], said: str) -> None:
    assert read(*files)[1][0].startswith(said)


def test_other_files_are_refused() -> None:
    with pytest.raises(FileRefused, match="no file of tokens"):
        read(("a.txt", "Just words.\n"))
