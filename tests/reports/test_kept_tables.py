"""Tables are kept until something they depend on changes, and are then made anew."""

import json
from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.reports.actions import tables_now
from annotations.reports.actions.tables import MOST_KEPT, keep_tables
from annotations.reports.checkup import check_sums
from annotations.reports.models import StudyTables
from annotations.reports.queries import read_inputs
from annotations.reports.selection import Selection
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.marking.sending import new_id, op, span, tab_of
from tests.marks import mark, submit
from tests.people import assign, make_article

LABELS = ["attribution", "allegation"]


def tables_of(study: Study, selection: Selection | None = None) -> dict[str, Any]:
    chosen = selection or Selection()
    return tables_now(study, chosen, read_inputs(study, chosen), LABELS)


def plain(tables: dict[str, Any]) -> Any:
    return json.loads(json.dumps(tables))


@pytest.fixture
def two_readings(study: Study, article: Article, bob: User, carol: User) -> None:
    for who, end in ((bob, 18), (carol, 9)):
        mine = assign(article, who)
        mark(mine, "attribution", (0, end))
        submit(mine)


def test_kept_tables_are_those_that_were_computed(study: Study, two_readings: None) -> None:
    computed = tables_of(study)
    made_at = StudyTables.objects.get().computed_at

    kept = tables_of(study)

    assert StudyTables.objects.get().computed_at == made_at
    assert plain(kept) == plain(computed)


def test_another_mark_makes_them_anew(
    study: Study, article: Article, two_readings: None, erin: User
) -> None:
    assert tables_of(study)["counts"]["spans"] == 2
    hers = assign(article, erin)
    mark(hers, "allegation", (39, 57))
    submit(hers)

    assert tables_of(study)["counts"]["spans"] == 3


def test_a_name_corrected_from_another_article_is_compared_anew(
    study: Study, article: Article, bob: User, carol: User, sign_in: SignIn
) -> None:
    made = {}
    for who, name in ((bob, "Dana Vos"), (carol, "Dana Voss")):
        work = assign(article, who)
        tab = tab_of(sign_in(who), work)
        made[who] = tab.made("entity", {"id": new_id(), "name": name})
        tab.made(
            "span", span(article, "attribution", (0, 9), attributes={"entity": made[who]["id"]})
        )
        work.refresh_from_db()
        submit(work)

    def agreeing() -> list[float]:
        rows = tables_of(study)["attributes"]
        return [row["parts"]["agreeing"] for row in rows if row["parts"]["spans"]]

    assert agreeing() == [0]
    (before,) = read_inputs(study, Selection())
    elsewhere = assign(make_article(study, "Another text altogether.\n", "Another"), bob)
    corrected = {**made[bob], "name": "Dana Voss"}
    sent = tab_of(sign_in(bob), elsewhere).one(op("set", "entity", corrected, 1))

    assert sent["status"] == "applied"
    assert list(check_sums(study.pk)) == []
    assert agreeing() == [1]
    assert list(check_sums(study.pk)) == []
    (after,) = read_inputs(study, Selection())
    assert after.input_hash("1") == before.input_hash("1")  # what gamma is kept under
    assert after.only(set()).renamed == {}


def test_each_selection_has_its_own(study: Study, bob: User, two_readings: None) -> None:
    whole = tables_of(study)
    alone = tables_of(study, Selection(annotators=(bob.pk,)))

    assert whole["counts"]["pairs"] == 1
    assert alone["counts"]["pairs"] == 0
    assert plain(tables_of(study)) == plain(whole)


def test_only_the_newest_are_kept(study: Study, two_readings: None) -> None:
    for number in range(MOST_KEPT + 3):
        keep_tables(study=study, key=f"{number:064}", tables={"number": number})

    kept = [row.tables["number"] for row in StudyTables.objects.all()]
    assert kept == list(range(MOST_KEPT + 2, 2, -1))


def test_tables_say_under_which_codebook_versions_the_spans_were_made(
    study: Study, two_readings: None
) -> None:
    tables = tables_of(study)

    assert tables["versions"] == [1]
    groups = [(row["kind"], row["group"]) for row in tables["groups"]]
    assert groups[0][0] == "round"
    assert groups[-1] == ("version", "1")
