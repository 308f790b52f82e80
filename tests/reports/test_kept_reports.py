"""Kept reports when something went on meanwhile: killed jobs, new work, older forms, no gamma."""

import copy
import datetime
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.accounts.models import User
from annotations.agreement import Continuum
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.reports import chance
from annotations.reports.actions import compute_report, is_stalled, make_report
from annotations.reports.beside import notices, side_by_side
from annotations.reports.files import as_latex
from annotations.reports.heat import rows_of_label
from annotations.reports.layout import Cell, Column, Laid, Names
from annotations.reports.models import ArticleGamma, Report, ReportState
from annotations.reports.older import lay_out_report, plots_of_report
from annotations.reports.selection import Selection
from annotations.study.models import Study
from tests.marks import mark, submit
from tests.people import assign

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Client]


@pytest.fixture
def two_readings(study: Study, article: Article, bob: User, carol: User) -> None:
    for who, end in ((bob, 9), (carol, 18)):
        mine = assign(article, who)
        mark(mine, "attribution", (0, end))
        mark(mine, "allegation", (39, 57))
        submit(mine)


@pytest.fixture
def waiting(study: Study, alice: User, two_readings: None, monkeypatch: Any) -> Report:
    """A report whose job has not run yet."""
    with monkeypatch.context() as patch:
        patch.setattr(type(compute_report), "enqueue", lambda *args: None)
        report = make_report(study=study, actor=alice, name="First", selection=Selection())
    assert report.state == ReportState.COMPUTING
    return report


def ran(report: Report) -> Report:
    compute_report.func(str(report.pk))
    report.refresh_from_db()
    return report


def test_work_submitted_while_the_job_waits_does_not_change_the_report(
    waiting: Report, study: Study, article: Article, dave: User
) -> None:
    submit(assign(article, dave))
    report = ran(waiting)
    assert (report.state, report.message) == (ReportState.DONE, "")
    assert report.result["counts"]["annotators"] == 2
    assert report.result["chance"]["gamma"]["parts"]["annotators_max"] == 2


def test_work_returned_while_the_job_waits_begins_it_once_more(
    waiting: Report, study: Study, article: Article, dave: User, bob: User
) -> None:
    submit(assign(article, dave))
    mine = Assignment.objects.get(annotator=bob)
    Assignment.objects.filter(pk=mine.pk).update(state=AssignmentState.WITHDRAWN)
    report = ran(waiting)
    assert report.state == ReportState.DONE
    assert "it is of the work as it stood when it was computed" in report.message
    assert str(bob.pk) not in report.inputs["annotators"]


def test_all_work_gone_while_the_job_waits_is_said(waiting: Report) -> None:
    Assignment.objects.update(state=AssignmentState.WITHDRAWN)
    report = ran(waiting)
    assert report.state == ReportState.FAILED
    assert report.message.startswith("Nobody has submitted anything")


def test_a_report_whose_job_was_killed_says_so_after_an_hour(
    waiting: Report, study: Study, alice: User, sign_in: SignIn
) -> None:
    assert not is_stalled(waiting)
    earlier = timezone.now() - datetime.timedelta(minutes=70)
    Report.objects.update(created_at=earlier)
    waiting.refresh_from_db()
    assert is_stalled(waiting)
    page = sign_in(alice).get(reverse("reports:report", args=[study.pk, waiting.pk]))
    assert "Nothing was heard of this computation for an hour" in page.content.decode()
    assert "hx-trigger" not in page.content.decode()
    ArticleGamma.objects.create(
        study=study,
        article_id=waiting.inputs["articles"][0],
        input_hash="x",
        seed=1,
        n_samples=30,
        result={},
    )
    assert not is_stalled(waiting)


def test_computing_again_with_nothing_submitted_says_so(
    study: Study, alice: User, two_readings: None, sign_in: SignIn
) -> None:
    report = make_report(study=study, actor=alice, name="First", selection=Selection())
    Assignment.objects.update(state=AssignmentState.WITHDRAWN)
    answer = sign_in(alice).post(reverse("reports:again", args=[study.pk, report.pk]))
    assert answer.status_code == 422
    assert "Nobody has submitted anything" in answer.content.decode()


def places(given: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path] if path else []
    if isinstance(given, dict):
        for key, value in given.items():
            found += places(value, (*path, key))
    elif isinstance(given, list) and given:
        found += places(given[0], (*path, "0"))
    return found


def test_a_report_that_lacks_anything_is_still_read(
    study: Study, alice: User, two_readings: None, sign_in: SignIn
) -> None:
    report = make_report(study=study, actor=alice, name="First", selection=Selection())
    report.refresh_from_db()
    assert report.result["tables_version"]
    names = Names()
    for path in places(report.result):
        older = copy.deepcopy(report.result)
        inner = older
        for key in path[:-1]:
            inner = inner[int(key) if isinstance(inner, list) else key]
        if isinstance(inner, list):
            del inner[0]
        else:
            del inner[path[-1]]
        assert lay_out_report(older, names), path
        plots_of_report(older, names)
    lacking = copy.deepcopy(report.result)
    del lacking["labels"][0]["exact_f1"]
    del lacking["labels"][0]["share_of_text"]
    laid = {one.name: one for one in lay_out_report(lacking, names)}
    reasons = {cell.reason for row in laid["labels"].rows for cell in row}
    assert "not in this report" in reasons
    Report.objects.filter(pk=report.pk).update(result={"counts": {}, "labels": lacking["labels"]})
    page = sign_in(alice).get(reverse("reports:report", args=[study.pk, report.pk]))
    assert page.status_code == 200


