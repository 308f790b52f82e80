"""Addresses of the curation room."""

from django.urls import URLPattern, path

from . import views

app_name = "curation"
STUDY = "studies/<uuid:study_id>/gold/"
ARTICLE = "studies/<uuid:study_id>/articles/<uuid:article_id>/gold/"
urlpatterns: list[URLPattern] = [
    path(ARTICLE, views.adjudicate, name="adjudicate"),
    path(f"{ARTICLE}ops", views.ops, name="ops"),
    path(f"{ARTICLE}close", views.close, name="close"),
    path(f"{ARTICLE}reopen", views.reopen, name="reopen"),
    path(f"{ARTICLE}names", views.names, name="names"),
    path(f"{ARTICLE}cases/<uuid:case_id>/", views.case, name="case"),
    path(STUDY, views.queue, name="queue"),
    path(f"{STUDY}next", views.next_case, name="next"),
]
