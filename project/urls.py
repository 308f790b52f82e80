"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from project.errors import bad_request_told, forbidden, healthz, readyz, server_error, too_many
from project.metrics import metrics

handler400 = bad_request_told
handler403 = forbidden
handler429 = too_many
handler500 = server_error
urlpatterns = [
    path("", include("annotations.urls")),
    path("accounts/", include("annotations.accounts.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
]
