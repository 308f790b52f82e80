"""Lists come in pages: each row once, whatever becomes of the list in between."""

import uuid

import pytest

from annotations.accounts.models import User
from annotations.api.calls import ROUTES
from annotations.assignment.models import Assignment
from annotations.corpus.actions import bin_article
from annotations.corpus.models import Article
from annotations.curation.models import Adjudication
from annotations.exchange.models import Export
from annotations.reports.models import Report
from annotations.study.models import CodebookVersion, Study
from tests.api.asking import Asker
from tests.api.test_journey import described
from tests.marks import mark, submit
from tests.people import assign, make_article, make_study

HALF = "WyJcdWQ4MDAiLCAiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0"  # of a character

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(alice: User) -> Asker:
    return Asker(alice)


@pytest.fixture
def two(submitted: Article, alice: User, bob: User, carol: User) -> Study:
    """A study with two of everything that there are lists of."""
    study = submitted.study
    make_study(alice, "Bern")
    other = make_article(study, "Voss denied it.", "Denied")
    mark(assign(other, bob), "reporting", (0, 15))
    assign(other, carol)
    for work in Assignment.objects.filter(article=other):
        submit(work)
    CodebookVersion.objects.create(study=study, number=2, content={}, created_by=alice)
    for number, article in enumerate((submitted, other)):
        Adjudication.objects.create(study=study, article=article, alias_seed=number)
        Report.objects.create(study=study, created_by=alice, name=f"Report {number}")
        Export.objects.create(study=study, created_by=alice, file_format="csv")
    return study


def test_every_list_is_walked_row_by_row(desk: Asker, two: Study, submitted: Article) -> None:
    ids = {"study_id": two.pk, "article_id": submitted.pk}
    walked = 0
    for route in ROUTES:
        if route.query is None or "cursor" not in route.query.model_fields:
            continue
        path = route.path.format(**ids)
        at_once = described(desk.read(f"{path}?limit=50"))["items"]
        assert len(at_once) > 1, route.name
        singly, page = [], f"{path}?limit=1"
        while page and len(singly) <= len(at_once):
            told = described(desk.read(page))
            singly += told["items"]
            page = told["next"]
        assert singly == at_once, route.name
        walked += 1
    assert walked == 9


def test_the_queue_goes_on_behind_what_left_it(desk: Asker, two: Study, alice: User) -> None:
    page = described(desk.read(f"/studies/{two.pk}/cases?limit=1&state=open"))
    (first,) = page["items"]
    assert first["contest"] > 0
    bin_article(article=Article.objects.get(pk=first["id"]), actor=alice)
    following = described(desk.read(page["next"]))
    assert [each["title"] for each in following["items"]] == ["Denied"]
    assert following["next"] is None


def test_pages_follow_each_other_while_the_list_grows(desk: Asker, study: Study) -> None:
    for number in range(5):
        make_article(study, f"Text {number}.", f"Title {number // 2}")
    seen, path = [], f"/studies/{study.pk}/articles?limit=2"
    while path:
        told = described(desk.read(path))
        seen += [each["id"] for each in told["items"]]
        path = told["next"]
        if len(seen) == 2:
            make_article(study, "Before all.", "A title")
    titles = dict(Article.objects.values_list("pk", "title"))
    assert len(seen) == len(set(seen)) == 5
    assert [titles[uuid.UUID(pk)] for pk in seen] == sorted(titles[uuid.UUID(pk)] for pk in seen)


@pytest.mark.parametrize("cursor", ["abc", "WyJhIl0", "WyJhIiwgImIiXQ", "WzEsW11d", HALF])
def test_a_cursor_that_leads_nowhere_is_refused(cursor: str, desk: Asker, study: Study) -> None:
    answer = desk.read(f"/studies/{study.pk}/articles?cursor={cursor}")
    assert (answer.status_code, described(answer)["errors"][0]["field"]) == (422, "cursor")
