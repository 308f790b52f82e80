"""Every format that can be read and written brings back what went out, but for its losses."""

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.exchange.formats import find_format, formats, recognised
from annotations.exchange.frame import FileRefused, Form, Hints, SourceFiles, SourceLimits
from annotations.exchange.frame.losses import strip_all, strip_study
from annotations.exchange.frame.naming import canonical
from annotations.exchange.frame.placing import place_article
from annotations.exchange.frame.settling import settle_text
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    FragmentRecord,
    GoldRecord,
    LinkRecord,
    SpanRecord,
)
from annotations.text.cleaning import sha256

from .corpora import STUDY, corpora, with_odd_labels

OF_RECORDS = [form for form in formats().values() if not form.is_whole]
BOTH_WAYS = [form.name for form in OF_RECORDS if form.can_read and form.can_write]
WRITTEN = [form.name for form in OF_RECORDS if form.can_write]
ROOM = SourceLimits(total_bytes=100_000_000, n_files=10_000)


OPTIONS = [
    (form.name, option.name, value)
    for form in OF_RECORDS
    for option in form.options
    for value in option.values
    if form.can_read and value != option.default
]


def written(form: Form, corpus: Corpus, **options: str) -> list[tuple[str, bytes]]:
    """The files, chunks of one path put together."""
    assert form.write is not None
    files: dict[str, bytes] = {}
    last = ""
    for path, chunk in form.write(corpus, form.settled(options)):
        assert path == last or path not in files, f"{path} is begun twice"
        files[path] = files.get(path, b"") + chunk
        last = path
    return list(files.items())


def read_back(form: Form, files: list[tuple[str, bytes]]) -> list[ArticleRecord]:
    assert form.read is not None
    reading = form.read(SourceFiles.uploaded(files, ROOM), Hints())
    findings = reading.findings
    placed = (place_article(each, findings=findings) for each in reading.articles)
    articles = [canonical(article) for article in placed]
    assert [str(finding) for finding in reading.findings if finding.kind != "lost"] == []
    return articles


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_an_annotator_called_gold_is_not_gold(name: str) -> None:
    """Nor anybody else that a format has a word for."""
    text = "Officials lied."

    def marks(*labels: str) -> tuple[SpanRecord, ...]:
        return tuple(
            SpanRecord(f"S{n}", each, (FragmentRecord(0, 9, "Officials"),))
            for n, each in enumerate(labels, 1)
        )

    work = AssignmentRecord("gold", marks("allegation"))
    decided = GoldRecord(marks("attribution"))
    article = ArticleRecord(
        "a", "A", text, sha256(text), len(text), assignments=(work,), gold=decided
    )
    (found,) = read_back(find_format(name), written(find_format(name), Corpus(STUDY, (article,))))
    assert [each.annotator for each in found.assignments] == ["gold"]
    assert [span.label for span in found.assignments[0].spans] == ["allegation"]
    assert found.gold is not None
    assert [span.label for span in found.gold.spans] == ["attribution"]


@pytest.mark.parametrize("name", BOTH_WAYS)
@given(corpus=corpora(most=1).map(with_odd_labels))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_labels_of_any_words_come_back(name: str, corpus: Corpus) -> None:
    form = find_format(name)
    expected = [canonical(strip_all(form.losses, article)) for article in corpus.articles]
    assert by_text(read_back(form, written(form, corpus))) == by_text(expected)


WINDOWS = "🔥 Officials\r\nsaid the\r\n\r\npaper 🔥 lied.\r\n"
STRETCHES = ((0, 11), (2, 21), (13, 17), (25, 35), (2, 6))  # the last begins a span of two


