"""Addresses of a study's articles and imports."""

from django.urls import include, path

from .views import articles, imports, regions

app_name = "corpus"

import_urls = [
    path("", imports.new, name="import"),
    path("paste/", imports.paste, name="import_paste"),
    path("<uuid:import_id>/", imports.show, name="import_show"),
    path("<uuid:import_id>/store/", imports.store, name="import_store"),
    path("<uuid:import_id>/cancel/", imports.cancel, name="import_cancel"),
    path("<uuid:import_id>/progress/", imports.progress, name="import_progress"),
]
article_urls = [
    path("", articles.article, name="article"),
    path("edit/", articles.edit, name="article_edit"),
    path("original/", articles.original, name="article_original"),
    path("bin/", articles.put_away, name="article_bin"),
    path("restore/", articles.restore, name="article_restore"),
    path("regions/", regions.mark, name="regions"),
    path("regions/sentences/", regions.sentences, name="region_sentences"),
    path("regions/<uuid:region_id>/unmark/", regions.unmark, name="region_unmark"),
]
urlpatterns = [
    path("studies/<uuid:study_id>/articles/", articles.articles, name="articles"),
    path("studies/<uuid:study_id>/articles/bin/", articles.binned, name="articles_bin"),
    path("studies/<uuid:study_id>/articles/import/", include(import_urls)),
    path("studies/<uuid:study_id>/articles/<uuid:article_id>/", include(article_urls)),
]
