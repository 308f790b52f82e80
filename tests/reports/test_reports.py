"""A stored report: made once, its job fills in gamma, nothing in it changes afterwards."""

import re

import pytest
from django.urls import reverse

from annotations.accounts.models import User
from annotations.agreement import REGISTRY, compute
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.reports.actions import NothingSubmitted, make_report
from annotations.reports.laying import by_name
from annotations.reports.layout import Names, plain_rows
from annotations.reports.models import ArticleGamma, Report, ReportState
from annotations.reports.queries import read_continua, read_inputs
from annotations.reports.selection import Selection
from annotations.reports.tables import FROM_CONTINUA, HEADLINE, MORE, NOT_REPORTED
from annotations.study.models import AuditEntry, Study
from tests.conftest import SignIn
from tests.marks import mark, submit
from tests.people import assign

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_readings(study: Study, article: Article, bob: User, carol: User) -> None:
    for who, end in ((bob, 9), (carol, 18)):
        mine = assign(article, who)
        mark(mine, "attribution", (0, end))
        mark(mine, "allegation", (39, 57))
        submit(mine)


def made(study: Study, alice: User, **chosen: object) -> Report:
    report = make_report(study=study, actor=alice, name="First", selection=Selection(**chosen))
    report.refresh_from_db()
    return report


def test_the_job_fills_in_gamma(study: Study, alice: User, two_readings: None) -> None:
    report = made(study, alice)
    corpus = list(read_continua(read_inputs(study, Selection())))

    assert (report.state, report.n_done, report.n_all) == (ReportState.DONE, 1, 1)
    expected = compute(corpus, ["gamma"], seed=1)["gamma"]
    assert report.result["chance"]["gamma"]["value"] == pytest.approx(expected.value)
    assert report.result["chance"]["labels"]["allegation"]["value"] == 1
    assert report.result["chance"]["labels"]["reporting"]["reason"] == "nobody used this label"
    assert set(report.result["more"]) >= {"word_alpha", "sentence_alpha", "partial_credit_f1"}


def test_a_report_tells_what_it_was_made_from(
    study: Study, article: Article, alice: User, bob: User, carol: User, two_readings: None
) -> None:
    report = made(study, alice)

    assert report.inputs["articles"] == [str(article.pk)]
    assert report.inputs["annotators"] == sorted([str(bob.pk), str(carol.pk)])
    assert report.inputs["codebook_versions"] == [1]
    assert AuditEntry.objects.get(action="report.made").actor == alice


def test_gamma_is_computed_once_for_the_same_input(
    study: Study, alice: User, two_readings: None
) -> None:
    first, second = made(study, alice), made(study, alice)

    assert ArticleGamma.objects.count() == 1
    assert first.result["chance"] == second.result["chance"]
    assert Report.objects.count() == 2


def test_a_stored_report_stays_as_it_was(
    study: Study, article: Article, alice: User, dave: User, two_readings: None
) -> None:
    before = made(study, alice).result
    mark(submit(assign(article, dave)), "reporting", (0, 20))
    made(study, alice)

    assert Report.objects.order_by("created_at")[0].result == before


def test_nothing_submitted_is_said(study: Study, alice: User) -> None:
    with pytest.raises(NothingSubmitted, match="Nobody has submitted anything"):
        made(study, alice)
    assert Report.objects.count() == 0


def test_a_figure_without_an_interval_says_why_on_pages_and_in_files(
    study: Study, alice: User, two_readings: None
) -> None:
    laid = by_name(made(study, alice).result, Names())

    headline, more = (
        {row["measure"]: row for row in plain_rows(laid[name])} for name in ("headline", "more")
    )
    few = "too few articles for an interval"
    for name in (*HEADLINE, "gamma"):
        assert headline[REGISTRY[name].title]["value_interval_reason"] == few
    partial = more["Partial-credit F1"]
    assert partial["value_interval_reason"] == "no intervals are computed for this measure"
    assert "interval" not in partial
    assert "Gamma for labels (γk): allegation" in more
    for row in (*laid["headline"].rows, *laid["more"].rows):
        assert (row[2].reason != "") == (row[1].value is not None)
    (label,) = (row for row in plain_rows(laid["labels"]) if row["label"] == "allegation")
    assert label["gamma_interval_reason"] == few
    leads = {row[0].value: row[1].query for row in laid["more"].rows}
    assert leads["word_alpha"] == {"listing": "findings", "level": "word"}


def test_every_measure_of_articles_is_in_the_report_or_left_out_on_purpose() -> None:
    gammas = {name for name, one in REGISTRY.items() if one.seeded}
    shown = [*HEADLINE, *MORE, *FROM_CONTINUA, *NOT_REPORTED, *gammas]

    assert sorted(shown) == sorted(name for name, one in REGISTRY.items() if one.articles)


def test_the_list_behind_a_kept_number_is_of_the_work_as_it_was_kept(
    study: Study, article: Article, alice: User, erin: User, two_readings: None, sign_in: SignIn
) -> None:
    report = made(study, alice)
    hers = assign(article, erin)
    mark(hers, "reporting", (60, 70))
    submit(hers)
    client = sign_in(alice)
    page = client.get(reverse("reports:report", args=[study.pk, report.pk])).content.decode()
    number = re.findall(r'href="([^"]*listing=spans[^"]*report=[^"]*)"', page)[0]

    def listed(address: str) -> str:
        return client.get(address.replace("&amp;", "&")).content.decode()

    assert "<dt>Carol</dt>" in listed(number)
    assert "<dt>Erin</dt>" not in listed(number)
    assert "this report was changed" not in listed(number)
    Assignment.objects.filter(annotator__username="carol").update(rev=99)
    assert "1 submission of this report was changed" in listed(number)
