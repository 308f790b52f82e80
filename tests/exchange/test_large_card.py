"""The data card of a large study takes its agreement from the report that was kept."""

import pytest

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.exchange.actions import exports
from annotations.exchange.packing import Wanted
from annotations.reports.actions import make_report
from annotations.reports.models import Report, ReportState
from annotations.reports.selection import Selection
from annotations.study.models import Study
from tests.conftest import CountQueries
from tests.marks import mark, submit
from tests.people import assign


def test_agreement_of_a_large_study_is_that_of_its_last_report_and_says_so(
    study: Study,
    article: Article,
    alice: User,
    bob: User,
    carol: User,
    monkeypatch: pytest.MonkeyPatch,
    count_queries: CountQueries,
) -> None:
    for person in (bob, carol):
        work = assign(article, person)
        mark(work, "allegation", (35, 42))
        submit(work)
    counted = exports.agreement_tables(study, Wanted())
    monkeypatch.setattr(exports, "COUNTED_AT_ONCE", 0)
    assert (len(counted) > 0, exports.agreement_tables(study, Wanted())) == (True, ())
    made = make_report(study=study, actor=alice, name="All", selection=Selection())
    Report.objects.filter(pk=made.pk).update(state=ReportState.DONE)
    with count_queries(at_most=10):  # whatever the number of articles and marks
        kept = exports.agreement_tables(study, Wanted(annotators=("bob",)))
    assert [table[:3] for table in kept] == [table[:3] for table in counted]
    day = made.created_at.date().isoformat()
    said = (
        f"From the report “All” of {day}, with the selection that it names, whatever was chosen "
        "for this export."
    )
    assert [note.startswith(said) for *_, note in kept] == [True] * len(kept)
