"""NUL, which no text on the site can hold, is refused in an address before anything reads it.

SQLite searches for it and finds nothing; PostgreSQL fails.
"""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class NulInAddress(BadRequest):
    """The address holds a character that no text can hold: NUL, written %00. Take it out."""


def refusing_nul(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, before anything that asks the database."""

    def answered(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info or "\0" in query or "%00" in query:
            raise NulInAddress(str(NulInAddress.__doc__))
        return get_response(request)

    return answered
