"""Annotators against gold: a table of its own, and gold never among the annotators."""

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.reports.against_gold import compare_with_gold
from annotations.reports.queries import read_inputs
from annotations.reports.selection import Selection
from tests.conftest import SignIn
from tests.curation.scene import both_submit, cases, ruling, send, url
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


def test_only_closed_gold_is_compared_with(decided: Article, curator: Client) -> None:
    assert compare_with_gold(decided.study, read_inputs(decided.study, Selection())) == []
    curator.post(url("close", decided))
    assert len(compare_with_gold(decided.study, read_inputs(decided.study, Selection()))) == 2


def test_each_annotator_is_held_against_the_gold(
    decided: Article, curator: Client, bob: User, carol: User
) -> None:
    curator.post(url("close", decided))
    rows = compare_with_gold(decided.study, read_inputs(decided.study, Selection()))
    told = {row["annotator"]: row for row in rows}
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
