"""A request that came in by a token, what is answered, and the table of all routes."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic import BaseModel

from annotations.accounts.models import AccessToken, Scope, User

Q = TypeVar("Q")
B = TypeVar("B")
JSON = "application/json"


@dataclass(frozen=True)
class Call(Generic[Q, B]):
    """Who asks for what: ids from the address, query and body already checked."""

    request: HttpRequest
    token: AccessToken
    ids: Mapping[str, Any]
    query: Q
    body: B

    @property
    def user(self) -> User:
        return self.token.user

    def id(self, name: str) -> uuid.UUID:
        found = self.ids[name]
        assert isinstance(found, uuid.UUID)
        return found

    @property
    def study_id(self) -> uuid.UUID:
        return self.id("study_id")


@dataclass(frozen=True)
class Answer:
    """`data` is plain JSON; `etag` is made from it where none is given."""

    data: Any
    status: int = 200
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[[Call[Any, Any]], Answer | HttpResponseBase]


@dataclass(frozen=True)
class Route:
    """One method on one path. `path` is below /api/v1, with its ids in braces.

    `refuses`: the statuses of its own refusals, beside those that every route has.
    `answers`: further statuses that bear the same shape as the usual answer.
    `prepare` runs before a write's transaction, for what takes long and only fills a cache.
    """

    method: str
    path: str
    name: str
    summary: str
    scope: Scope
    view: View
    about: str
    answer: type[BaseModel] | None
    status: int = 200
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    refuses: tuple[int, ...] = ()
    answers: tuple[int, ...] = ()
    if_match: bool = False
    most_bytes: int = 4_000_000
    media: str = JSON
    prepare: Callable[[Call[Any, Any]], None] | None = None

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def needs_key(self) -> bool:
        """POST makes something each time, so its sender names the request."""
        return self.method == "POST"


ROUTES: list[Route] = []


def route(method: str, path: str, **told: Any) -> Callable[[View], View]:
    """Enter a view into the table; its name is the operation's, its docstring the summary."""

    def enter(view: View) -> View:
        summary = " ".join((view.__doc__ or "").split("\n\n")[0].split())
        name: str = view.__name__
        ROUTES.append(Route(method, path, name, summary, view=view, **told))
        return view

    return enter
