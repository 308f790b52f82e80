"""Annotators against gold: a table of its own, and gold never among the annotators."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.reports.actions import all_tables
from annotations.reports.checkup import check_sums
from annotations.reports.models import Report
from annotations.reports.selection import Selection
from tests.conftest import SignIn
from tests.curation.scene import both_submit, cases, ruling, send, url
from tests.marks import close_gold, mark, submit
from tests.people import assign

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(dave: User, sign_in: SignIn) -> Client:
    return sign_in(dave)


@pytest.fixture
def decided(article: Article, bob: User, carol: User, curator: Client) -> Article:
    both_submit(assign(article, bob), assign(article, carol))
    found = cases(curator, article)
    send(
        curator,
        article,
        ruling(found["boundary"]["id"], choice="variant", variant=2),
        ruling(found["label"]["id"], choice="variant", variant=1),
        ruling(found["missing"]["id"], choice="no_span"),
        ruling(found["unanimous"]["id"], choice="majority"),
        ruling(found["unanimous2"]["id"], choice="majority"),
        ruling(found["link"]["id"], choice="no_span"),
    )
    return article


def rows_of(article: Article, **chosen: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = all_tables(study=article.study, selection=Selection(**chosen))[
        "gold"
    ]
    return told


def test_only_closed_gold_is_compared_with(decided: Article, curator: Client) -> None:
    assert rows_of(decided) == []
    curator.post(url("close", decided))
    assert len(rows_of(decided)) == 2
    assert len(rows_of(decided, level="word")) == 2
    curator.post(url("reopen", decided))
    assert rows_of(decided) == []
    assert list(check_sums(decided.study_id)) == []


def test_each_annotator_is_held_against_the_gold(
    decided: Article, curator: Client, bob: User, carol: User
) -> None:
    curator.post(url("close", decided))
    told = {row["annotator"]: row for row in rows_of(decided)}
    mine = told[str(bob.pk)]
    assert (mine["n_gold"], mine["n_own"], mine["agreed"]) == (4, 5, 3)
    assert (mine["boundary"], mine["label"], mine["missed"], mine["extra"]) == (1, 0, 0, 1)
    assert mine["exact_f1"] == pytest.approx(6 / 9)
    theirs = told[str(carol.pk)]
    assert (theirs["agreed"], theirs["label"], theirs["extra"]) == (3, 1, 0)


def test_gold_stands_on_the_agreement_page_and_is_no_annotator(
    decided: Article, curator: Client
) -> None:
    page = reverse("reports:agreement", args=[decided.study_id])
    before = curator.get(page)
    assert "Annotators against gold" not in before.content.decode()
    curator.post(url("close", decided))
    after = curator.get(page)
    assert "Annotators against gold" in after.content.decode()
    assert before.context["counts"] == after.context["counts"]
    file = reverse("reports:table", args=[decided.study_id, "gold", "csv"])
    assert curator.get(file).content.decode().splitlines()[1].startswith("Bob,1,5,")

    for name in ("Before", "After"):
        curator.post(reverse("reports:make", args=[decided.study_id]), {"name": name, "seed": 1})
    one, other = Report.objects.values_list("pk", flat=True)
    kept = curator.get(reverse("reports:report", args=[decided.study_id, one])).content.decode()
    printed = curator.get(reverse("reports:report_print", args=[decided.study_id, one]))
    side = curator.get(
        reverse("reports:compare", args=[decided.study_id]), {"one": one, "other": other}
    )
    for html in (kept, printed.content.decode(), side.content.decode()):
        assert "Annotators against gold" in html


def test_each_cell_leads_to_what_it_counts(
    article: Article, bob: User, carol: User, dave: User, curator: Client
) -> None:
    """Bob alone submitted: an article of one reader has gold all the same. An exact pair that
    lies between two others counts as alike, whatever the best alignment makes of it."""
    mine = assign(article, bob)
    for stretch in ((0, 18), (15, 30), (40, 50), (60, 70)):
        mark(mine, "attribution", stretch)
    submit(mine)
    assign(article, carol)
    gold = [("attribution", (0, 18)), ("attribution", (0, 3)), ("allegation", (40, 50))]
    close_gold(article, dave, *gold, ("allegation", (80, 90)))

    page = curator.get(reverse("reports:agreement", args=[article.study_id]))
    (table,) = [one for one in page.context["laid"] if one.name == "gold"]
    ((_, *cells),) = table.rows
    keys = [one.key for one in table.columns[1:]]
    address = reverse("reports:passages", args=[article.study_id])
    found = {key: curator.get(address, cell.query) for key, cell in zip(keys, cells, strict=True)}
    shown = {key: cell.value for key, cell in zip(keys, cells, strict=True)}

    n = {key: listed.context["page"].paginator.count for key, listed in found.items()}
    assert shown["articles"] == found["articles"].context["n_articles"] == 1
    for key in ("n_own", "boundary", "label", "missed", "extra"):
        assert n[key] == shown[key], key
    assert shown["exact_f1"] == 2 * 1 / (4 + 4)
    assert (shown["precision"], shown["recall"]) == (1 / n["precision"], 1 / n["recall"])
    alike = Counter(one.kind for one in found["exact_f1"].context["page"])
    assert alike == {"agreed": 1, "missed": 3, "extra": 3}
    html = found["missed"].content.decode()
    assert "<dt>Gold</dt>" in html
    assert "How the gold was decided" in html
    assert "?at=80" in html  # nobody marked it: no span to show it by


def test_what_gold_is_compared_with_is_not_for_annotators(
    decided: Article, curator: Client, bob: User, sign_in: SignIn
) -> None:
    curator.post(url("close", decided))
    decided.study.rounds.update(comparison_opened_at=timezone.now())
    address = reverse("reports:passages", args=[decided.study_id])
    client = sign_in(bob)
    assert client.get(address).status_code == 200
    for listing in ("gold", "gold_exact"):
        assert client.get(address, {"listing": listing}).status_code == 403
