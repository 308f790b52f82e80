"""Marks go out and come in: exact, all or none, under the name of whoever brought them."""

import json
from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article, Region
from annotations.exchange import native
from annotations.exchange.actions import Closed, MarksThere, export_marks, import_marks
from annotations.exchange.queries import read_marks
from annotations.exchange.records import (
    EntityRecord,
    FragmentRecord,
    LinkRecord,
    MarksRecord,
    MarksRefused,
    SpanRecord,
)
from annotations.marking.models import Entity, Fragment, Operation, Origin, Span
from annotations.study.actions import create_study
from annotations.study.models import AuditEntry, Role, Study
from annotations.text.cleaning import sha256
from tests.conftest import CountQueries
from tests.people import TEXT, assign, join, make_article, make_user


def fragment(words: str) -> FragmentRecord:
    start = TEXT.index(words)
    return FragmentRecord(start, start + len(words), words)


def span(name: str, label: str | None, *words: str, note: str = "", flag: str = "", **answers: Any):  # type: ignore[no-untyped-def]
    return SpanRecord(name, label, tuple(map(fragment, words)), answers, note, flag)


MARKS = MarksRecord(
    sha256(TEXT),
    len(TEXT),
    "bob",
    codebook=1,
    title="Strike in Arden",
    entities=(EntityRecord("E1", "Ilana Voss"), EntityRecord("E2", "Officials in Arden")),
    spans=(
        span("A1", "attribution", "Officials in Arden", source_kind="unspecified", entity="E2"),
        span("G1", "allegation", "the alleged strike", hedger="outlet", hedge="alleged"),
        span("A2", "attribution", "Ilana Voss", source_kind="named_person", entity="E1"),
        span(
            "C1",
            "characterization",
            "strongman",
            voice="outlet",
            polarity="negative",
            note="Two lines,\nand an emoji 🙂",
            flag="label",
        ),
        span("X1", None, "the alleged strike had killed two people 🙂"),
        span("X2", None, "“We saw nothing,”", "“and we heard nothing.”", note="Broken by the cue"),
    ),
    links=(
        LinkRecord("A1", "X1", FragmentRecord(19, 23, "said")),
        LinkRecord("A1", "G1"),
        LinkRecord("A2", "X2"),
    ),
)


@pytest.fixture
def arden(alice: User) -> Study:
    """A study with the real default codebook."""
    return create_study(actor=alice, name="Arden study")


@pytest.fixture
def bob(arden: Study) -> User:
    user = make_user("bob")
    join(arden, user, Role.ANNOTATOR)
    return user


@pytest.fixture
def work(arden: Study, bob: User) -> Assignment:
    return assign(make_article(arden), bob)


def bring(work: Assignment, marks: MarksRecord = MARKS, **how: Any) -> Any:
    return import_marks(
        assignment=work, actor=work.study.created_by, content=native.write(marks), **how
    )


def test_marks_that_came_in_go_out_as_the_same_bytes(work: Assignment) -> None:
    bring(work)
    assert export_marks(assignment=work) == native.write(MARKS)


def test_going_out_and_in_and_out_again_changes_no_byte(
    work: Assignment, arden: Study, alice: User
) -> None:
    bring(work)
    first = export_marks(assignment=work)
    carol = make_user("carol")
    join(arden, carol, Role.ANNOTATOR)
    hers = assign(work.article, carol)
    import_marks(assignment=hers, actor=alice, content=first)
    second = export_marks(assignment=hers)
    assert second.replace(b'"annotator": "carol"', b'"annotator": "bob"') == first


def test_every_exported_quote_is_what_stands_at_its_offsets(work: Assignment) -> None:
    bring(work)
    data = json.loads(export_marks(assignment=work))
    stretches = [*data["spans"], *(f for x in data["extents"] for f in x["fragments"])]
    stretches += [link["cue"] for link in data["links"] if "cue" in link]
    assert len(stretches) == 8
    for each in stretches:
        assert TEXT[each["start"] : each["end"]] == each["text"]


def test_the_import_says_how_much_came_in(work: Assignment) -> None:
    imported = bring(work)
    assert (imported.n_spans, imported.n_extents, imported.n_links) == (4, 2, 3)
    assert imported.remarks == ()


def test_imported_marks_are_marked_as_imported_by_whoever_did_it(
    work: Assignment, alice: User
) -> None:
    bring(work)
    assert {mark.origin for mark in Span.objects.all()} == {Origin.IMPORT}
    assert {row.user for row in Operation.objects.all()} == {alice}
    entry = AuditEntry.objects.get(action="marks.imported")
    assert entry.actor == alice
    assert entry.after["annotator"] == "bob"
    assert (entry.after["spans"], entry.after["extents"], entry.after["links"]) == (4, 2, 3)


def test_names_go_into_the_annotators_own_ledger(work: Assignment, bob: User) -> None:
    bring(work)
    assert {(e.name, e.owner) for e in Entity.objects.all()} == {
        ("Ilana Voss", bob),
        ("Officials in Arden", bob),
    }


def test_a_name_that_is_there_already_is_used(work: Assignment, bob: User, arden: Study) -> None:
    Entity.objects.create(study=arden, owner=bob, name="Ilana Voss", folded_name="ilana voss")
    bring(work)
    assert Entity.objects.filter(folded_name="ilana voss", deleted_at=None).count() == 1
    assert export_marks(assignment=work) == native.write(MARKS)


def test_waiting_work_has_begun_with_an_import(work: Assignment) -> None:
    bring(work)
    work.refresh_from_db()
    assert work.state == AssignmentState.IN_PROGRESS
    assert work.started_at is not None


