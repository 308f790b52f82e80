"""No text of any form or body takes NUL to the database: PostgreSQL would not even hear of it."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from zeal import zeal_ignore

from annotations.accounts.models import User
from annotations.study.models import Study
from tests.conftest import SignIn
from tests.soaking import Budget

from .scene import Act, Scene, make_scene
from .writes import ACTS

pytestmark = [pytest.mark.django_db, pytest.mark.on_postgresql, pytest.mark.soak]
Path = tuple[Any, ...]


def texts(told: Any, path: Path = ()) -> Iterator[Path]:
    """Where there is a text in what is sent."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield from texts(value, (*path, key))
    elif isinstance(told, list):
        for n, value in enumerate(told):
            yield from texts(value, (*path, n))
    elif isinstance(told, str):
        yield path


def spoiled(told: Any, path: Path) -> Any:
    if not path:
        return f"{told[:1]}\0{told[1:]}"
    changed = copy.copy(told)
    changed[path[0]] = spoiled(told[path[0]], path[1:])
    return changed


class Spoiler:
    """In the place of Client.generic's callers: remembers what is sent, or spoils a text of it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.sent: list[Any] = []
        self.path: Path | None = None
        for verb in ("post", "put", "patch"):
            patch.setattr(Client, verb, self.instead(getattr(Client, verb)))

    def instead(self, real: Any) -> Any:
        def send(client: Client, path: str, data: Any = None, *rest: Any, **more: Any) -> Any:
            is_json = isinstance(data, str)
            told = json.loads(data) if is_json else data
            self.sent.append(told)
            if self.path is not None:
                told = spoiled(told, self.path)
            return real(client, path, json.dumps(told) if is_json else told, *rest, **more)

        return send


@pytest.fixture
def scene(study: Study, bob: User, carol: User, dave: User, sign_in: SignIn) -> Scene:
    return make_scene(study, {"bob": bob, "carol": carol}, sign_in)


def answer(act: Act) -> int:
    """Its status; 500 where the answer was an exception."""
    with transaction.atomic(), zeal_ignore():
        try:
            status: int = act().status_code
        except Exception:  # whatever it is, nobody caught it
            status = 500
        transaction.set_rollback(True)
    return status


def test_no_text_that_is_sent_takes_nul_to_the_database(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, budget: Budget
) -> None:
    wrong, n_tried = {}, 0
    for name in budget.some_of(ACTS):
        with transaction.atomic(), zeal_ignore():
            act = ACTS[name](scene)
            with monkeypatch.context() as patch:
                spoiler = Spoiler(patch)
                answer(act)
                for told in spoiler.sent[-1:]:
                    for path in texts(told):
                        spoiler.path, n_tried = path, n_tried + 1
                        if (status := answer(act)) >= 500:
                            wrong[f"{name} {path}"] = status
            transaction.set_rollback(True)
    print(n_tried, "texts tried")
    assert n_tried > 10
    assert wrong == {}
