"""Addresses of what goes out of a study and comes into it."""

from django.urls import include, path

from .views import exports, imports, studies

app_name = "exchange"

export_urls = [
    path("", exports.new, name="export"),
    path("<uuid:export_id>/", exports.show, name="export_show"),
    path("<uuid:export_id>/progress/", exports.progress, name="export_progress"),
    path("<uuid:export_id>/file/", exports.download, name="export_file"),
    path("<uuid:export_id>/remove/", exports.remove, name="export_remove"),
]
import_urls = [
    path("", imports.new, name="import"),
    path("<uuid:import_id>/", imports.show, name="import_show"),
    path("<uuid:import_id>/store/", imports.store, name="import_store"),
    path("<uuid:import_id>/cancel/", imports.cancel, name="import_cancel"),
    path("<uuid:import_id>/progress/", imports.progress, name="import_progress"),
]
study_import_urls = [
    path("", studies.new, name="study_import"),
    path("<uuid:import_id>/", studies.show, name="study_import_show"),
    path("<uuid:import_id>/progress/", studies.progress, name="study_import_progress"),
]
urlpatterns = [
    path("studies/new/from-file/", include(study_import_urls)),
    path("studies/<uuid:study_id>/export/", include(export_urls)),
    path("studies/<uuid:study_id>/marks/import/", include(import_urls)),
]
