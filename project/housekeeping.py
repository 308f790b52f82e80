"""Django's admin with our own front door. Its pages are in annotations/admin."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache


class Housekeeping(AdminSite):
    """For site admins only: superusers who are staff. They sign in where everybody does."""

    site_header = "Sourcemark: housekeeping"
    site_title = "Sourcemark"
    index_title = "Look things up"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_staff and getattr(user, "is_superuser", False))

    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Whoever is signed in and stands here may not enter; the others sign in first."""
        asked = request.GET.get("next", "")
        here = resolve_url("admin:index")
        to = asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}) else here
        if self.has_permission(request):
            return HttpResponseRedirect(to)  # redirect() would take a word for a view's name
        if request.user.is_authenticated:
            raise PermissionDenied("Housekeeping is for site admins.")
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': to})}")


class HousekeepingConfig(AdminConfig):
    default_site = "project.housekeeping.Housekeeping"
