"""What the first page offers to those who lead and settle."""

from django.urls import reverse
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import AssignmentState
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.people import assign


def home(sign_in: SignIn, user: User) -> str:
    return sign_in(user).get(reverse("assignment:home")).content.decode()


def test_a_manager_is_led_to_assigning_while_nothing_is_assigned(
    study: Study, alice: User, article: Article, sign_in: SignIn
) -> None:
    html = home(sign_in, alice)
    assert reverse("assignment:plan", args=[study.pk]) in html
    assert reverse("reports:agreement", args=[study.pk]) not in html


def test_a_curator_is_led_to_open_cases_once_something_is_submitted(
    study: Study, dave: User, bob: User, article: Article, sign_in: SignIn
) -> None:
    queue = reverse("curation:queue", args=[study.pk])
    work = assign(article, bob)
    assert queue not in home(sign_in, dave)
    work.state, work.submitted_at = AssignmentState.SUBMITTED, timezone.now()
    work.save()
    assert queue in home(sign_in, dave)
    assert queue not in home(sign_in, bob)
