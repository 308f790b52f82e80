"""What everybody marked alike needs no hand, and stays revisable."""

from typing import Any

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.curation.actions import save_merge_rules
from annotations.curation.checkup import check_link_ends
from annotations.curation.models import Case, GoldLink, GoldSpan, Merge, Ruling
from annotations.study.models import Role
from tests.marks import link, mark, submit
from tests.people import assign, join, make_user

from .scene import ALLEGED, EXTENT, OFFICIALS, SENTENCE, cases, ruling, send, url
from .test_merges import merged

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


def test_what_somebody_flagged_or_noted_is_left_to_the_curator(
    curator: Client, article: Article, bobs: Assignment, carols: Assignment
) -> None:
    for work, words in ((bobs, {"flag": "label"}), (carols, {})):
        mark(work, "reporting", SENTENCE, **words)
        mark(work, "extent", EXTENT)
        submit(work)
    assert (told_left(curator, article)[0], settle(curator, article)) == (1, 1)
    assert [row.stretch for row in GoldSpan.objects.live()] == ["39-79"]


def test_a_link_that_cannot_stand_is_left_to_the_curator(
    curator: Client, article: Article, bobs: Assignment, carols: Assignment, dave: User
) -> None:
    """The target was made reporting before the link was settled: neither opening nor a run of the
    merge makes gold of what the form refuses."""
    for work in (bobs, carols):
        link(mark(work, "attribution", OFFICIALS), mark(work, "allegation", ALLEGED))
        submit(work)
    found = cases(curator, article)
    target = next(one for one in found.values() if (one["start"], one["end"]) == ALLEGED)
    edited = span_of(article, "reporting", ALLEGED)
    send(curator, article, ruling(target["id"], choice="edited", span=edited))
    assert (told_left(curator, article)[0], settle(curator, article)) == (1, 1)
    assert GoldLink.objects.count() == 0
    assert merged(article, dave).counts["left"] == 1
    assert (GoldLink.objects.count(), told_left(curator, article)[0]) == (0, 0)


def test_an_end_that_is_relabelled_under_its_link_is_told_by_the_doctor(
    curator: Client, article: Article, bobs: Assignment, carols: Assignment
) -> None:
    for work in (bobs, carols):
        link(mark(work, "attribution", OFFICIALS), mark(work, "allegation", ALLEGED))
        submit(work)
    assert settle(curator, article) == 3
    assert list(check_link_ends(article.study_id)) == []
    row = Case.objects.get(start=ALLEGED[0])
    edited = span_of(article, "reporting", ALLEGED)
    send(curator, article, ruling(str(row.pk), row.ver, choice="edited", span=edited))
    (finding,) = check_link_ends(article.study_id)
    assert (finding.where, "no source answers for it" in finding.what) == (
        f"gold link {GoldLink.objects.get().pk}",
        True,
    )


def test_what_a_person_put_back_is_not_offered_again(curator: Client, submitted: Article) -> None:
    """Undone, it is the rule's decision again, but a person touched it last: when votes change it
    is shown as changed, and opening the page has nothing to settle."""
    settle(curator, submitted)
    row = Case.objects.get(start=0)
    op = ruling(str(row.pk), row.ver, choice="no_span")
    send(curator, submitted, op)
    send(curator, submitted, ruling(str(row.pk), row.ver + 1, kind="back", op=op["op_id"]))
    row.refresh_from_db()
    assert row.choice == "rule"
    join(submitted.study, erin := make_user("erin"), Role.ANNOTATOR)
    hers = assign(submitted, erin)
    mark(hers, "reporting", SENTENCE)
    submit(hers)
    assert (told_left(curator, submitted)[0], settle(curator, submitted)) == (0, 0)


def test_what_is_gold_in_another_case_is_not_offered(curator: Client, submitted: Article) -> None:
    found = cases(curator, submitted)
    twin = span_of(submitted, "reporting", SENTENCE)
    send(curator, submitted, ruling(found["missing"]["id"], choice="edited", span=twin))
    assert (told_left(curator, submitted)[0], settle(curator, submitted)) == (1, 1)
    assert (told_left(curator, submitted)[0], settle(curator, submitted)) == (0, 0)


def span_of(article: Article, label: str, part: tuple[int, int]) -> dict[str, Any]:
    start, end = part
    return {
        "kind": "label",
        "label": str(article.study.labels.get(slug=label).pk),
        "fragments": [{"start": start, "end": end, "quote": article.text[start:end]}],
        "attributes": {},
    }
