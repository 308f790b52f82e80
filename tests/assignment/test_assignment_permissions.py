"""Every address of the room, for everybody who might knock."""

import uuid

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from annotations.accounts.models import User
from annotations.assignment.models import Assignment, AssignmentState
from annotations.corpus.models import Article
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.people import assign, make_article, make_study, make_user

# name: (what it takes, method, who may: a annotator, c curator, m manager)
ROUTES = {
    "home": ((), "get", "acmx"),
    "study": (("study",), "get", "acm"),
    "plan": (("study",), "get", "m"),
    "remove": (("study", "assignment"), "post", "m"),
    "hand_over": (("study", "assignment"), "get", "m"),
    "return": (("study", "assignment"), "get", "cm"),
    "article": (("study", "article"), "get", "cm"),
    "person": (("study", "person"), "get", "cm"),
    "person_clear": (("study", "person"), "post", "m"),
    "person_hand_over": (("study", "person"), "get", "m"),
}
POSTS_OF_PAGES = ["plan", "hand_over", "return", "article", "person_hand_over"]


@pytest.fixture
def ids(study: Study, article: Article, bob: User) -> dict[str, uuid.UUID]:
    work = assign(article, bob)
    return {"study": study.pk, "article": article.pk, "assignment": work.pk, "person": bob.pk}


def ask(client: Client, name: str, ids: dict[str, uuid.UUID], method: str = "") -> int:
    takes, usual, _ = ROUTES[name]
    url = reverse(f"assignment:{name}", args=[ids[what] for what in takes])
    return getattr(client, method or usual)(url).status_code


def test_every_address_of_the_room_is_in_the_table() -> None:
    resolver = get_resolver("annotations.assignment.urls")
    assert {name for name in resolver.reverse_dict if isinstance(name, str)} == set(ROUTES)


@pytest.mark.parametrize("name", ROUTES)
def test_whoever_is_not_signed_in_is_sent_to_sign_in(name: str, ids) -> None:
    takes, method, _ = ROUTES[name]
    url = reverse(f"assignment:{name}", args=[ids[what] for what in takes])
    response = getattr(Client(), method)(url)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", [name for name in ROUTES if name != "home"])
def test_a_stranger_finds_nothing(name: str, ids, sign_in: SignIn, mallory: User) -> None:
    assert ask(sign_in(mallory), name, ids) == 404


@pytest.mark.parametrize(("name", "role"), [(n, r) for n in ROUTES for r in "acm"])
def test_each_role_gets_what_the_table_says(
    name: str, role: str, ids, sign_in: SignIn, bob: User, dave: User, alice: User
) -> None:
    status = ask(sign_in({"a": bob, "c": dave, "m": alice}[role]), name, ids)
    assert status == 403 if role not in ROUTES[name][2] else status in (200, 302)


@pytest.mark.parametrize("name", POSTS_OF_PAGES)
@pytest.mark.parametrize("role", "ac")
def test_only_those_who_may_change_something_get_to_post(
    name: str, role: str, ids, sign_in: SignIn, bob: User, dave: User
) -> None:
    status = ask(sign_in({"a": bob, "c": dave}[role]), name, ids, "post")
    assert status == (422 if (name, role) == ("return", "c") else 403)


@pytest.mark.parametrize("name", ["remove", "person_clear"])
def test_acts_are_not_done_by_looking(name: str, ids, sign_in: SignIn, alice: User) -> None:
    assert ask(sign_in(alice), name, ids, "get") == 405
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "swapped"),
    [(name, what) for name, (takes, _, _) in ROUTES.items() for what in takes[1:]],
)
def test_nothing_is_reached_through_another_study(
    name: str, swapped: str, ids, sign_in: SignIn, alice: User
) -> None:
    """Alice manages both studies; ids of one do not work in the other."""
    other = make_study(alice, name="Other")
    theirs = make_article(other, "Other text.\n", "Other")
    work = assign(theirs, make_user("erin"))
    foreign = {"article": theirs.pk, "assignment": work.pk, "person": work.annotator_id}
    assert ask(sign_in(alice), name, {**ids, swapped: foreign[swapped]}) == 404


@pytest.mark.parametrize("name", ["article", "remove", "hand_over", "return"])
def test_what_lies_in_the_bin_is_not_reached(
    name: str, ids, sign_in: SignIn, alice: User, article: Article
) -> None:
    from django.utils import timezone

    Article.objects.filter(pk=article.pk).update(deleted_at=timezone.now(), deleted_by=alice)
    assert ask(sign_in(alice), name, ids) == 404


def test_a_member_who_left_is_a_stranger(ids, sign_in: SignIn, bob: User, study: Study) -> None:
    from django.utils import timezone

    study.memberships.filter(user=bob).update(ended_at=timezone.now())
    assert ask(sign_in(bob), "study", ids) == 404


def test_a_curator_does_not_see_the_managers_buttons(
    ids, sign_in: SignIn, dave: User, study: Study
) -> None:
    Assignment.objects.update(state=AssignmentState.WAITING)
    html = sign_in(dave).get(reverse("assignment:article", args=[study.pk, ids["article"]]))
    assert "Take back" not in html.content.decode()
    assert "Give it to somebody" not in html.content.decode()
