"""What everybody marked alike needs no hand, and stays revisable."""

from typing import Any

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.actions import save_merge_rules
from annotations.curation.models import Case, GoldSpan, Merge, Ruling
from annotations.study.models import Role
from tests.marks import mark, submit
from tests.people import assign, join, make_user

from .scene import EXTENT, SENTENCE, cases, ruling, send, url

pytestmark = pytest.mark.django_db


def settle(curator: Client, article: Article) -> int:
    told = curator.post(url("unanimous", article), headers={"accept": "application/json"})
    assert told.status_code == 200
    return int(told.json()["settled"])


def told_left(curator: Client, article: Article) -> tuple[int, bool]:
    data: dict[str, Any] = curator.get(url("adjudicate", article)).context["data"]
    return data["unanimous"], data["all_in"]


def test_it_is_settled_by_the_rule_and_by_nobody_else(curator: Client, submitted: Article) -> None:
    assert told_left(curator, submitted) == (2, True)
    assert settle(curator, submitted) == 2
    looks = set(GoldSpan.objects.live().values_list("stretch", flat=True))
    assert looks == {f"{a}-{b}" for a, b in (SENTENCE, EXTENT)}
    for row in Case.objects.all():
        assert (row.choice, row.merged_by_rule, row.curator) == ("rule", "unanimous", None)
    assert set(Ruling.objects.values_list("kind", flat=True)) == {"merge"}
    assert told_left(curator, submitted)[0] == 0
    assert settle(curator, submitted) == 0
    assert Merge.objects.count() == 1


def test_what_a_curator_took_back_stays_open(curator: Client, submitted: Article) -> None:
    settle(curator, submitted)
    row = Case.objects.get(start=0)
    send(curator, submitted, ruling(str(row.pk), row.ver, kind="reopen"))
    assert (told_left(curator, submitted)[0], settle(curator, submitted)) == (0, 0)
    assert Case.objects.get(pk=row.pk).state == "open"


def test_one_more_who_agrees_is_counted_in_and_one_who_does_not_is_shown(
    curator: Client, submitted: Article
) -> None:
    settle(curator, submitted)
    join(submitted.study, erin := make_user("erin"), Role.ANNOTATOR)
    hers: Assignment = assign(submitted, erin)
    mark(hers, "reporting", SENTENCE)
    submit(hers)
    assert settle(curator, submitted) == 1
    found = cases(curator, submitted)
    settled = [one for one in found.values() if one["state"] == "decided"]
    assert [(one["start"], one["changed"]) for one in settled] == [(0, False), (39, True)]
    assert len(Case.objects.get(start=0).votes) == 3


def test_a_study_can_leave_it_to_its_curators(
    curator: Client, submitted: Article, alice: User
) -> None:
    save_merge_rules(study=submitted.study, actor=alice, unanimous=False, least_votes=2)
    assert (told_left(curator, submitted)[0], settle(curator, submitted)) == (0, 0)


def test_it_waits_for_those_who_are_at_work(curator: Client, submitted: Article) -> None:
    join(submitted.study, erin := make_user("erin"), Role.ANNOTATOR)
    assign(submitted, erin)
    assert told_left(curator, submitted) == (2, False)


def test_only_curators_settle(submitted: Article, client: Client, bob: User) -> None:
    client.force_login(bob, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(url("unanimous", submitted)).status_code == 403
    assert GoldSpan.objects.count() == 0
