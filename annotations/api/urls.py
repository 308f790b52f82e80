"""Addresses of the programming interface: one for each path in the table of routes."""

import re

from django.urls import path, re_path

from . import views
from .calls import ROUTES, Route
from .serving import nothing_here, serve
from .views.file import openapi

assert views.__all__
app_name = "api"


def pattern(route_path: str) -> str:
    """ "/studies/{study_id}" as Django writes it."""

    def converted(found: re.Match[str]) -> str:
        return f"<int:{found[1]}>" if found[1] == "number" else f"<uuid:{found[1]}>"

    return "api/v1" + re.sub(r"{(\w+)}", converted, route_path)


def by_path() -> dict[str, list[Route]]:
    found: dict[str, list[Route]] = {}
    for each in ROUTES:
        found.setdefault(each.path, []).append(each)
    return found


urlpatterns = [
    path("api/v1/openapi.json", openapi, name="openapi"),
    *(path(pattern(at), serve(each), name=each[0].name) for at, each in by_path().items()),
    re_path(r"^api/(?P<rest>[\s\S]*)$", nothing_here, name="nothing_here"),
]
