"""Sign-in, sign-out, passwords."""

from django.urls import include, path

urlpatterns = [path("", include("allauth.account.urls"))]