def test_marks_already_there_stop_an_import(work: Assignment) -> None:
    bring(work)
    with pytest.raises(MarksThere, match=r"bob has marks on this article already \(6\)"):
        bring(work)
    assert Span.objects.live().count() == 6


def test_marks_already_there_are_replaced_when_asked(work: Assignment) -> None:
    bring(work)
    bring(work, replace=True)
    assert export_marks(assignment=work) == native.write(MARKS)
    assert Span.objects.count() == 12


def test_submitted_work_takes_no_import(work: Assignment) -> None:
    from django.utils import timezone

    Assignment.objects.update(state="submitted", submitted_at=timezone.now())
    with pytest.raises(Closed, match="This work is submitted"):
        bring(work)
    assert not Span.objects.exists()


def spoilt(**changes: Any) -> bytes:
    data = json.loads(native.write(MARKS))
    data["spans"][0].update(changes)
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            spoilt(start=1, end=19),
            'Span A1: at 1–19 stands "fficials in Arden ", not "Officials in Arden", '
            "which stands at 0–18.",
        ),
        (spoilt(label="mood"), "Span A1: the codebook has no label “mood”."),
        (
            spoilt(attributes={"entity": "E5"}),
            'Span A1: “entity” names the entity "E5", which the file does not list.',
        ),
        (spoilt(note="n" * 5001), "Span A1: The note is longer than 5000 characters."),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole(
    work: Assignment, content: bytes, sentence: str
) -> None:
    with pytest.raises(MarksRefused) as refused:
        import_marks(assignment=work, actor=work.study.created_by, content=content)
    assert refused.value.problems == (sentence,)
    assert not Span.objects.exists()
    assert not Operation.objects.exists()


def test_marks_of_another_text_are_refused(work: Assignment, arden: Study, bob: User) -> None:
    other = assign(make_article(arden, text=TEXT + "More.", title="Another"), bob)
    with pytest.raises(MarksRefused, match="These marks belong to another text"):
        bring(other)


def test_what_is_not_article_text_takes_no_marks(work: Assignment, alice: User) -> None:
    Region.objects.create(study=work.study, article=work.article, start=0, end=8, created_by=alice)
    with pytest.raises(MarksRefused, match="Span A1 reaches into 0–8, which is not article text"):
        bring(work)


def test_what_is_stored_otherwise_than_the_file_has_it_is_said(work: Assignment) -> None:
    data = json.loads(native.write(MARKS))
    data["annotator"] = "tom"
    data["codebook"] = {"version": 7}
    data["entities"].append({"id": "E9", "name": "Nobody"})
    imported = import_marks(
        assignment=work, actor=work.study.created_by, content=json.dumps(data).encode()
    )
    assert imported.remarks == (
        "The file calls the annotator “tom”; the marks are stored as bob’s.",
        "The file’s marks were made under codebook version 7; they count as made under the "
        "study’s current version, 1.",
        "No mark names Nobody, so the ledger was left without.",
    )


def test_suggestions_do_not_go_out(work: Assignment) -> None:
    bring(work)
    Span.objects.filter(start=0).update(state="suggested")
    assert [s.id for s in read_marks(work).spans if s.label] == ["G1", "A1", "C1"]


def test_removed_marks_do_not_go_out(work: Assignment) -> None:
    from django.utils import timezone

    bring(work)
    Span.objects.filter(label__slug="attribution").update(deleted_at=timezone.now())
    marks = read_marks(work)
    assert [s.id for s in marks.spans] == ["G1", "C1", "X1", "X2"]
    assert marks.links == ()


def test_a_spans_own_codebook_version_is_told_when_older(work: Assignment, alice: User) -> None:
    bring(work)
    from annotations.study.actions.codebook import add_rule

    blank = {"title": "", "label": None, "examples_yes": "", "examples_no": "", "hard_cases": ""}
    add_rule(study=work.study, actor=alice, reason="One more", name="Q1", text="Ask.", **blank)
    newer = work.study.codebook_versions.get(number=2)
    Span.objects.filter(label__slug="allegation").update(codebook_version=newer)
    marks = read_marks(work)
    assert marks.codebook == 2
    assert {s.id: s.codebook for s in marks.spans} == {
        "A1": 1,
        "G1": None,
        "A2": 1,
        "C1": 1,
        "X1": 1,
        "X2": 1,
    }


def long_article(n_words: int) -> str:
    return " ".join(f"word{n:05d}" for n in range(n_words)) + "\n"


def many_marks(text: str, n: int) -> MarksRecord:
    places = [(at * 10, at * 10 + 9) for at in range(n)]
    return MarksRecord(
        sha256(text),
        len(text),
        "bob",
        spans=tuple(
            SpanRecord(f"R{k}", "reporting", (FragmentRecord(s, e, text[s:e]),))
            for k, (s, e) in enumerate(places, 1)
        ),
    )


def test_an_import_takes_queries_by_the_hundred_marks_not_by_the_mark(
    arden: Study, bob: User, count_queries: CountQueries
) -> None:
    text = long_article(1000)
    few, many = (assign(make_article(arden, text + x, f"Long{x}"), bob) for x in ("a", "b"))
    with count_queries() as for_few:
        bring(few, many_marks(text + "a", 100))
    with count_queries() as for_many:
        bring(many, many_marks(text + "b", 1000))
    assert Fragment.objects.count() == 1100
    assert len(for_many) - len(for_few) < 90  # for 900 marks more


def test_an_export_takes_the_same_queries_however_many_marks(
    arden: Study, bob: User, count_queries: CountQueries
) -> None:
    text = long_article(300)
    article: Article = make_article(arden, text)
    work = assign(article, bob)
    bring(work, many_marks(text, 300))
    fresh = Assignment.objects.select_related("study", "annotator", "article__source_file").get()
    with count_queries(at_most=6):
        export_marks(assignment=fresh)
