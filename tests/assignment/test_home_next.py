"""What the first page offers to those who lead and settle."""

from django.urls import reverse
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import AssignmentState
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.assignment.test_assignment_pages import NOON, page, submitted
from tests.conftest import SignIn
from tests.people import assign, make_article


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


def test_an_annotator_is_told_what_may_be_read_once_the_comparison_is_open(
    sign_in: SignIn, bob: User, carol: User, article: Article, study: Study
) -> None:
    submitted(article, bob)
    submitted(article, carol)
    submitted(make_article(study, title="Read by Bob alone", text="Alone.\n"), bob)
    client, readings = sign_in(bob), reverse("reports:article", args=[study.pk, article.pk])
    before = [page(client, "home"), page(client, "study", study.pk, list="done")]
    study.rounds.update(comparison_opened_at=NOON)
    after = [page(client, "home"), page(client, "study", study.pk, list="done")]
    assert ["The comparison is open" in html for html in [*before, *after]] == [
        False, False, True, True,
    ]  # fmt: skip
    assert readings not in before[1]
    assert after[1].count("All readings") == 1
    assert client.get(readings).status_code == 200


def test_the_first_button_is_what_a_manager_does_next(
    sign_in: SignIn, alice: User, bob: User, study: Study
) -> None:
    client = sign_in(alice)

    def first() -> str:
        html = page(client, "study", study.pk)
        return html.split('class="button primary" href="')[1].split('"')[0]

    assert first() == reverse("corpus:import", args=[study.pk])
    article = make_article(study)
    assert first() == reverse("assignment:plan", args=[study.pk])
    submitted(article, bob)
    assert first() == reverse("reports:agreement", args=[study.pk])
