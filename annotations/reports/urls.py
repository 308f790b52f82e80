"""Addresses of the report room."""

from django.urls import path

from . import views

app_name = "reports"
base = "studies/<uuid:study_id>/agreement/"
urlpatterns = [
    path(base, views.agreement, name="agreement"),
    path(f"{base}passages/", views.passages, name="passages"),
    path(f"{base}table/<slug:name>.<slug:form>", views.table, name="table"),
    path(f"{base}methods.txt", views.methods, name="methods"),
    path(f"{base}articles/<uuid:article_id>/", views.article, name="article"),
    path(f"{base}articles/<uuid:article_id>/columns/", views.columns, name="columns"),
    path(f"{base}compare/", views.compare, name="compare"),
    path(f"{base}reports/", views.make, name="make"),
    path(f"{base}reports/<uuid:report_id>/", views.report, name="report"),
    path(f"{base}reports/<uuid:report_id>/progress/", views.progress, name="progress"),
    path(f"{base}reports/<uuid:report_id>/again/", views.again, name="again"),
    path(
        f"{base}reports/<uuid:report_id>/table/<slug:name>.<slug:form>",
        views.report_table,
        name="report_table",
    ),
    path(
        f"{base}reports/<uuid:report_id>/methods.txt", views.report_methods, name="report_methods"
    ),
    path(f"{base}reports/<uuid:report_id>/print/", views.report_print, name="report_print"),
]