def test_gamma_out_of_reach_gives_pairs_and_names_the_articles(
    study: Study, article: Article, alice: User, two_readings: None, monkeypatch: Any
) -> None:
    monkeypatch.setattr(chance, "SECONDS", 0.0)
    report = make_report(study=study, actor=alice, name="First", selection=Selection())
    report.refresh_from_db()
    assert report.state == ReportState.DONE
    assert report.result["chance"]["gamma"]["value"] is None
    laid = {
        one.name: one
        for one in lay_out_report(report.result, Names(articles={str(article.pk): article.title}))
    }
    gamma = next(row for row in laid["headline"].rows if row[0].value == "gamma")[1]
    assert "not found in the time given" in gamma.reason
    assert article.title in gamma.reason
    (row,) = laid["gamma_pairs"].rows
    assert row[1].value == 1
    assert isinstance(row[2].value, float)


def test_two_reports_show_the_rows_of_both_and_what_differs() -> None:
    columns = [Column("label", "Label", is_number=False), Column("f1", "F1")]
    before = Laid("labels", "L", columns, [[Cell("A", "A"), Cell("0.500", 0.5, 0.1, 0.9)]])
    after = Laid(
        "labels",
        "L",
        columns,
        [[Cell("A", "A"), Cell("0.500", 0.4999)], [Cell("B", "B"), Cell("0.100", 0.1)]],
    )
    (table,) = side_by_side([before], [after])
    assert [heading for heading, _ in table.rows] == ["A", "B"]
    assert table.rows[0][1][0].change == "+0.000"
    assert table.rows[0][1][0].before.interval == "0.100 to 0.900"
    assert table.rows[1][1][0].before.reason == "not in this report"
    kept = {
        "parameters": {"selection": {"level": "character"}, "labels": ["a"]},
        "inputs": {"annotators": ["1", "2"], "codebook_versions": [1]},
        "engine_version": "1",
        "seed": 1,
    }
    assert notices(kept, kept, Names()) == []
    other = {
        "parameters": {"selection": {"level": "word"}, "labels": ["a", "b"]},
        "inputs": {"annotators": ["1", "2", "3"], "codebook_versions": [2]},
        "engine_version": "2",
        "seed": 2,
    }
    said = " ".join(notices(kept, other, Names(annotators={"1": "A", "2": "B", "3": "Carol"})))
    for part in (
        "One counts characters, the other words.",
        "do not compare gamma between different numbers of annotators",
        "only the second has Carol",
        "only the second has b",
        "codebook versions differ",
        "different versions of the measures",
        "different seeds",
    ):
        assert part in said


def test_latex_bears_intervals_and_reasons() -> None:
    columns = [Column("label", "Label", is_number=False), Column("f1", "F1")]
    rows = [
        [Cell("A", "A"), Cell("0.500", 0.5, -0.1, 0.9)],
        [Cell("B", "B"), Cell("–", reason="nobody used this label")],
    ]
    written = as_latex(Laid("labels", "L", columns, rows, "All of 50 %."))
    assert r"A & 0.500 [\ensuremath{-}0.100, 0.900]" in written
    assert r"B & --\textsuperscript{a}" in written
    assert r"\textsuperscript{a} nobody used this label." in written
    assert r"All of 50 \%." in written


def test_the_command_narrows_and_writes_one_page(
    study: Study, two_readings: None, tmp_path: Path
) -> None:
    out = StringIO()
    call_command("agreement", "Arden", out=tmp_path, annotator=["bob", "carol"], stdout=out)
    page = (tmp_path / "report.html").read_text()
    assert "Gamma" in page
    assert "<script" not in page
    assert 'rel="stylesheet"' not in page
    assert "Selected were: annotators Bob, Carol." in out.getvalue()
    assert "nominal" in out.getvalue()
    assert "too few articles" in out.getvalue()
    for wrong, said in (
        ({"annotator": ["nobody"]}, "nobody"),
        ({"round": ["Nowhere"]}, "no round Nowhere"),
        ({"outlet": ["Nowhere"]}, "no outlet Nowhere"),
        ({"versions": [99]}, "no version 99"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("agreement", "Arden", **wrong)
    rows = json.loads((tmp_path / "pairs.json").read_text())["rows"]
    assert len(rows) == 1


def test_many_annotators_share_the_rows_of_what_they_marked_alike() -> None:
    same, other = [(0, 5, "x")], [(2, 9, "x")]
    people = {name: same if name in "abcd" else other for name in "abcdef"}
    rows = rows_of_label(Continuum.of(20, people), "x", {})
    assert [(row.fragments, row.lane) for row in rows] == [(((0, 5),), 0), (((2, 9),), 1)]
