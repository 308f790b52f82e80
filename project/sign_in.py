"""Nobody gets past without signing in, unless a view says so (@login_not_required)."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


def wants_json(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return request.content_type == "application/json" or accepted.startswith("application/json")


class SignInMiddleware(LoginRequiredMiddleware):
    """Answers the signed-out by kind of request: page, htmx swap, or JSON."""

    def handle_no_permission(  # type: ignore[override]  # Django names its own answer, a redirect
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        login = resolve_url(self.get_login_url(view_func))
        htmx = getattr(request, "htmx", None)
        if isinstance(htmx, HtmxDetails) and htmx:
            page = htmx.current_url_abs_path or "/"
            return HttpResponseClientRedirect(f"{login}?{urlencode({'next': page})}")
        if wants_json(request):
            return JsonResponse({"login": login}, status=401)
        return super().handle_no_permission(request, view_func)
