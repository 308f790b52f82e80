"""A stored report: made once, its job fills in gamma, nothing in it changes afterwards."""

import pytest

from annotations.accounts.models import User
from annotations.agreement import compute
from annotations.corpus.models import Article
from annotations.reports.actions import NothingSubmitted, make_report
from annotations.reports.models import ArticleGamma, Report, ReportState
from annotations.reports.queries import read_continua, read_inputs
from annotations.reports.selection import Selection
from annotations.study.models import AuditEntry, Study
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
