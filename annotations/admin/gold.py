"""Adjudications and their rulings: looked up here, decided on their own pages."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from annotations.curation.models import Adjudication, Ruling

from .site import ReadOnlyAdmin, link

HEAVY = ("article__text", "article__blocks", "article__sentences")


@admin.register(Adjudication)
class AdjudicationAdmin(ReadOnlyAdmin):
    list_display = ("article", "study", "state", "rev", "n_versions", "closed_at", "page")
    list_filter = ("state", "study")
    search_fields = ("article__title", "study__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Adjudication]:
        rows = super().get_queryset(request)
        return rows.select_related("article", "study").defer(*HEAVY)

    @admin.display(description="In the app")
    def page(self, each: Adjudication) -> SafeString:
        return link(self.view_on_site(each), "Adjudication")

    def view_on_site(self, each: Adjudication) -> str:
        return reverse("curation:adjudicate", args=[each.study_id, each.article_id])


@admin.register(Ruling)
class RulingAdmin(ReadOnlyAdmin):
    list_display = ("at", "study", "user", "kind", "status", "rev")
    list_filter = ("kind", "status")
    search_fields = ("=op_id", "=case_id", "user__username")
    ordering = ("-id",)
    is_content = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ruling]:
        return super().get_queryset(request).defer("before", "after", "asked", "result")
