"""Everything that goes wrong, told as application/problem+json (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError

from annotations.corpus.records import RecordWrong
from annotations.marking.protocol import Malformed, TooLarge
from annotations.overtaken import SENTENCE, is_overtaken
from annotations.study.queries.door import SecondFactorNeeded
from annotations.text.refusal import Refusal

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER = "5"  # seconds, when the database is away


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `field` is a JSON pointer into the body, or the name of a query
    parameter or header; line and column count from 1 and are there for unreadable JSON only."""

    message: str
    place: str = "body"  # body, query, header
    field: str = ""
    line: int | None = None
    column: int | None = None

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"in": self.place, "field": self.field, "message": self.message}
        if self.line is not None:
            told |= {"line": self.line, "column": self.column}
        return told


@dataclass
class Problem(Exception):
    """An answer that is a refusal. `kind` is the last part of its type, for programs."""

    status: int
    kind: str
    detail: str
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def answer(self) -> HttpResponse:
        told = {
            "type": f"urn:sourcemark:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "errors": [fault.as_json() for fault in self.faults],
            **self.more,
        }
        body = json.dumps(told, ensure_ascii=False)
        return HttpResponse(
            body, status=self.status, content_type=CONTENT_TYPE, headers=dict(self.headers)
        )


def malformed(detail: str, *faults: Fault) -> Problem:
    return Problem(400, "malformed", detail, faults)


def refused(detail: str, *faults: Fault) -> Problem:
    return Problem(422, "refused", detail, faults)


def conflict(detail: str, *faults: Fault) -> Problem:
    return Problem(409, "conflict", detail, faults)


def stale(detail: str) -> Problem:
    return Problem(412, "stale", detail)


def problem_of(error: Exception) -> Problem | None:
    """What the pages would say about it; None for what nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404):
        return Problem(404, "not-found", words(error, "There is nothing here."))
    if isinstance(error, SecondFactorNeeded):
        return Problem(403, "second-factor-needed", str(error))
    if isinstance(error, PermissionDenied):
        return Problem(403, "not-allowed", words(error, "You may not do this."))
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "too-large", "This is too much for one request.")
    if isinstance(error, UnreadablePostError | SuspiciousOperation):
        return malformed("The request could not be read.")
    if isinstance(error, TooLarge):
        return Problem(413, "too-large", str(error))
    if isinstance(error, Malformed):
        return malformed(str(error))
    if isinstance(error, RecordWrong) and error.field:
        return refused(str(error), Fault(str(error), field=f"/{error.field}"))
    if isinstance(error, Refusal):
        return refused(str(error))
    if is_overtaken(error) or isinstance(error, OperationalError | InterfaceError):
        detail = SENTENCE if is_overtaken(error) else "The database does not answer. Try again."
        return Problem(503, "unavailable", detail, headers={"Retry-After": RETRY_AFTER})
    return None


def words(error: Exception, otherwise: str) -> str:
    """Django itself raises some of these with a mapping or with nothing."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, str) and said else otherwise
