"""The OpenAPI file is what the routes say, and is served as it lies there."""

import json

from django.test import Client

from annotations.api.calls import ROUTES
from annotations.api.describing import as_file
from annotations.api.views.file import FILE


def test_the_file_says_what_the_routes_say() -> None:
    """If not: manage.py openapi --write"""
    assert FILE.read_text(encoding="utf-8") == as_file()


def test_it_is_served_to_anybody_and_only_once() -> None:
    first = Client().get("/api/v1/openapi.json")
    assert (first.status_code, first["Content-Type"]) == (200, "application/json")
    assert json.loads(first.content) == json.loads(as_file())
    again = Client(headers={"If-None-Match": first["ETag"]}).get("/api/v1/openapi.json")
    assert (again.status_code, again.content) == (304, b"")


def test_every_operation_has_its_own_name_and_says_what_it_does() -> None:
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    assert [route.name for route in ROUTES if not route.summary.endswith(".")] == []
