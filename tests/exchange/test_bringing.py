"""What another program marked comes in: mapped, as assignments and suggestions, all or nothing."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.exchange.actions.bringing import begin_import, carry_out, give_up, read_import
from annotations.exchange.bringing import LEFT_OUT, NEW, Mapping
from annotations.exchange.formats import find_format
from annotations.exchange.frame.naming import canonical_work
from annotations.exchange.models import CorpusFile, CorpusImport
from annotations.exchange.packing import Wanted, choose
from annotations.exchange.queries.corpus import read_corpus
from annotations.exchange.records import (
    ArticleRecord,
    AssignmentRecord,
    Corpus,
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    PersonRecord,
    SpanRecord,
    StudyRecord,
)
from annotations.marking.models import Operation, Span
from annotations.study.models import AuditEntry, Label, Study
from annotations.text.cleaning import first_unstorable
from tests.people import TEXT, make_article

from .corpora import LABELS, STUDY
from .test_formats import written

Files = list[tuple[str, bytes]]


def at(words: str) -> FragmentRecord:
    start = TEXT.index(words)
    return FragmentRecord(start, start + len(words), words)


def span(key: str, label: str | None, *words: str, **more: object) -> SpanRecord:
    return SpanRecord(key, label, tuple(map(at, words)), **more)  # type: ignore[arg-type]


def work(annotator: str, *spans: SpanRecord, **more: object) -> AssignmentRecord:
    return AssignmentRecord(annotator, spans, **more)  # type: ignore[arg-type]


def files_of(*works: AssignmentRecord, people: tuple[PersonRecord, ...] = ()) -> Files:
    article = ArticleRecord("a", "Strike", TEXT, "", 0, assignments=works)
    form = find_format("jsonl")
    study = replace(StudyRecord(), people=people)
    return written(form, Corpus(study, (article,)))


TWO = (
    work("bob", span("1", "attribution", "Officials in Arden"), span("2", "Claim", "alleged")),
    work("carol", span("1", "Claim", "alleged strike")),
)


def begin(study: Study, alice: User, files: Files) -> CorpusImport:
    """The preview, as the job leaves it."""
    made = begin_import(study=study, actor=alice, files=files, form="jsonl")
    read_import.func(str(made.pk))  # the test's transaction never commits
    made.refresh_from_db()
    return made


def store(made: CorpusImport, **changes: object) -> CorpusImport:
    mapping = replace(Mapping.from_json(made.mapping), **changes)  # type: ignore[arg-type]
    carry_out(made=made, mapping=mapping)
    made.refresh_from_db()
    return made


def test_the_preview_counts_and_guesses(codebook: Study, alice: User, bob: User) -> None:
    made = begin(codebook, alice, files_of(*TWO))
    assert (made.state, made.message, made.n_all) == ("preview", "", 1)
    assert made.survey["labels"]["Claim"]["n_spans"] == 2
    assert made.survey["labels"]["Claim"]["examples"] == ["alleged", "alleged strike"]
    assert made.mapping["labels"] == {"Claim": NEW, "attribution": "attribution"}
    assert made.mapping["people"] == {"bob": "bob", "carol": NEW}
    assert Article.objects.count() == 0


def test_two_annotators_become_two_assignments(codebook: Study, alice: User, bob: User) -> None:
    made = store(begin(codebook, alice, files_of(*TWO)))
    assert (made.state, made.message) == ("done", "")
    found = Assignment.objects.order_by("annotator__username")
    assert [(each.annotator.username, each.state) for each in found] == [
        ("bob", "submitted"),
        ("carol", "submitted"),
    ]
    carol = found[1].annotator
    assert (carol.is_active, carol.has_usable_password()) == (False, False)
    assert Label.objects.get(study=codebook, name="Claim").slug == "claim"
    assert codebook.codebook_versions.latest("number").reason == "Labels of an import"
    spans = Span.objects.order_by("start", "-end")
    assert {each.origin for each in spans} == {"import"}
    assert [each.fragments.get().quote for each in spans] == [
        "Officials in Arden", "alleged strike", "alleged",
    ]  # fmt: skip
    assert {each.user for each in Operation.objects.all()} == {alice}
    assert AuditEntry.objects.filter(action="corpus.imported", actor=alice).count() == 1
    assert CorpusFile.objects.count() == 0


def test_labels_and_people_can_be_left_out(codebook: Study, alice: User, bob: User) -> None:
    made = begin(codebook, alice, files_of(*TWO))
    made = store(
        made,
        labels={"Claim": LEFT_OUT, "attribution": "attribution"},
        people={"bob": "bob", "carol": LEFT_OUT},
    )
    assert made.survey["said"] == [
        "Left out as chosen: the label “Claim”, 2 spans.",
        "Left out as chosen: the work of “carol”, 1 span.",
    ]
    assert [each.label.slug for each in Span.objects.all() if each.label] == ["attribution"]
    assert Assignment.objects.count() == 1
    assert not User.objects.filter(username="carol").exists()


def test_what_a_model_marked_becomes_suggestions(codebook: Study, alice: User, bob: User) -> None:
    people = (PersonRecord("gpt", is_model=True),)
    model = work("gpt", span("1", "attribution", "Officials in Arden", suggested=True))
    made = begin(codebook, alice, files_of(model, people=people))
    assert made.mapping["people"] == {"gpt": LEFT_OUT}
    assert made.mapping["models"] == ["gpt"]
    store(made, people={"gpt": "bob"})
    row = Span.objects.get()
    assert (row.state, row.origin) == ("suggested", "model")
    assert Assignment.objects.get().state == "waiting"
    assert [w.spans for a in choose(read_corpus(codebook), Wanted(states=())).articles
            for w in a.assignments] == [()]  # fmt: skip


def test_marks_come_to_an_article_that_is_there_already(
    codebook: Study, alice: User, bob: User
) -> None:
    there = make_article(codebook)
    store(begin(codebook, alice, files_of(TWO[0])))
    assert Assignment.objects.get().article == there
    assert Article.objects.count() == 1


@pytest.mark.parametrize("words", ["x", "spaceship"])
def test_one_wrong_mark_stores_nothing(codebook: Study, alice: User, bob: User, words: str) -> None:
    wrong = SpanRecord("9", "attribution", (FragmentRecord(3, 3 + len(words), words),))
    made = begin(codebook, alice, files_of(work("bob", TWO[0].spans[0], wrong)))
    assert made.survey["n_findings"]["refused"] == 1
    assert "articles.jsonl, line 1" in made.survey["findings"]["refused"][0]
    store(made)
    assert made.state == "failed"
    assert made.message.startswith("Nothing was stored.\narticles.jsonl, line 1: Mark 9")
    assert (Article.objects.count(), Span.objects.count(), Assignment.objects.count()) == (0, 0, 0)


def test_the_rest_comes_in_without_what_cannot_be_taken(
    codebook: Study, alice: User, bob: User, carol: User
) -> None:
    """One wrong mark, a text twice, a text that no database keeps, work that is there already."""
    store(begin(codebook, alice, files_of(TWO[0])))
    wrong = SpanRecord("9", "Claim", (FragmentRecord(3, 4, "x"),))
    files = written(
        find_format("jsonl"),
        Corpus(
            StudyRecord(),
            (
                ArticleRecord("a", "Strike", TEXT, "", 0, assignments=TWO),
                ArticleRecord("b", "Once", "alleged \x1b", "", 0, assignments=(work("bob"),)),
                ArticleRecord("c", "Other", f"{TEXT}.", "", 0, assignments=(
                    work("bob", span("1", "Claim", "alleged"), wrong), work("carol"),
                )),
                ArticleRecord("d", "Again", TEXT, "", 0, assignments=(work("carol"),)),
            ),
        ),
    )  # fmt: skip
    made = begin(codebook, alice, files)
    said = made.survey["findings"]["refused"]
    assert [any(words in each for each in said) for words in (
        "line 2", "line 3: Mark 9", "has the same text: “Strike”", "Bob has worked on “Strike”",
    )] == [True] * 4  # fmt: skip
    assert len(said) == made.survey["n_findings"]["refused"] == 4
    before = Span.objects.count()
    assert store(made).state == "failed"
    assert Span.objects.count() == before
    done = store(made, leave_out=True)
    assert (done.state, done.survey["not_taken"]) == ("done", said)
    works = Assignment.objects.order_by("article__title", "annotator__username")
    assert [(w.article.title, w.annotator.username, w.spans.count()) for w in works] == [
        ("Other", "bob", 1), ("Other", "carol", 0), ("Strike", "bob", 2), ("Strike", "carol", 1),
    ]  # fmt: skip


def test_more_that_cannot_be_taken_is_shown_before_it_is_left_out(
    codebook: Study, alice: User, bob: User
) -> None:
    make_article(codebook)
    wrong = SpanRecord("9", "attribution", (FragmentRecord(3, 4, "x"),))
    files = files_of(work("bob", TWO[0].spans[0], wrong))
    first, second = begin(codebook, alice, files), begin(codebook, alice, files)
    assert store(first, leave_out=True).state == "done"
    looked = store(second, leave_out=True)
    assert (looked.state, looked.survey["n_findings"]["refused"]) == ("preview", 2)
    assert (store(looked).state, Span.objects.count()) == ("done", 1)


def test_a_mark_that_stands_a_little_off_is_moved_and_reported(
    codebook: Study, alice: User, bob: User
) -> None:
    off = SpanRecord("9", "attribution", (FragmentRecord(3, 21, "Officials in Arden"),))
    made = begin(codebook, alice, files_of(work("bob", off)))
    assert made.survey["n_findings"] == {"refused": 0, "repaired": 1, "lost": 0}
    store(made)
    assert Span.objects.get().stretch == "0-18"


def test_work_that_somebody_has_done_already_is_not_touched(
    codebook: Study, alice: User, bob: User
) -> None:
    store(begin(codebook, alice, files_of(TWO[0])))
    again = store(begin(codebook, alice, files_of(TWO[0])))
    assert again.state == "failed"
    assert "has worked on" in again.message
    assert Span.objects.count() == 2


def test_two_of_the_files_people_do_not_become_one(codebook: Study, alice: User, bob: User) -> None:
    made = store(begin(codebook, alice, files_of(*TWO)), people={"bob": "bob", "carol": "bob"})
    assert made.state == "failed"
    assert "mapped to" in made.message


def test_given_up_nothing_is_kept(codebook: Study, alice: User) -> None:
    made = begin(codebook, alice, files_of(*TWO))
    give_up(made=made)
    assert (CorpusFile.objects.count(), Article.objects.count()) == (0, 0)


def test_everything_of_a_corpus_arrives_and_goes_out_the_same(codebook: Study, alice: User) -> None:
    """Labels, answers, names, notes, links, fragments and extents of a corpus of its own."""
    full = work(
        "zoë 🔥",
        span("S1", "attribution", "Ilana Voss", attributes={"entity": "E1"}),
        span("S2", "loaded_word", "nothing", "denied", note="two"),
        span("S3", None, "We saw nothing", flag="boundary"),
        span("S4", "allegation", "alleged", attributes={"hedge": "alleged", "is_quoted": False}),
        state="submitted",
    )  # fmt: skip
    full = replace(
        full,
        entities=(EntityRecord("E1", "Ilana Voss"),),
        links=(LinkRecord("S1", "S3", at("said Ilana")), LinkRecord("S1", "S4")),
    )
    article = ArticleRecord("a", "Strike", TEXT, "", 0, assignments=(full,))
    files = written(find_format("jsonl"), Corpus(STUDY, (article,)))
    made = begin(codebook, alice, files)
    assert made.mapping["labels"]["allegation"] == "allegation"
    store(made, labels={**made.mapping["labels"], "allegation": NEW})
    connection.check_constraints()
    assert (made.state, made.message) == ("done", "")
    (stored,) = read_corpus(codebook).articles
    (came,) = stored.assignments
    told = canonical_work(came)
    renamed = (
        replace(each, label="allegation_2" if each.label == "allegation" else each.label)
        for each in full.spans
    )
    wanted = canonical_work(replace(full, spans=tuple(renamed)))
    assert [(s.label, s.stretch, dict(s.attributes), s.note, s.flag) for s in told.spans] == [
        (s.label, s.stretch, dict(s.attributes), s.note, s.flag) for s in wanted.spans
    ]
    assert [(x.source, x.target, x.cue) for x in told.links] == [
        (x.source, x.target, x.cue) for x in wanted.links
    ]
    assert [each.name for each in told.entities] == ["Ilana Voss"]
    assert {label.slug for label in LABELS} <= {label.slug for label in codebook.labels.all()}


def test_answers_without_a_question_are_lost_and_said(
    codebook: Study, alice: User, bob: User
) -> None:
    asked = span("1", "allegation", "alleged", attributes={"hedge": "alleged"})
    made = store(begin(codebook, alice, files_of(work("bob", asked))))
    assert made.state == "done"
    assert made.survey["said"] == ["Allegation has no question “hedge”; its answers are left out."]


def test_the_preview_says_what_storing_leaves_out(codebook: Study, alice: User, bob: User) -> None:
    split = span("1", "attribution", "Officials", "Arden")
    asked = span("2", "attribution", "Ilana Voss", attributes={"mood": "x"})
    made = begin(codebook, alice, files_of(work("bob", split, asked)))
    said = [
        "articles.jsonl, line 1: “Strike”, mark 1: Attribution takes one stretch, not 2.",
        "Attribution has no question “mood”; its answers are left out.",
    ]
    assert (made.survey["findings"]["lost"], made.survey["n_findings"]["lost"]) == (said, 2)
    stored = store(made)
    assert (stored.state, stored.survey["said"]) == ("done", said)


def test_a_choice_that_loses_more_is_shown_before_it_is_stored(
    codebook: Study, alice: User, bob: User
) -> None:
    make_article(codebook)
    made = begin(codebook, alice, files_of(work("bob", span("1", "Claim", "Officials", "Arden"))))
    before = made.survey["findings"]["lost"]
    assert [sentence.partition(" (")[0] for sentence in before] == [
        "articles.jsonl: Articles that the study has already keep their own particulars"
    ]
    looked = store(made, labels={"Claim": "allegation"})
    assert (looked.state, Span.objects.count()) == ("preview", 0)
    assert "more is left out than was shown" in looked.message
    assert looked.survey["findings"]["lost"][1:] == [
        "articles.jsonl, line 1: “Strike”, mark 1: Allegation takes one stretch, not 2."
    ]
    assert looked.mapping["labels"] == {"Claim": "allegation"}
    assert (store(looked).state, Span.objects.count()) == ("done", 0)


@pytest.mark.parametrize(
    "line",
    [
        {"text": "A b.", "label": [[0, 1, "x\x00y"]]},
        {"text": "A b.", "label": [[0, 1, "x"]], "x\ud83dy": 1, "comments": ["\x00"]},
    ],
)
def test_characters_that_no_database_keeps_are_told_in_letters(
    codebook: Study, alice: User, line: dict[str, Any]
) -> None:
    content = json.dumps(line).encode()
    made = begin_import(study=codebook, actor=alice, files=[("a.jsonl", content)], form="doccano")
    read_import.func(str(made.pk))
    made.refresh_from_db()
    told = json.dumps(made.survey, ensure_ascii=False) + made.message
    assert "U+0000" in told or "U+D83D" in told
    assert not first_unstorable(told)
    assert "\\u0000" not in told
