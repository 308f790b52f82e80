"""Addresses of the marking room."""

from django.urls import URLPattern, path

from . import views

app_name = "marking"
ARTICLE = "studies/<uuid:study_id>/articles/<uuid:article_id>/"
MARK = f"{ARTICLE}mark/"
urlpatterns: list[URLPattern] = [
    path(MARK, views.page, name="page"),
    path(f"{MARK}ops", views.ops, name="ops"),
    path(f"{MARK}time", views.time, name="time"),
    path(f"{MARK}submit", views.submit, name="submit"),
    path(f"{MARK}next", views.next_article, name="next"),
    path(f"{MARK}entities", views.entities, name="entities"),
    path(f"{MARK}codebook", views.codebook, name="codebook"),
    path(f"{MARK}history/", views.history, name="history"),
    path(f"{MARK}history/restore", views.restore, name="restore"),
    path(f"{MARK}sentences/", views.sentences, name="sentences"),
    path(f"{ARTICLE}marks/<uuid:assignment_id>/", views.reading, name="reading"),
    path(
        "studies/<uuid:study_id>/codebook/labels/<uuid:label_id>/merge/",
        views.merge_label,
        name="merge_label",
    ),
    path(
        f"{ARTICLE}marks/<uuid:assignment_id>/history/",
        views.reading_history,
        name="reading_history",
    ),
]
