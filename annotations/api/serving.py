"""From a request to an answer: the same steps for every route, in one order.

Path (404), method (405), token (401, 429), scope (403), body and query (400, 413, 415),
Idempotency-Key, then the route's own view, which asks the study's door for the rights.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from annotations.overtaken import again_if_overtaken
from annotations.study.policy import Act
from annotations.study.queries import fetch_standing
from annotations.study.queries.people import lost_a_role

from .actions import OtherRequest, claim_key, hash_request, keep_answer
from .calls import JSON, Answer, Call, Route
from .door import admit
from .problems import Fault, Problem, malformed, problem_of, refused
from .reading import KEY_HEADER, TOLD, read_body, read_key, read_query, read_tags

log = logging.getLogger("sourcemark.api")
Endpoint = Callable[..., HttpResponseBase]


class Encoder(DjangoJSONEncoder):
    """Times in UTC to the microsecond, ids and dates as text."""

    def default(self, o: Any) -> Any:
        if hasattr(o, "isoformat"):
            return o.isoformat()
        return super().default(o)


def serve(routes: Sequence[Route]) -> Endpoint:
    """The view of one path: each of its methods is a route."""
    by_method = {route.method: route for route in routes}
    allowed = sorted({*by_method, *(["HEAD"] if "GET" in by_method else [])})

    @csrf_exempt  # no cookie is looked at, so there is nothing to forge
    @login_not_required
    def endpoint(request: HttpRequest, **ids: Any) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else request.method
        route = by_method.get(str(method))
        if route is None:
            return not_allowed(allowed)
        return finished(request, answered(request, route, ids))

    return endpoint


def answered(request: HttpRequest, route: Route, ids: dict[str, Any]) -> HttpResponseBase:
    try:
        call = read_call(request, route, ids)
        if route.is_write:
            return write(call, route)
        return respond(route.view(call))
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        return problem.answer()


def read_call(request: HttpRequest, route: Route, ids: dict[str, Any]) -> Call[Any, Any]:
    token = admit(request, route.scope, ids.get("study_id"))
    if route.query is not None:
        query = read_query(request.GET, route.query)
    elif request.GET:
        words = "This address takes no query parameters."
        raise malformed(
            words, *(Fault(words, "query", name[:80]) for name in list(request.GET)[:TOLD])
        )
    else:
        query = None
    body = read_body(request, route.body, route.most_bytes) if route.body else None
    return Call(request, token, ids, query, body)


def write(call: Call[Any, Any], route: Route) -> HttpResponseBase:
    """Carry out a write once. With a key its answer is kept in the same transaction, so that
    there is an answer exactly if it was done; what was refused is not kept."""
    key = read_key(call.request) if route.needs_key or KEY_HEADER in call.request.headers else ""
    if route.prepare is not None:
        route.prepare(call)
    return carry_out(call, route, key)


@again_if_overtaken
def carry_out(call: Call[Any, Any], route: Route, key: str) -> HttpResponseBase:
    if not key:
        return respond(route.view(call))
    address = call.request.get_full_path()
    digest = hash_request(route.method, address, call.request.body)
    try:
        row, is_new = claim_key(user=call.user, key=key, request_sha256=digest)
    except OtherRequest as error:
        raise refused(str(error), Fault(str(error), "header", KEY_HEADER)) from error
    if not is_new:
        refuse_outdated(call, row.made_at)
        headers = {**row.headers, "Idempotent-Replay": "true"}
        return plain(row.body, row.status, headers)
    response = respond(route.view(call))
    headers = {name: response.headers[name] for name in KEPT if name in response.headers}
    assert isinstance(response, HttpResponse)
    body = response.content.decode()
    keep_answer(row=row, status=response.status_code, headers=headers, body=body)
    return response


def refuse_outdated(call: Call[Any, Any], made_at: datetime) -> None:
    """What was answered once is not told to whoever may not ask for it any more: strangers now,
    and people whose roles in the study ended since. Raises as the study's door does."""
    if "study_id" not in call.ids:
        return
    fetch_standing(call.user, call.study_id, Act.SEE_STUDY)
    if lost_a_role(call.user, call.study_id, since=made_at):
        detail = "This was answered before your role in the study changed. Ask with a new key."
        raise Problem(403, "not-allowed", detail)


KEPT = ("Content-Type", "ETag", "Location")


def respond(answer: Answer | HttpResponseBase) -> HttpResponseBase:
    """An Answer as a response; what is a response already stays one."""
    if not isinstance(answer, Answer):
        return answer
    body = "" if answer.data is None else json.dumps(answer.data, cls=Encoder, ensure_ascii=False)
    tag = answer.etag or hashlib.sha256(body.encode()).hexdigest()[:32]
    return plain(body, answer.status, {"ETag": f'"{tag}"', **answer.headers})


def plain(body: str, status: int, headers: dict[str, str]) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type=JSON)
    for name, value in headers.items():
        response.headers[name] = value
    if status == 204:
        del response.headers["Content-Type"]
    return response


def finished(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """304 where the asker has it already."""
    response.headers["Vary"] = "Authorization"
    tag = response.headers.get("ETag", "").strip('"')
    is_read = request.method in ("GET", "HEAD") and response.status_code == 200
    if is_read and tag and {tag, "*"} & set(read_tags(request.headers.get("If-None-Match", ""))):
        return HttpResponse(status=304, headers={"ETag": f'"{tag}"', "Vary": "Authorization"})
    return response


def not_allowed(allowed: Sequence[str]) -> HttpResponse:
    methods = ", ".join(allowed)
    detail = f"This address knows {methods} only."
    return Problem(405, "method-not-allowed", detail, headers={"Allow": methods}).answer()


@csrf_exempt
@login_not_required
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 for whatever else is asked for below /api/."""
    detail = "There is nothing at this address. /api/v1/openapi.json lists all there are."
    return Problem(404, "not-found", detail).answer()
