"""The doctor finds nothing in work done through the pages, and finds each thing that is broken."""

import json
import uuid
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Model
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, Submission
from annotations.corpus.models import Article, Import, Region, SourceFile
from annotations.curation.actions.adjudications import close_adjudication
from annotations.curation.actions.counting import counted_in_time
from annotations.curation.models import (
    Adjudication,
    ArticleCases,
    GoldSpan,
    GoldVersion,
    StudyCases,
)
from annotations.guards import (
    KEPT,
    NEVER_EMPTIED,
    REMOVED,
    guards,
    lift_guards,
    postgresql_guard,
    sqlite_guard,
)
from annotations.marking.models import AttributeValue, Entity, Fragment, Link, Operation, Span
from annotations.reports.actions import Job, known_gamma, refresh_sums, tables_now
from annotations.reports.actions.reports import stored_gamma, stored_pairs
from annotations.reports.models import ArticleGamma, ArticleSums, StudyTables
from annotations.reports.queries import read_continua, read_inputs, read_names
from annotations.reports.selection import Selection
from annotations.study.actions.audit import record
from annotations.study.models import AuditEntry, CodebookVersion, Membership, Role, Study
from project.doctor import CHECKS, examine
from tests.conftest import SignIn
from tests.curation.scene import cases, ruling
from tests.curation.scene import send as rule
from tests.marking.sending import Tab, address, link, new_id, op, span
from tests.people import assign, make_article, make_study, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(
    article: Article, alice: User, bob: User, carol: User, dave: User, sign_in: SignIn
) -> Article:
    """Marked, changed, removed, brought back, submitted, decided and counted, all by pages."""
    source, extent = {}, {}
    for who in (bob, carol):
        assign(article, who)
        tab = Tab(sign_in(who), article)
        name = {"id": new_id(), "name": "Officials"}
        tab.made("entity", name)
        answers = {"entity": name["id"], "source_kind": "unspecified"}
        source = tab.made("span", span(article, "attribution", (0, 9), attributes=answers))
        extent = tab.made("span", span(article, None, (39, 50), (51, 79)))
        cue = {"start": 22, "end": 26, "quote": article.text[22:26]}
        tab.made("link", link(source, extent, cue))
        assert tab.one(op("del", "span", extent, 1))["status"] == "applied"
        assert tab.one(op("restore", "span", extent, 2))["status"] == "applied"
        noted = {**source, "note": "who?", "fragments": span(article, None, (0, 18))["fragments"]}
        assert tab.one(op("set", "span", noted, 1))["status"] == "applied"
        gone = tab.made("span", span(article, "allegation", (43, 57)))
        assert tab.one(op("del", "span", gone, 1))["status"] == "applied"
        assert tab.one(op("set", "span", gone, 1))["status"] == "gone"
        sent = tab.client.post(address("submit", article), {"confirmed": "1"})
        assert sent.status_code in (200, 302)
    curator = sign_in(dave)
    for _, case in sorted(cases(curator, article).items(), key=lambda one: one[0] == "link"):
        decided = rule(curator, article, ruling(case["id"], choice="variant", variant=1))
        assert decided.status_code == 200, decided.json()
    where = {"study_id": article.study_id, "article_id": article.pk}
    close_adjudication(user=dave, leave_open=True, **where)
    counted_in_time(article.study)
    refresh_sums(study=article.study)
    return article


def found(study_id: uuid.UUID | None = None) -> set[str]:
    return {finding.check for finding in examine(study_id)}


def test_work_done_through_the_pages_is_sound(worked: Article) -> None:
    assert [str(finding) for finding in examine()] == []
    assert GoldSpan.objects.exists()
    assert ArticleSums.objects.exists()
    assert ArticleCases.objects.exists()


def lift_all() -> None:
    """All the guards, as somebody with the database's password could."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    lift_guards(connection, "update")
    lift_guards(connection, "delete")


def change(model: type[Model], **values: Any) -> Callable[[Article], None]:
    """Change one row of the table, behind everybody's back."""

    def spoil(article: Article) -> None:
        rows = model._base_manager.order_by("pk")
        if hasattr(model, "deleted_at"):
            rows = rows.filter(deleted_at=None)
        row = rows.first()
        assert row is not None
        model._base_manager.filter(pk=row.pk).update(**values)

    return spoil


def forget(model: type[Model], **which: Any) -> Callable[[Article], None]:
    def spoil(article: Article) -> None:
        row = model._base_manager.filter(**which).order_by("pk").first()
        assert row is not None
        model._base_manager.filter(pk=row.pk).delete()

    return spoil


