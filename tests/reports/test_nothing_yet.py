"""Before there is any agreement: one sentence and the next step. And a file read by programs."""

import csv
import io

from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.marks import mark, submit
from tests.people import assign, make_article


def step_of(client: Client, study: Study) -> str:
    """Where the page leads; nothing else is offered on it."""
    html = client.get(reverse("reports:agreement", args=[study.pk])).content.decode()
    assert "Nothing to compare yet" in html
    assert "<table" not in html
    return html.split('class="button primary" href="')[1].split('"')[0]


def test_an_empty_page_says_what_is_missing_and_leads_there(
    study: Study, alice: User, bob: User, sign_in: SignIn
) -> None:
    client = sign_in(alice)
    assert step_of(client, study) == reverse("corpus:import", args=[study.pk])
    article = make_article(study)
    assert step_of(client, study) == reverse("assignment:plan", args=[study.pk])
    work = assign(article, bob)
    assert step_of(client, study) == reverse("assignment:study", args=[study.pk])
    submit(work)
    assert step_of(client, study) == reverse("assignment:plan", args=[study.pk])


def test_the_table_of_confusions_calls_rows_and_columns_alike(
    study: Study, alice: User, bob: User, carol: User, sign_in: SignIn
) -> None:
    article = make_article(study)
    for user, label in ((bob, "allegation"), (carol, "attribution")):
        work = assign(article, user)
        mark(work, label, (35, 42))
        submit(work)
    url = reverse("reports:table", args=[study.pk, "confusion", "csv"])
    rows = list(csv.DictReader(io.StringIO(sign_in(alice).get(url).content.decode())))
    assert {row["label"] for row in rows} == {"allegation", "attribution"}
    assert {row["label"] for row in rows} <= set(rows[0])
    assert {row["label_name"] for row in rows} == {"Allegation", "Attribution"}
