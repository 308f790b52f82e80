"""Articles and how they came in. The text is shown, never changed."""

import uuid
from collections.abc import Sequence

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from annotations.accounts.models import User
from annotations.corpus.actions import bin_article, restore_article
from annotations.corpus.models import Article, Import
from annotations.study.models import Study
from annotations.text.refusal import Refusal

from .site import ReadOnlyAdmin

PAGES = (("Article", "corpus:article"), ("Adjudication", "curation:adjudicate"))


@admin.action(description="Put into the bin: nothing of it or of its marks is lost")
def put_away(model_admin: "ArticleAdmin", request: HttpRequest, chosen: QuerySet[Article]) -> None:
    assert isinstance(request.user, User)
    articles = list(chosen.filter(deleted_at=None).select_related("study"))
    for article in articles:
        bin_article(article=article, actor=request.user)
    messages.success(request, f"In the bin: {len(articles)}.")


@admin.action(description="Bring back from the bin")
def restore(model_admin: "ArticleAdmin", request: HttpRequest, chosen: QuerySet[Article]) -> None:
    assert isinstance(request.user, User)
    n_back = 0
    for article in chosen.exclude(deleted_at=None).select_related("study"):
        try:
            restore_article(article=article, actor=request.user)
            n_back += 1
        except Refusal as refusal:
            messages.error(request, f"“{article}”: {refusal}")
    messages.success(request, f"Back: {n_back}.")


@admin.register(Article)
class ArticleAdmin(ReadOnlyAdmin):
    list_display = ("title", "study", "outlet", "published_on", "n_words", "deleted_at", "pages")
    list_filter = ("study", ("deleted_at", admin.EmptyFieldListFilter))
    search_fields = ("title",)
    search_help_text = "Words of a title, or an exact id, event or SHA-256 of a text."
    ordering = ("study_id", "title__lower", "id")
    exclude = ("blocks", "sentences")
    actions = (put_away, restore)
    is_content = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        rows = super().get_queryset(request)
        return rows.defer("text", "blocks", "sentences")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        """By indexes only: whatever is exactly what was typed comes first, else words of titles."""
        exact = queryset.filter(exactly(search_term.strip()))
        if search_term and exact.order_by().exists():
            return exact, False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="In the app")
    def pages(self, article: Article) -> SafeString:
        if article.deleted_at is not None:
            return SafeString("–")
        where = [article.study_id, article.pk]
        return format_html_join(" · ", '<a href="{}">{}</a>', links(where))

    def view_on_site(self, article: Article) -> str | None:
        where = [article.study_id, article.pk]
        return None if article.deleted_at else reverse("corpus:article", args=where)


def exactly(told: str) -> Q:
    try:
        return Q(pk=uuid.UUID(told))
    except ValueError:
        known = Q(text_sha256=told.lower()) if len(told) == 64 else Q(event=told)
        return Q(study__in=Study.objects.order_by().values("pk")) & known


def links(where: Sequence[object]) -> list[tuple[str, str]]:
    """(address, title) of the pages of an article, in the rooms that are there."""
    found = []
    for title, view in PAGES:
        try:
            found.append((reverse(view, args=where), title))
        except NoReverseMatch:
            continue
    return found


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ("study", "state", "created_by", "created_at", "n_records", "n_done")
    list_filter = ("state", "study")
    search_fields = ("study__name", "message")

    def view_on_site(self, each: Import) -> str:
        return reverse("corpus:import_show", args=[each.study_id, each.pk])
