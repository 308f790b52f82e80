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
        more.setdefault("headers", {"Idempotency-Key": str(uuid.uuid4()), "If-Match": "*"})
        return super().post(path, *args, **more)


def here(path: str) -> str:
    return path if path.startswith(BASE) else BASE + path


def span(article: Any, label: Any, start: int, end: int, **more: Any) -> dict[str, Any]:
    """A span as an operation sends it; `label` is a row, or None for an extent."""
    return {
        "id": str(uuid.uuid4()),
        "kind": "label" if label else "extent",
        "label": str(label.pk) if label else None,
        "fragments": [{"start": start, "end": end, "quote": article.text[start:end]}],
        **more,
    }


def add(on: str, told: dict[str, Any]) -> dict[str, Any]:
    return {"op_id": str(uuid.uuid4()), "kind": "add", "on": on, on: told}


def sample(name: str) -> Any:
    """A body that the route of this name, or the one that sends to its path, can read."""
    one = str(uuid.uuid4())
    part = {"start": 0, "end": 9, "quote": "Officials"}
    extent = {"id": one, "kind": "extent", "fragments": [part]}
    bodies: dict[str, Any] = {
        "create_article": {"title": "New", "text": "New."},
        "change_article": {"title": "Changed"},
        "create_assignment": {"article": one, "annotator": one, "round": one},
        "change_marks": {"ops": [{"op_id": one, "kind": "add", "on": "span", "span": extent}]},
        "create_suggestions": {
            "model": {"name": "m", "version": "1"},
            "spans": [{"label": "allegation", "fragments": [part]}],
        },
        "decide_case": {"choice": "left", "votes": "x"},
        "create_report": {"name": "x"},
        "create_export": {"format": "jsonl"},
    }
    lists = {
        "list_articles": "create_article",
        "list_assignments": "create_assignment",
        "list_reports": "create_report",
        "list_all_exports": "create_export",
    }
    return bodies.get(lists.get(name, name), {})
