"""The same write several times at the same moment: each is answered in words, none with a 500."""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from zeal import zeal_ignore

from annotations.accounts.models import User
from annotations.corpus.actions import store_import
from annotations.corpus.actions.articles import SameText, add_article
from annotations.corpus.models import Article, ImportState
from annotations.exchange.actions.newcomers import make_account
from annotations.study.models import Membership, Study
from project.doctor import examine
from tests.at_once import at_once
from tests.conftest import SignIn

from .scene import Act, Scene, invited, make_scene, preview
from .writes import ACTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_postgresql]
TIMES = 2
MEET = re.compile(
    r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?annotations_(?!session|access|cache)\w+'
)
# Where one of two was once answered 500, on what is one scene for all of them.
FOUND = (
    "api:create_article", "assignment:remove", "curation:merge", "marking:merge_label",
    "study:settings_round_new",
)  # fmt: skip


class Together:
    """Before each write to a table those who do the same wait a moment for each other, so that
    all have looked at what is there before the first of them stores anything."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.barriers: dict[str, Barrier] = {}

    def __call__(self, execute: Any, sql: str, *args: Any) -> Any:
        if found := MEET.match(sql):
            with suppress(BrokenBarrierError):  # who holds a lock comes alone
                self.barriers.setdefault(found[0], Barrier(self.n)).wait(0.2)
        return execute(sql, *args)


def together(*acts: Act) -> list[Any]:
    meeting = Together(len(acts))

    def run(act: Act) -> Any:
        with connection.execute_wrapper(meeting), zeal_ignore():
            return act()

    return at_once([partial(run, act) for act in acts])


def same(scene: Scene, name: str) -> list[int]:
    act = ACTS[name](scene)
    return [response.status_code for response in together(*[act] * TIMES)]


@pytest.fixture
def scene(study: Study, bob: User, carol: User, dave: User, sign_in: SignIn) -> Iterator[Scene]:
    with zeal_ignore():
        yield make_scene(study, {"bob": bob, "carol": carol}, sign_in)
        assert [str(finding) for finding in examine()] == []


def test_of_writes_that_met_each_is_answered(scene: Scene) -> None:
    told = {name: same(scene, name) for name in FOUND}
    assert {name: codes for name, codes in told.items() if max(codes) >= 500} == {}
    assert {name: min(codes) for name, codes in told.items()} == {
        **dict.fromkeys(FOUND, 302), "api:create_article": 201
    }  # fmt: skip


def test_different_writes_of_one_thing_meet(scene: Scene) -> None:
    """An address for two accounts, a role by two invitations, a text by hand and by a file, a name
    for two accounts of files."""
    told = {"display_name": "B", "email": "one@example.org", "theme": scene.bob.theme}
    told["password"] = "correct horse"
    profile = reverse("accounts:profile")
    clients = [scene.annotator, scene.curator]
    codes = [r.status_code for r in together(*(partial(c.post, profile, told) for c in clients))]
    assert sorted(codes) == [302, 422]

    links = [invited(scene)[1] for _ in range(2)]
    paths = ["/" + link.split("/", 3)[3] for link in links]
    joined = [r.status_code for r in together(*(partial(scene.guest.post, p) for p in paths))]
    assert joined == [302, 302]
    assert Membership.objects.filter(user=scene.erin).count() == 1

    made = preview(scene)
    manager = scene.study.created_by
    text = {"title": "By hand", "text": "A new text. It is short.\n", "language": "en"}

    def add() -> None:
        with suppress(SameText):
            add_article(study=scene.study, actor=manager, **text)

    stored, _ = together(partial(store_import, import_id=made, actor=manager), add)
    assert stored.state == ImportState.DONE
    assert Article.objects.filter(text__startswith="A new text").count() == 1

    names = {user.username for user in together(*[partial(make_account, name="mo")] * 2)}
    assert names == {"mo", "mo_2"}


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(ACTS))
def test_no_write_fails_beside_itself(scene: Scene, name: str) -> None:
    assert max(same(scene, name)) < 500
