"""What happens beyond what the site can do: who waited too long is told so at once.

A request that has waited for a thread longer than PATIENCE is answered 503 with Retry-After, at
a hundredth of the cost of what it asked for, so that the queue becomes short again and those who
come after are served in time. A browser's queue keeps what it could not save, and sends it again.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template import loader

from project.waiting import waited

PATIENCE = 4.0  # seconds
RETRY_AFTER = "5"  # seconds
ALWAYS_ANSWERED = {"/healthz", "/readyz", "/metrics"}


class OverloadMiddleware:
    """Before anything that asks the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if waited() > PATIENCE and request.path not in ALWAYS_ANSWERED:
            page = loader.render_to_string("503_busy.html")
            busy = HttpResponse(page, status=503, headers={"Retry-After": RETRY_AFTER})
            busy._has_been_logged = True  # type: ignore[attr-defined] # by the hundred; see /metrics
            return busy
        return self.get_response(request)