def label_of_another_study(article: Article) -> None:
    label = make_study(make_user("zoe"), name="Elsewhere").labels.get(slug="allegation")
    Span.objects.filter(label__slug="attribution").update(label=label)


def file_with_other_bytes(article: Article) -> None:
    made = Import.objects.create(study=article.study, created_by=article.imported_by)
    SourceFile.objects.create(
        study=article.study, imported_in=made, name="a.txt", content=b"abc", n_bytes=3,
        sha256="0" * 64,
    )  # fmt: skip


def region_outside(article: Article) -> None:
    Region.objects.create(
        study=article.study, article=article, start=0, end=10_000, created_by=article.imported_by
    )


def span_without_history(article: Article) -> None:
    work = Assignment.objects.first()
    assert work is not None
    version, now = article.study.codebook_versions.get(), timezone.now()
    made = Span.objects.create(
        id=uuid.uuid4(), study=article.study, assignment=work, kind="extent", start=1, end=4,
        stretch="1-4", codebook_version=version, created_at=now, changed_at=now,
    )  # fmt: skip
    Fragment.objects.create(
        study=article.study, span=made, start=1, end=4, quote=article.text[1:4],
        text_length=len(article.text),
    )  # fmt: skip


def somebody_elses_name(article: Article) -> None:
    value = AttributeValue.objects.filter(entity__isnull=False).select_related("entity").first()
    assert value is not None
    assert value.entity is not None
    other = Entity.objects.exclude(owner=value.entity.owner).first()
    AttributeValue.objects.filter(pk=value.pk).update(entity=other)


def link_into_other_work(article: Article) -> None:
    joined = Link.objects.first()
    assert joined is not None
    other = Span.objects.live().filter(kind="extent").exclude(assignment=joined.assignment_id)
    Link.objects.filter(pk=joined.pk).update(target=other.get())


def dead_end(article: Article) -> None:
    Span.objects.filter(kind="extent").update(deleted_at=timezone.now())


def overwritten(key: str, value: object) -> Callable[[Article], None]:
    def spoil(article: Article) -> None:
        row = Submission.objects.order_by("pk")[0]
        Submission.objects.filter(pk=row.pk).update(content={**row.content, key: value})

    return spoil


def handed_elsewhere(article: Article) -> None:
    other = make_article(article.study, "Another text.\n", "Another")
    works = Assignment.objects.order_by("pk")
    Assignment.objects.filter(pk=works[0].pk).update(
        handed_to=assign(other, works[0].annotator), state="submitted"
    )


def kept_tables(article: Article) -> None:
    StudyTables.objects.create(
        study=article.study, input_hash="?", tables={}, computed_at=timezone.now()
    )


def kept_figures(article: Article) -> None:
    """As a manager leaves them who opened the page after a report was made."""
    study = article.study
    selection, names = Selection(), tuple(read_names(study).labels)
    inputs = read_inputs(study, selection)
    tables_now(study, selection, inputs, names)
    job = Job(study, selection, inputs, names, seed=1)
    for one, continuum in zip(inputs, read_continua(inputs), strict=True):
        stored_gamma(job, one, continuum)
        stored_pairs(job, one, continuum)
    assert known_gamma(job)


def figure_changed(model: type[Model], column: str, name: str) -> Callable[[Article], None]:
    """One value of what is kept of a figure is another."""

    def spoil(article: Article) -> None:
        kept_figures(article)
        for row in model._base_manager.all():
            if name in (told := getattr(row, column)):
                model._base_manager.filter(pk=row.pk).update(**{column: {**told, name: {}}})
                return
        raise AssertionError(name)

    return spoil


def wrong_sums(article: Article) -> None:
    row = ArticleSums.objects.get()
    ArticleSums.objects.update(sums={**row.sums, "versions": {}})


def wrong_operation(article: Article) -> None:
    refused = Operation.objects.filter(rev=None)[0]
    Operation.objects.filter(pk=refused.pk).update(rev=1_000)


