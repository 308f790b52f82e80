"""What the walk of tests/architecture/test_rights.py cannot see: the bin, buttons."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.people import assign

POSTED = {"remove", "person_clear"}


@pytest.fixture
def ids(study: Study, article: Article, bob: User) -> dict[str, uuid.UUID]:
    work = assign(article, bob)
    return {"study": study.pk, "article": article.pk, "assignment": work.pk, "person": bob.pk}


def ask(client: Client, name: str, thing: uuid.UUID, study: Study) -> int:
    url = reverse(f"assignment:{name}", args=[study.pk, thing])
    return (client.post(url) if name in POSTED else client.get(url)).status_code


@pytest.mark.parametrize("name", ["article", "remove", "hand_over", "return"])
def test_what_lies_in_the_bin_is_not_reached(
    name: str, ids, sign_in: SignIn, alice: User, article: Article
) -> None:
    Article.objects.filter(pk=article.pk).update(deleted_at=timezone.now(), deleted_by=alice)
    thing = ids["article" if name == "article" else "assignment"]
    assert ask(sign_in(alice), name, thing, article.study) == 404


def test_a_curator_does_not_see_the_managers_buttons(
    ids, sign_in: SignIn, dave: User, study: Study
) -> None:
    Assignment.objects.update(state=AssignmentState.WAITING)
    html = sign_in(dave).get(reverse("assignment:article", args=[study.pk, ids["article"]]))
    assert "Take back" not in html.content.decode()
    assert "Give it to somebody" not in html.content.decode()
