"""Codebooks: their versions never change, and the rows of today change on the codebook's pages."""

from django.contrib import admin
from django.urls import reverse

from annotations.study.models import CodebookVersion, Label, Rule

from .site import ReadOnlyAdmin


@admin.register(CodebookVersion)
class CodebookVersionAdmin(ReadOnlyAdmin):
    list_display = ("study", "number", "reason", "created_by", "created_at")
    list_filter = ("study",)
    search_fields = ("reason", "study__name")

    def view_on_site(self, each: CodebookVersion) -> str:
        return reverse("study:codebook_version", args=[each.study_id, each.number])


@admin.register(Label)
class LabelAdmin(ReadOnlyAdmin):
    list_display = ("name", "study", "slug", "key", "tag", "archived_at")
    list_filter = ("study", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "slug", "study__name")

    def view_on_site(self, each: Label) -> str:
        return reverse("study:codebook_label", args=[each.study_id, each.pk])


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    list_display = ("name", "title", "label", "study", "archived_at")
    list_filter = ("study", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "title", "text", "study__name")

    def view_on_site(self, each: Rule) -> str:
        return reverse("study:codebook_rule", args=[each.study_id, each.pk])