def in_windows() -> ArticleRecord:
    """An article as a file of Windows has it: all places count CRLF as two."""

    def part(start: int, end: int) -> FragmentRecord:
        return FragmentRecord(start, end, WINDOWS[start:end])

    labels = ("attribution", None, "allegation", "loaded_word")
    spans = [
        SpanRecord(f"S{n}", label, (part(*stretch),), note="why?")
        for n, (label, stretch) in enumerate(zip(labels, STRETCHES, strict=False), 1)
    ]
    spans.append(SpanRecord("S5", "loaded_word", (part(*STRETCHES[-1]), part(30, 34))))
    links = (LinkRecord("S1", "S2", part(13, 17)),)
    works = (AssignmentRecord("bob", tuple(spans), links), AssignmentRecord("carol"))
    digest = sha256(WINDOWS)
    return ArticleRecord("w", "W", WINDOWS, digest, len(WINDOWS), language="en", assignments=works)


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_places_that_count_windows_line_ends_come_back_on_their_words(name: str) -> None:
    form = find_format(name)
    assert form.read is not None
    files = written(form, Corpus(STUDY, (in_windows(),)))
    reading = form.read(SourceFiles.uploaded(files, ROOM), Hints())
    (found,) = [place_article(each, findings=reading.findings) for each in reading.articles]
    wanted = settle_text(strip_all(form.losses, in_windows()), file="", hints=Hints())
    assert canonical(found) == canonical(wanted)
    assert "\r" not in found.text
    assert [str(finding) for finding in reading.findings.of("refused")] == []


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_a_text_that_begins_with_a_byte_order_mark_keeps_it(name: str) -> None:
    """Words that stand there twice would not be found again by themselves."""
    text = "\ufeffBob said Bob said it."
    spans = [
        SpanRecord(f"S{at}", "attribution", (FragmentRecord(at, at + 4, "said"),)) for at in (5, 14)
    ]
    works = (AssignmentRecord("bob", tuple(spans)), AssignmentRecord("carol"))
    article = ArticleRecord("a", "A", text, sha256(text), len(text), "", assignments=works)
    form = find_format(name)
    files = written(form, Corpus(STUDY, (article,)))
    assert read_back(form, files) == [canonical(strip_all(form.losses, article))]


def by_text(articles: list[ArticleRecord]) -> list[ArticleRecord]:
    return sorted(articles, key=lambda article: article.sha256)


@pytest.mark.parametrize("name", BOTH_WAYS)
@given(corpus=corpora())
@settings(max_examples=16, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_goes_out_comes_back_but_for_the_losses(name: str, corpus: Corpus) -> None:
    form = find_format(name)
    expected = [canonical(strip_all(form.losses, article)) for article in corpus.articles]
    assert by_text(read_back(form, written(form, corpus))) == by_text(expected)


@pytest.mark.parametrize(("name", "option", "value"), OPTIONS)
@given(corpus=corpora(most=2))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_chosen_comes_back_alike(
    name: str, option: str, value: str, corpus: Corpus
) -> None:
    form = find_format(name)
    expected = [canonical(strip_all(form.losses, article)) for article in corpus.articles]
    assert by_text(read_back(form, written(form, corpus, **{option: value}))) == by_text(expected)


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_what_is_known_of_the_study_comes_back_but_for_the_losses(name: str) -> None:
    """A name of the codebook that was written, and nothing that no loss speaks of."""
    form = find_format(name)
    assert form.read is not None
    files = SourceFiles.uploaded(written(form, Corpus(STUDY, (in_windows(),))), ROOM)
    assert form.read(files, Hints()).study == strip_study(form.losses, STUDY)


def test_what_a_format_does_not_offer_is_refused_in_words() -> None:
    with pytest.raises(FileRefused, match=r"BIOES tags has no option “tags”. Its options: scheme"):
        find_format("conll").settled({"tags": "bio"})
    with pytest.raises(FileRefused, match=r"“iob” is no scheme of CoNLL.* Known: bio, bioes."):
        find_format("conll").settled({"scheme": "iob"})


@pytest.mark.parametrize("name", WRITTEN)
@given(corpus=corpora(most=2))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_records_give_the_same_bytes(name: str, corpus: Corpus) -> None:
    form = find_format(name)
    assert written(form, corpus) == written(form, corpus)


@pytest.mark.parametrize("name", BOTH_WAYS)
@given(corpus=corpora())
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_format_recognises_its_own_files(name: str, corpus: Corpus) -> None:
    files = SourceFiles.uploaded(written(find_format(name), corpus), ROOM)
    assert name in [form.name for form in recognised(files)]


@pytest.mark.parametrize("form", formats().values(), ids=lambda form: form.name)
def test_a_format_says_what_it_loses_in_sentences(form: Form) -> None:
    assert form.title
    assert [each.name for each in form.losses if not each.sentence.endswith(".")] == []
    assert len({each.name for each in form.losses}) == len(form.losses)
