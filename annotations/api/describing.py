"""The OpenAPI 3.1 file, made from the table of routes."""

import json
import re
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from annotations.accounts.models import Scope

from . import views
from .calls import JSON, ROUTES, Route
from .problems import CONTENT_TYPE
from .reading import KEY_HEADER
from .shapes.pages import ProblemShape

assert views.__all__  # importing them has filled the table
BASE = "/api/v1"
REF = "#/components/schemas/{model}"
EVERYWHERE = (400, 401, 403, 429, 503)  # and 413, 415, 422 where there is a body
WHAT = {
    304: "You have it already (If-None-Match).",
    400: "The request is not as it must be; errors name field and position.",
    401: "No token, or one that opens nothing.",
    403: "The token's scope, your role or your own open work does not allow it.",
    404: "There is no such thing for you.",
    409: "It does not go with what is there now.",
    410: "All of it was removed in the meantime.",
    412: "It was changed meanwhile: If-Match names an older state.",
    413: "Too much for one request.",
    415: "The body is not JSON by its Content-Type.",
    422: "Readable, but it cannot be done: errors say why, and where.",
    428: "Say with If-Match which state you mean.",
    429: "Too many requests; Retry-After says when to go on.",
    503: "The database does not answer; Retry-After says when to go on.",
}
REFUSALS = set(WHAT) - {304}
INTRO = """\
Marks of who answers for the words of news articles. A token, made on the page “Tokens for
programs”, acts in its person's name: with the rights of their roles, cut to its scopes.
Offsets are Unicode code points into an article's stored text, 0-based, the end exclusive.
Every POST needs an Idempotency-Key: the same key with the same request is carried out once and
answered alike for 72 hours. Reading answers bear an ETag. Lists are paged by `limit` and
`cursor`; follow `next`. Refusals are application/problem+json."""
HEADERS: dict[str, Any] = {
    "ETag": {"description": "Names this state.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How to sign in.", "schema": {"type": "string"}},
    "Link": {"description": "The next page, if there is one.", "schema": {"type": "string"}},
}


def describe() -> dict[str, Any]:
    shapes, definitions = schemas()
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sourcemark", "version": "1", "description": INTRO},
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in dict.fromkeys(route.about for route in ROUTES)],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {f"Problem{status}": problem(status) for status in sorted(REFUSALS)},
            "schemas": definitions,
        },
    }


def as_file() -> str:
    return json.dumps(describe(), ensure_ascii=False, indent=1) + "\n"


Shapes = dict[type[BaseModel], Any]


def schemas() -> tuple[Shapes, dict[str, Any]]:
    """Each shape's reference, and all definitions."""
    used: set[type[BaseModel]] = {ProblemShape}
    for route in ROUTES:
        used |= {shape for shape in (route.body, route.answer) if shape}
    asked: list[Any] = [(each, "validation") for each in sorted(used, key=str)]
    references, told = models_json_schema(asked, ref_template=REF)
    definitions = {name: bare(each) for name, each in sorted(told["$defs"].items())}
    return {each: references[each, "validation"] for each in used}, definitions


def bare(schema: Any) -> Any:
    """Without the titles that are only the names of members, spelt otherwise."""
    if isinstance(schema, list):
        return [bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "properties":
            kept[name] = {inner: bare(each) for inner, each in value.items()}
        elif name == "description":
            kept[name] = " ".join(value.split())
        elif name != "title" or not isinstance(value, str):
            kept[name] = bare(value)
    return kept


def operation(route: Route, shapes: Shapes) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": f"Needs the scope `{route.scope.value}`: {Scope(route.scope).label}.",
        "tags": [route.about],
        "parameters": [*in_path(route), *in_query(route), *in_headers(route)],
        "responses": responses(route, shapes),
    }
    if route.body:
        content = {JSON: {"schema": shapes[route.body]}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": of_name(name)}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def of_name(name: str) -> dict[str, Any]:
    if name == "number":
        return {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
    return {"type": "string", "format": "uuid"}


def in_query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    _, told = models_json_schema([(route.query, "validation")], ref_template="{model}")
    (schema,) = told["$defs"].values()
    return [
        {"name": name, "in": "query", "required": False, "schema": bare(each)}
        | ({"style": "form", "explode": True} if each.get("type") == "array" else {})
        for name, each in schema["properties"].items()
    ]


def in_headers(route: Route) -> list[dict[str, Any]]:
    text = {"type": "string", "maxLength": 200}
    key = {**text, "minLength": 1, "pattern": "^[!-~]+$"}
    tag = {"type": "string"}  # what names no state is looked past, or answered by 412
    found = []
    if route.is_write:
        found.append(header(KEY_HEADER, "Chosen anew for each request.", key, route.needs_key))
    elif route.media == JSON:
        found.append(header("If-None-Match", "An ETag that you have.", tag, False))
    if route.if_match:
        found.append(header("If-Match", "The ETag of the state that you mean.", tag, False))
    return found


def header(name: str, words: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": words,
        "schema": schema,
    }


def responses(route: Route, shapes: Shapes) -> dict[str, Any]:
    refusals = {*EVERYWHERE, *route.refuses}
    if "{" in route.path:
        refusals.add(404)
    if route.body:
        refusals |= {413, 415, 422}
    if route.is_write or (route.query and "cursor" in route.query.model_fields):
        refusals.add(422)
    if route.if_match:
        refusals.add(412)
    found = {
        str(status): success(route, status, shapes) for status in (route.status, *route.answers)
    }
    if not route.is_write and route.media == JSON:
        found["304"] = {"description": WHAT[304]}
    for status in sorted(refusals):
        if str(status) in found:  # the same status with the usual shape: either may come
            refusal = problem(status)
            refusal["content"] |= found[str(status)]["content"]
            found[str(status)] = refusal
        else:
            found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return dict(sorted(found.items()))


def success(route: Route, status: int, shapes: Shapes) -> dict[str, Any]:
    told: dict[str, Any] = {"description": WHAT.get(status, HTTPStatus(status).phrase)}
    if status == 204:
        return told
    schema = shapes[route.answer] if route.answer else {"type": "string"}
    told["content"] = {route.media: {"schema": schema}}
    if route.media == JSON:
        told["headers"] = {"ETag": HEADERS["ETag"]}
        if route.query is not None and "cursor" in route.query.model_fields:
            told["headers"]["Link"] = HEADERS["Link"]
    return told


def problem(status: int) -> dict[str, Any]:
    reference = {"$ref": REF.format(model=ProblemShape.__name__)}
    told: dict[str, Any] = {
        "description": WHAT[status],
        "content": {CONTENT_TYPE: {"schema": reference}},
    }
    if status in (429, 503):
        told["headers"] = {"Retry-After": HEADERS["Retry-After"]}
    if status == 401:
        told["headers"] = {"WWW-Authenticate": HEADERS["WWW-Authenticate"]}
    return told
