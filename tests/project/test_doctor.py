"""The doctor finds nothing in work done through the pages, and finds each thing that is broken."""

import json
import uuid
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.curation.actions.adjudications import close_adjudication
from annotations.curation.actions.counting import counted_in_time
from annotations.curation.models import (
    ArticleCases,
    GoldSpan,
    GoldVersion,
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
from annotations.marking.models import Operation, Span
from annotations.reports.actions import refresh_sums
from annotations.reports.models import ArticleSums
from annotations.study.actions.audit import record
from annotations.study.actions.codebook import save_version
from annotations.study.models import AuditEntry, Study
from annotations.study.queries.codebook import codebook_content
from project.doctor import CHECKS, examine
from tests.conftest import SignIn
from tests.curation.scene import cases, ruling
from tests.curation.scene import send as rule
from tests.marking.sending import Tab, address, link, new_id, op, span
from tests.people import assign

from .planted import BROKEN, change, kept_figures
from .tied import TIED

FAULTS = {**BROKEN, **TIED}
pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(
    article: Article, alice: User, bob: User, carol: User, dave: User, sign_in: SignIn
) -> Article:
    """Marked, changed, removed, brought back, submitted, decided and counted, all by pages."""
    for reason in ("Second", "Third"):
        save_version(
            study=article.study, actor=alice, reason=reason, content=codebook_content(article.study)
        )
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


def test_what_was_cut_off_is_missed_by_a_digest_kept_elsewhere(worked: Article) -> None:
    """The newest entry is named by none; a digest of the security log's is."""
    last = AuditEntry.objects.latest("pk")
    assert [str(one) for one in examine(since=last.digest)] == []
    lift_all()
    last.delete()
    assert found() == {"study.guards"}
    assert {one.check for one in examine(since=last.digest)} == {"study.audit", "study.guards"}


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
        for what, (check, spoil) in FAULTS.items()
    }
    missed = {what: found[what] for what, (check, _) in FAULTS.items() if check not in found[what]}
    assert missed == {}
    kept_figures(worked)
    assert [str(finding) for finding in examine(thorough=True)] == []


ELSEWHERE = {"comment", "commentversion", "mergerules", "revision"}  # tried in tests/curation


def test_the_database_deletes_no_row_that_is_kept(worked: Article) -> None:
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
