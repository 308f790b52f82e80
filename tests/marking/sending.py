"""A browser's side of the protocol, for tests."""

import json
import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.assignment.models import Assignment
from annotations.corpus.models import Article
from annotations.study.models import Label

Wire = dict[str, Any]


def new_id() -> str:
    return str(uuid.uuid4())


def address(name: str, article: Article) -> str:
    where = {"study_id": article.study_id, "article_id": article.pk}
    return reverse(f"marking:{name}", kwargs=where)


def label_id(article: Article, slug: str) -> str:
    return str(Label.objects.get(study=article.study_id, slug=slug).pk)


def span(article: Article, slug: str | None, *stretches: tuple[int, int], **more: Any) -> Wire:
    return {
        "id": new_id(),
        "kind": "label" if slug else "extent",
        "label": label_id(article, slug) if slug else None,
        "fragments": [
            {"start": start, "end": end, "quote": article.text[start:end]}
            for start, end in stretches
        ],
        "attributes": {},
        "note": "",
        "flag": "",
        "state": "marked",
        "origin": "hand",
        **more,
    }


def places(article: Article, length: int) -> list[tuple[int, int]]:
    """All stretches of the length that begin and end with a visible character, in order."""
    text = article.text
    return [
        (start, start + length)
        for start in range(len(text) - length + 1)
        if not (text[start].isspace() or text[start + length - 1].isspace())
    ]


def words(article: Article, quote: str) -> tuple[int, int]:
    """Where the words stand first."""
    start = article.text.index(quote)
    return start, start + len(quote)


def link(source: Wire, target: Wire, cue: Wire | None = None) -> Wire:
    return {"id": new_id(), "source": source["id"], "target": target["id"], "cue": cue}


def op(kind: str, on: str, state: Wire, ver: int | None = None, op_id: str = "") -> Wire:
    told: Wire = {"op_id": op_id or new_id(), "kind": kind, "on": on}
    if kind != "add":
        told["ver"] = ver
    return told | {on: {"id": state["id"]} if kind in ("del", "restore") else state}


def add(on: str, state: Wire) -> Wire:
    return op("add", on, state)


class Tab:
    """One browser tab on one article."""

    def __init__(self, client: Client, article: Article) -> None:
        self.client, self.article = client, article
        self.tab, self.rev = new_id(), 0

    def post(self, *ops: Wire, base_rev: int | None = None) -> Any:
        body = {"base_rev": self.rev if base_rev is None else base_rev, "tab": self.tab}
        return self.client.post(
            address("ops", self.article),
            json.dumps({**body, "ops": ops}),
            content_type="application/json",
        )

    def send(self, *ops: Wire) -> list[Wire]:
        """The results; the tab's revision moves on."""
        reply = self.post(*ops).json()
        self.rev = reply["rev"]
        results: list[Wire] = reply["results"]
        return results

    def one(self, sent: Wire) -> Wire:
        (result,) = self.send(sent)
        return result

    def made(self, on: str, state: Wire) -> Wire:
        """Adds it, which must work; the mark as sent."""
        result = self.one(add(on, state))
        assert result["status"] == "applied", result
        return state

    def pull(self, since: int = 0) -> Wire:
        reply: Wire = self.client.get(address("ops", self.article), {"since": since}).json()
        return reply


def tab_of(client: Client, assignment: Assignment) -> Tab:
    return Tab(client, assignment.article)


def spans_of(user: User, article: Article) -> list[str]:
    """Stretches of the live spans, as stored."""
    rows = Assignment.objects.get(annotator=user, article=article).spans.live()  # type: ignore[attr-defined]
    return [row.stretch for row in rows]
