"""Closing an adjudication: what is left undecided, and what stands in the way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.corpus.models import Article
from annotations.curation.actions import close_adjudication, decide
from annotations.curation.models import GoldVersion
from annotations.curation.queries import fetch_docket, read_cases

from .scene import cases, decide_all, ruling, send, study_url, url

pytestmark = pytest.mark.django_db


def test_a_ruling_between_looking_and_locking_is_in_the_version(
    submitted: Article, dave: User, alice: User
) -> None:
    docket = fetch_docket(dave, submitted.study_id, submitted.pk)
    (label,) = (case for case in read_cases(docket) if case.kind == "label")
    where: dict[str, Any] = {"study_id": submitted.study_id, "article_id": submitted.pk}
    reads = []

    def ruled_meanwhile(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Somebody else decides just before the adjudication is locked."""
        if sql.startswith('SELECT "annotations_adjudication"."id"'):
            reads.append(sql)
            if len(reads) == 2:
                choice = {"choice": "variant", "variant": 1}
                decide(user=alice, case_id=label.id, ver=0, decision=choice, **where)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(ruled_meanwhile):
        version = close_adjudication(user=dave, leave_open=True, **where)
    assert [case["id"] for case in version.content["cases"]] == [str(label.id)]
    assert str(label.id) not in version.content["left_open"]
    assert version.n_undecided == 5


def test_a_link_that_the_codebook_forbids_stands_in_the_way_until_it_is_decided(
    curator: Client, submitted: Article
) -> None:
    found = decide_all(curator, submitted)
    source, link = found["boundary"]["id"], found["link"]["id"]
    other = str(submitted.study.labels.get(slug="allegation").pk)
    span = {**cases(curator, submitted)["boundary"]["gold"], "label": other, "attributes": {}}
    relabelled = ruling(source, ver=1, choice="edited", span=span)
    (answer,) = send(curator, submitted, relabelled).json()["results"]
    told = {one["id"]: one for one in answer["current"]["links"]}[link]
    assert (told["linked"], told["problem"][:13]) == (True, "A link begins")
    refused = curator.post(url("close", submitted), {"leave_open": "1"}, follow=True)
    assert "A gold link cannot stand as the ends are decided now" in refused.content.decode()
    assert not GoldVersion.objects.exists()
    send(curator, submitted, ruling(link, ver=1, choice="no_span"))
    send(curator, submitted, ruling(source, ver=2, choice="variant", variant=1))
    closed = curator.post(url("close", submitted), follow=True).content.decode()
    assert GoldVersion.objects.get().n_undecided == 0
    assert "1 gold span misses a required answer" in closed


def test_a_link_whose_end_is_undecided_names_it_and_leads_there(
    curator: Client, submitted: Article
) -> None:
    found = cases(curator, submitted)
    source, link = found["boundary"]["id"], found["link"]["id"]
    where = reverse("curation:case", args=[submitted.study_id, submitted.pk, link])
    page = curator.get(where).content.decode()
    assert f'{source}/">“Officials in Arden”</a> is open: decide it first' in page
    assert "will do" not in page
    for case in ends_of(found):
        send(curator, submitted, ruling(case, choice="left"))
    page = curator.get(where).content.decode()
    assert f'{source}/">“Officials in Arden”</a> was left undecided' in page
    assert "For the link “No link” or “Leave undecided” will do." in page
    (answer,) = send(curator, submitted, ruling(link, choice="left")).json()["results"]
    assert answer["status"] == "applied"
    queue = curator.get(study_url("queue", submitted.study)).content.decode()
    assert "3 of 6 cases settled, 3 of them left undecided" in queue


def ends_of(found: dict[str, Any]) -> list[str]:
    """The ends of the link."""
    return [found["link"][end] for end in ("source", "target")]
