"""Headers that Django has no setting for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from project.logs import SECRET

PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"

SECRETS = "/accounts/second-factor/"  # codes and keys, which no browser should keep on its disk


class SecurityHeadersMiddleware:
    """No device access for pages, no reading of our answers by other sites, no shared caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if SECRET.match(request.path):  # nor may the log of a proxy tell where its files were named
            response.headers["Referrer-Policy"] = "strict-origin"
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.path.startswith(SECRETS):
            response.headers["Cache-Control"] = "no-store, private"
        # Static files set their own; a page with a person's work is asked for again each time.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
