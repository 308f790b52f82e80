"""Closing a round: nothing new in it, nothing taken from anybody."""

import pytest
from django.test import Client

from annotations.accounts.models import User
from annotations.assignment.actions import assign_article
from annotations.assignment.actions.plans import RoundClosed
from annotations.assignment.forms import PlanForm
from annotations.corpus.actions import bin_article
from annotations.corpus.models import Article
from annotations.study.actions.studies import set_closed
from annotations.study.models import AuditEntry, Round, Study
from tests.conftest import SignIn
from tests.people import assign, make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(alice: User, sign_in: SignIn) -> Client:
    return sign_in(alice)


@pytest.fixture
def closed(study: Study, alice: User) -> Round:
    return set_closed(round=study.rounds.get(name="Main"), actor=alice, closed=True)


def press(client: Client, round: Round, value: str) -> None:
    address = f"/studies/{round.study_id}/settings/rounds/{round.pk}/closing/"
    assert client.post(address, {"round": value}).status_code == 302
    round.refresh_from_db()


def test_a_manager_closes_and_reopens_a_round_on_the_settings_page(
    manager: Client, study: Study
) -> None:
    round = study.rounds.get(name="Main")
    press(manager, round, "close")
    assert round.closed_at is not None
    press(manager, round, "close")  # twice is once
    press(manager, round, "open")
    assert round.closed_at is None
    acts = AuditEntry.objects.filter(study=study, subject_type="round").order_by("pk")
    assert [entry.action for entry in acts] == ["round.closed", "round.reopened"]


def test_a_closed_round_takes_no_new_assignment_and_is_not_offered(
    closed: Round, study: Study, article: Article, alice: User, bob: User
) -> None:
    with pytest.raises(RoundClosed):
        assign_article(study=study, actor=alice, article=article, annotator=bob, round=closed)
    assert list(PlanForm(None, study=study).fields["round"].queryset) == []  # type: ignore[attr-defined]


def test_what_is_left_in_it_is_counted_and_leads_to_whose_it_is(
    manager: Client, closed: Round, study: Study, article: Article, alice: User, bob: User
) -> None:
    assign(article, bob)
    binned = make_article(study, "Another text.", "Binned")
    assign(binned, bob)
    bin_article(article=binned, actor=alice)
    page = manager.get(f"/studies/{study.pk}/settings/").content.decode()
    assert ">1 not submitted<" in page
    assert f"?show=people&amp;round={closed.pk}" in page


@pytest.mark.parametrize("path", ["", "?show=articles"])
def test_waiting_work_in_it_is_shown_as_such_and_stays_open_to_its_annotator(
    closed: Round,
    study: Study,
    article: Article,
    alice: User,
    bob: User,
    sign_in: SignIn,
    path: str,
) -> None:
    assign(article, bob)
    client = sign_in(alice if path else bob)
    page = client.get(f"/studies/{study.pk}/{path}").content.decode()
    assert '<span class="badge">round closed</span>' in page
    marking = f"/studies/{study.pk}/articles/{article.pk}/mark/"
    assert sign_in(bob).get(marking).status_code == 200
