"""Asking by token, as programs do."""

import json
import uuid
from datetime import timedelta
from typing import Any

from django.test import Client

from annotations.accounts.models import Scope, User
from annotations.accounts.tokens import make_token

BASE = "/api/v1"
EVERY = tuple(Scope)


class Asker(Client):
    """`Asker(bob).read("/studies")`: a client that holds a token of Bob's; paths below /api/v1."""

    def __init__(self, user: User, *scopes: Scope, **defaults: Any) -> None:
        made = make_token(user=user, name="test", scopes=scopes or EVERY, keeps=timedelta(days=1))
        self.token, self.secret = made.row, made.secret
        super().__init__(headers={"Authorization": f"Bearer {made.secret}"}, **defaults)

    def read(self, path: str, **more: Any) -> Any:
        return self.get(here(path), **more)

    def send(
        self, path: str, body: Any, *, key: str = "", method: str = "POST", **more: Any
    ) -> Any:
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), **more.pop("headers", {})}
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.generic(
            method, here(path), content, content_type="application/json", headers=headers, **more
        )

    def post(self, path: str, *args: Any, **more: Any) -> Any:
        """As Django's, with a key of its own: for tests that walk all addresses."""
        more.setdefault("headers", {"Idempotency-Key": str(uuid.uuid4())})
        return super().post(path, *args, **more)


def here(path: str) -> str:
    return path if path.startswith(BASE) else BASE + path
