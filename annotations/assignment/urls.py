"""Addresses of the assignment room."""

from django.urls import URLPattern

app_name = "assignment"
urlpatterns: list[URLPattern] = []
