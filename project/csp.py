"""Content Security Policy under Django 6's names; on Django 6 its own modules take this place."""

import secrets
from collections.abc import Callable, Mapping
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty

HEADER = "Content-Security-Policy"


class CSP(StrEnum):
    SELF = "'self'"
    NONE = "'none'"
    NONCE = "<CSP_NONCE_SENTINEL>"


class LazyNonce(SimpleLazyObject):  # type: ignore[type-arg]  # no generic at run time
    """A nonce that is made when a template first prints it, and is false until then."""

    def __init__(self) -> None:
        super().__init__(lambda: secrets.token_urlsafe(16))

    def __bool__(self) -> bool:
        return self._wrapped is not empty


def build_policy(config: Mapping[str, list[str]], nonce: LazyNonce | None = None) -> str:
    """The header's value; the nonce source is named only where the page used the nonce."""
    source = f"'nonce-{nonce}'" if nonce else ""
    parts = (
        " ".join([name, *filter(None, (v.replace(CSP.NONCE, source) for v in values))])
        for name, values in config.items()
    )
    return "; ".join(parts)


class ContentSecurityPolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.without_nonce = build_policy(settings.SECURE_CSP)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = LazyNonce()
        request._csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        if HEADER not in response.headers:
            policy = build_policy(settings.SECURE_CSP, nonce) if nonce else self.without_nonce
            response.headers[HEADER] = policy
        return response


def csp(request: HttpRequest) -> dict[str, object]:
    """Context processor: `csp_nonce` for templates."""
    return {"csp_nonce": getattr(request, "_csp_nonce", "")}
