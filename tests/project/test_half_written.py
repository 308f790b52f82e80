"""The database fails at the nth statement of a write: all of it is there, or nothing.

tests/marking/test_faults.py does the same for saves, the sentence form and submitting.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from tests.conftest import SignIn
from tests.curation.scene import both_submit, cases, ruling
from tests.curation.scene import send as rule
from tests.people import assign, make_article

pytestmark = pytest.mark.django_db(transaction=True)
MOST_STATEMENTS = 150
UNTOLD = {"Session"}  # when somebody was last seen


def everything() -> dict[str, list[Any]]:
    """Every row of ours."""
    models = apps.get_app_config("annotations").get_models()
    return {
        model.__name__: list(model._base_manager.order_by("pk").values())
        for model in models
        if model.__name__ not in UNTOLD
    }


class Breaker:
    """Fails the nth statement from now on, and counts the writes before it."""

    def __init__(self, n: int) -> None:
        self.left, self.fired, self.n_writes = n, False, 0

    def __call__(self, execute: Any, sql: str, *args: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            self.fired = True
            raise OperationalError("the disk is on fire")
        self.n_writes += sql.startswith(("INSERT", "UPDATE", "DELETE", "\nUPDATE"))
        return execute(sql, *args)


def count_writes(act: Callable[[], Any]) -> int:
    """Of the act when all goes well; then it was never done."""
    counting = Breaker(0)
    with transaction.atomic(), connection.execute_wrapper(counting):
        response = act()
        transaction.set_rollback(True)
    assert response.status_code in (200, 302), response.content.decode()[:3000]
    return counting.n_writes


@dataclass
class Scene:
    manager: Client
    curator: Client
    bob: User
    carol: User
    submitted: Assignment
    waiting: Assignment
    article: Article
    fresh: Article

    def post(self, route: str, *ids: Any, **data: Any) -> Any:
        study = self.article.study_id
        return self.manager.post(reverse(route, args=[study, *ids]), data)


@pytest.fixture
def scene(
    article: Article, alice: User, bob: User, carol: User, dave: User, sign_in: SignIn
) -> Scene:
    both_submit(assign(article, bob), assign(article, carol))
    fresh = make_article(article.study, "Another text. It has two sentences.\n", "Another")
    clients = [sign_in(alice), sign_in(dave)]
    for client in clients:
        client.raise_request_exception = False
    submitted = Assignment.objects.get(article=article, annotator=bob)
    return Scene(*clients, bob, carol, submitted, assign(fresh, bob), article, fresh)


def deciding(scene: Scene) -> Callable[[], Any]:
    found = cases(scene.curator, scene.article)
    ops = [ruling(found[kind]["id"], choice="variant", variant=1) for kind in ("label", "boundary")]
    return lambda: rule(scene.curator, scene.article, *ops)


def closing(scene: Scene) -> Callable[[], Any]:
    deciding(scene)()
    url = reverse("curation:close", args=[scene.article.study_id, scene.article.pk])
    return lambda: scene.curator.post(url, {"leave_open": "1"})


def reopening(scene: Scene) -> Callable[[], Any]:
    closing(scene)()
    url = reverse("curation:reopen", args=[scene.article.study_id, scene.article.pk])
    return lambda: scene.curator.post(url)


def restoring(scene: Scene) -> Callable[[], Any]:
    scene.post("corpus:article_bin", scene.fresh.pk)
    return lambda: scene.post("corpus:article_restore", scene.fresh.pk)


def bringing_in(scene: Scene) -> Callable[[], Any]:
    """As far as the preview: storing is a piece of work of its own (tests/corpus)."""

    def send() -> Any:
        file = SimpleUploadedFile("new.txt", b"A new text. It is short.\n")
        return scene.post("corpus:import", uploads=file, language="en")

    return send


ACTS: dict[str, Callable[[Scene], Callable[[], Any]]] = {
    "decide": deciding,
    "close": closing,
    "reopen": reopening,
    "bring in": bringing_in,
    "new study": lambda s: lambda: s.manager.post("/studies/new/", {"name": "New"}),
    "settings": lambda s: lambda: s.post("study:settings", name="Coverage", description="All"),
    "bin a study": lambda s: lambda: s.post("study:settings_archive"),
    "new round": lambda s: lambda: s.post(
        "study:settings_round_new", name="Reliability", purpose="reliability"
    ),
    "invite": lambda s: lambda: s.post("study:people_invite", roles=["annotator"]),
    "change roles": lambda s: lambda: s.post(
        "study:people_member", s.bob.pk, roles=["annotator", "curator"]
    ),
    "new label": lambda s: lambda: s.post(
        "study:codebook_label_new", name="Quote", slug="quote", key="5", tag="Q", slot="5",
        extent="phrase", reason="Wanted",
    ),
    "new rule": lambda s: lambda: s.post(
        "study:codebook_rule_new", name="X1", text="Mark it.", reason="Wanted"
    ),
    "region": lambda s: lambda: s.post(
        "corpus:regions", s.fresh.pk, kind="other", words="Another text", start="0"
    ),
    "particulars": lambda s: lambda: s.post(
        "corpus:article_edit", s.fresh.pk, title="Other title", language="en", outlet="The Daily"
    ),
    "bin an article": lambda s: lambda: s.post("corpus:article_bin", s.fresh.pk),
    "restore an article": restoring,
    "return": lambda s: lambda: s.post("assignment:return", s.submitted.pk, reason="Look again."),
    "hand over": lambda s: lambda: s.post(
        "assignment:hand_over", s.waiting.pk, annotator=str(s.carol.pk), to=str(s.carol.pk)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_a_write_is_whole_or_not_at_all(scene: Scene, name: str) -> None:
    """What fails after the last write, as the next page is drawn, finds it all written; and so
    does what asks the database for an opinion only (Django's checks of constraints)."""
    act = ACTS[name](scene)
    n_writes, before = count_writes(act), everything()
    for n in range(1, MOST_STATEMENTS):
        breaker = Breaker(n)
        with connection.execute_wrapper(breaker):
            response = act()
        if everything() != before:
            assert breaker.n_writes >= n_writes, n
            break
        assert response.status_code in (500, 503), n
    else:
        pytest.fail("it never got through")
    assert n > 2
