"""Every address of the site, and which of them may write."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver

from annotations.api.calls import ROUTES

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def addresses() -> Iterator[tuple[str, Any]]:
    """(name with its namespaces, view) of each."""

    def walk(resolver: Any, spaces: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLPattern):
                yield ":".join([*spaces, entry.name or str(entry.pattern)]), entry.callback
            else:
                yield from walk(entry, (*spaces, entry.namespace) if entry.namespace else spaces)

    yield from walk(get_resolver(), ())


def methods(view: Any) -> set[str] | None:
    """What Django's require_http_methods lets through; None where nothing says so."""
    while view is not None:
        for cell in view.__closure__ or ():
            held = cell.cell_contents
            if isinstance(held, list | tuple | set | frozenset) and "GET" in held:
                return set(held)
            if isinstance(held, list | tuple | set | frozenset) and WRITES & {*map(str, held)}:
                return set(map(str, held))
        view = getattr(view, "__wrapped__", None)
    return None


def writing_routes() -> set[str]:
    """Those that take a writing method, or do not say what they take; of the programming
    interface each method on each path, by its own table."""
    views = list(addresses())  # loads them, which fills the table
    of_programs = {f"api:{each.name}": each.method for each in ROUTES}
    found = [(name, methods(view)) for name, view in views if name not in of_programs]
    pages = {name for name, taken in found if taken is None or taken & WRITES}
    return pages | {name for name, method in of_programs.items() if method in WRITES}
