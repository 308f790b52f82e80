"""The rooms' addresses. Each room names its own: `study:people`, `corpus:articles`, …"""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("annotations.marking.urls")),  # first, for every save looks here
    path("", include("annotations.study.urls")),
    path("", include("annotations.corpus.urls")),
    path("", include("annotations.assignment.urls")),
    path("", include("annotations.curation.urls")),
    path("", include("annotations.reports.urls")),
    path("", include("annotations.exchange.urls")),
    path("", include("annotations.api.urls")),
]
