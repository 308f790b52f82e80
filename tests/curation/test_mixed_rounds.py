"""One article in two rounds: annotators see each other's marks only once both rounds are opened."""

import pytest
from django.test import Client
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import Round
from tests.api.asking import Asker
from tests.conftest import SignIn

from .scene import decide_all, ruling, send, study_url, url

pytestmark = pytest.mark.django_db
OPENED = timezone.now()


@pytest.fixture
def mixed(curator: Client, submitted: Article, carols: Assignment) -> Article:
    """Carol's work is of a round of its own. The gold, closed, has a passage that only Bob marked
    and one that only Carol marked so."""
    found = decide_all(curator, submitted)
    send(curator, submitted, ruling(found["missing"]["id"], 1, choice="variant", variant=1))
    curator.post(url("close", submitted))
    second = Round.objects.create(study=submitted.study, name="Second")
    Assignment.objects.filter(pk=carols.pk).update(round=second)
    return submitted


def seen(user: User, other: Assignment, sign_in: SignIn) -> set[str]:
    """The ways by which the person learns what the other has marked."""
    client, article = sign_in(user), other.article
    in_study = f"/studies/{article.study_id}"
    marks = client.get(f"{in_study}/articles/{article.pk}/marks/{other.pk}/")
    told = Asker(user).read(f"{in_study}/assignments/{other.pk}/marks")
    gold = client.get(study_url("mine", article.study)).content.decode()
    says = {
        "marks": marks.status_code == 200,
        "interface": told.status_code == 200,
        "agreement": client.get(f"{in_study}/agreement/").status_code == 200
        and str(other.annotator) in client.get(f"{in_study}/agreement/").content.decode(),
        "talk": client.get(f"{in_study}/articles/{article.pk}/discussion/").status_code == 200,
        "gold": "Nothing is released yet" not in gold,
        "home": "The comparison is open" in client.get("/").content.decode(),
    }
    return {name for name, is_said in says.items() if is_said}


def test_both_rounds_must_be_opened(
    mixed: Article, bobs: Assignment, carols: Assignment, sign_in: SignIn
) -> None:
    bobs.refresh_from_db()
    carols.refresh_from_db()
    rounds = Round.objects.filter(study=mixed.study)
    for opened in ([], [bobs.round_id], [carols.round_id]):
        rounds.update(comparison_opened_at=None)
        rounds.filter(pk__in=opened).update(comparison_opened_at=OPENED)
        learned = [seen(bobs.annotator, carols, sign_in), seen(carols.annotator, bobs, sign_in)]
        assert learned == [set(), set()]
    rounds.update(comparison_opened_at=OPENED)
    all_ways = {"marks", "interface", "agreement", "talk", "gold", "home"}
    assert seen(bobs.annotator, carols, sign_in) == all_ways
    assert seen(carols.annotator, bobs, sign_in) == all_ways