BROKEN: dict[str, tuple[str, Callable[[Article], None]]] = {
    "a text changed by one letter": (
        "corpus.texts",
        lambda article: change(Article, text="X" + article.text[1:])(article),
    ),
    "a text that grew": (
        "corpus.texts",
        lambda article: change(Article, text=article.text + "!")(article),
    ),
    "a length": ("corpus.texts", change(Article, n_code_points=7)),
    "blocks with a gap": ("corpus.texts", change(Article, blocks=[[0, 5], [6, 10]])),
    "blocks that are none": ("corpus.texts", change(Article, blocks=["a"])),
    "sentences that overlap": ("corpus.texts", change(Article, sentences=[[0, 5], [4, 9]])),
    "a source file": ("corpus.files", file_with_other_bytes),
    "a region": ("corpus.regions", region_outside),
    "a quote": ("marking.spans", change(Fragment, quote="something else")),
    "a fragment outside the text": (
        "marking.spans",
        change(Fragment, end=999, text_length=999),
    ),
    "a fragment moved": ("marking.spans", change(Fragment, start=F("start") + 1)),
    "a fragment gone": ("marking.spans", forget(Fragment)),
    "a hull": ("marking.spans", change(Span, start=2, end=3)),
    "a stretch": ("marking.spans", change(Span, stretch="2-3")),
    "a label of another study": ("study.references", label_of_another_study),
    "a link into other work": ("marking.links", link_into_other_work),
    "a link to a removed mark": ("marking.links", dead_end),
    "a cue": ("marking.links", change(Link, cue_quote="elsewhere")),
    "an answer to another question": (
        "marking.answers",
        lambda article: Span.objects.filter(label__isnull=False).update(
            label=article.study.labels.get(slug="reporting")
        ),
    ),
    "a name of somebody else": ("marking.answers", somebody_elses_name),
    "a refused operation with a revision": ("marking.operations", wrong_operation),
    "work that waits": ("marking.operations", change(Assignment, state="waiting")),
    "a lost revision": ("marking.history", change(Assignment, rev=F("rev") - 1)),
    "a lost operation": ("marking.history", forget(Operation, rev=3)),
    "a version": ("marking.history", change(Span, ver=9)),
    "a note": ("marking.history", change(Span, note="not what was said")),
    "an answer gone": ("marking.history", forget(AttributeValue)),
    "a span gone": ("marking.history", dead_end),
    "a link gone": ("marking.history", forget(Link)),
    "a mark that nobody made": ("marking.history", span_without_history),
    "a submission with fewer marks": ("marking.history", overwritten("spans", [])),
    "a submission changed elsewhere": ("marking.history", overwritten("codebook", 2)),
    "a submission renumbered": ("marking.history", change(Submission, number=5)),
    "a submission of the future": ("assignment.submitted", change(Submission, rev=1_000)),
    "submitted work without submission": ("assignment.submitted", forget(Submission)),
    "work handed over to another article": ("assignment.handed_over", handed_elsewhere),
    "gold moved": ("curation.gold", change(GoldSpan, start=1, end=2)),
    "gold outside the text": ("curation.gold", change(GoldSpan, text_length=9_000)),
    "gold whose case names no ruling": (
        "curation.custody",
        lambda article: article.adjudication.cases.update(op_id=uuid.uuid4()),  # type: ignore[attr-defined]
    ),
    "gold whose case is open": (
        "curation.custody",
        lambda article: article.adjudication.cases.update(  # type: ignore[attr-defined]
            state="open", choice="", decided_at=None
        ),
    ),
    "a lost ruling": ("curation.history", change(Adjudication, rev=F("rev") + 1)),
    "a lost version of the gold": ("curation.history", change(Adjudication, n_versions=2)),
    "a version of the gold": ("curation.versions", change(GoldVersion, content={})),
    "counts of cases": ("curation.counts", change(ArticleCases, n_all=99)),
    "sums of cases": ("curation.counts", change(StudyCases, totals={})),
    "sums": ("reports.sums", wrong_sums),
    "tables": ("reports.tables", kept_tables),
    "tables of the work as it stands": (
        "reports.tables",
        figure_changed(StudyTables, "tables", "counts"),
    ),
    "tables of gamma": ("reports.tables", figure_changed(StudyTables, "tables", "chance")),
    "gamma": ("reports.gamma", figure_changed(ArticleGamma, "result", "labels")),
    "gamma of every two": ("reports.gamma", figure_changed(ArticleGamma, "result", "pairs")),
    "a version of the codebook": (
        "study.codebook",
        lambda article: CodebookVersion.objects.update(number=4),
    ),
    "a study without manager": (
        "study.managers",
        lambda article: Membership.objects.filter(role=Role.MANAGER).update(
            ended_at=timezone.now()
        ),
    ),
}


def found_after(spoil: Callable[[Article], None], article: Article, room: str) -> set[str]:
    """What the checks of a room find in the study; then it was as before."""
    checks = [check for check in CHECKS if check.__module__.split(".")[1] == room]
    with transaction.atomic():
        lift_all()
        spoil(article)
        told = [finding for check in checks for finding in check(article.study_id)]
        transaction.set_rollback(True)
    assert [one for one in told if not (one.what.endswith(".") and one.remedy.endswith("."))] == []
    return {finding.check for finding in told}


def test_whatever_is_broken_is_found(worked: Article) -> None:
    """One scene for all, because making it takes most of the time."""
    found = {
        what: found_after(spoil, worked, check.partition(".")[0])
        for what, (check, spoil) in BROKEN.items()
    }
    missed = {what: found[what] for what, (check, _) in BROKEN.items() if check not in found[what]}
    assert missed == {}
    kept_figures(worked)
    assert [str(finding) for finding in examine(thorough=True)] == []


ELSEWHERE = {"comment", "commentversion", "mergerules", "revision"}  # tried in tests/curation


def test_the_database_deletes_no_row_that_is_kept(worked: Article) -> None:
    file_with_other_bytes(worked)
    for table, sentence in KEPT.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            (n_rows,) = cursor.fetchone()
        if not n_rows:
            assert table.removeprefix("annotations_") in ELSEWHERE
            continue
        with pytest.raises(DatabaseError, match=sentence), transaction.atomic():
            delete_all(table)


@pytest.mark.on_postgresql
def test_the_database_empties_no_table_that_is_kept(db: None) -> None:
    """TRUNCATE asks no trigger that stands before each row."""
    for table, sentence in [*KEPT.items(), *((table, REMOVED) for table in NEVER_EMPTIED)]:
        refused = pytest.raises(DatabaseError, match=sentence)
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")


def delete_all(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("event", ["update", "delete"])
def test_a_guard_that_was_taken_away_is_named(study: Study, event: str) -> None:
    lift_guards(connection, event)
    named = {finding.where for finding in examine()}
    assert named == {
        f"trigger {table}_no_{e}" for e, table, *_ in guards(connection.vendor) if e == event
    }


def test_a_guard_that_was_hollowed_out_is_named(study: Study) -> None:
    event, table, columns, sentence = next(guards(connection.vendor))
    build = sqlite_guard if connection.vendor == "sqlite" else postgresql_guard
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if build is postgresql_guard else "SELECT 1")
        for statement in build(event, table, columns, sentence):
            cursor.execute(statement.replace(sentence, "Well."))
    assert {finding.where for finding in examine()} == {f"trigger {table}_no_{event}"}


@pytest.mark.on_sqlite
def test_no_row_of_history_is_put_in_the_place_of_another(study: Study) -> None:
    """REPLACE deletes, and asks no trigger about it where triggers are not recursive."""
    entry = record(study=study, actor=study.created_by, action="study.changed", subject=study)
    columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
    with (
        pytest.raises(DatabaseError, match="History cannot be deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT OR REPLACE INTO annotations_auditentry ({columns}) "
            f"SELECT {columns} FROM annotations_auditentry WHERE id = %s",
            [entry.pk],
        )


@pytest.mark.on_postgresql
def test_a_guard_that_was_switched_off_is_named(study: Study) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE annotations_article DISABLE TRIGGER USER")
    assert {finding.where for finding in examine()} == {
        "trigger annotations_article_no_update", "trigger annotations_article_no_delete",
        "trigger annotations_article_no_truncate", "trigger annotations_article_recount_update",
    }  # fmt: skip


def doctor(*arguments: str) -> tuple[int, list[str]]:
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def test_the_command_tells_by_its_exit_code(worked: Article) -> None:
    assert doctor() == (0, ["All is well."])
    assert doctor("--json") == (0, [])
    change(Span, note="not what was said")(worked)
    code, lines = doctor()  # the counts of cases too, if the span was voted on
    assert (code, lines[0].split(":")[0]) == (1, "marking.history")
    code, lines = doctor("--json", "--study", str(worked.study_id))
    told = json.loads(lines[0])
    assert (code, told["study_id"]) == (1, str(worked.study_id))
    assert set(told) == {"check", "study_id", "where", "what", "remedy"}
    with pytest.raises(CommandError, match="There is no study"):
        call_command("doctor", "--study", "nowhere", stdout=StringIO())


def test_a_check_that_breaks_off_is_a_finding_and_the_others_go_on(worked: Article) -> None:
    lift_all()
    change(GoldVersion, content={})(worked)
    row = Operation.objects.filter(rev=2)[0]
    Operation.objects.filter(pk=row.pk).update(after=[1])
    checks = found()
    assert {"marking.check_histories", "curation.versions"} <= checks
