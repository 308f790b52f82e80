"""What the pages of housekeeping share."""

from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from annotations.accounts.models import User
from annotations.accounts.queries import has_second_factor
from annotations.study.actions import record
from annotations.study.models import Membership, Study

MOST_COUNTED = 10_000
WITHOUT_FACTOR = (
    "Rows of studies that ask for a second factor are not shown until your sign-in has one."
)


class BoundedPaginator(Paginator[Any]):
    """Counts no further than anybody would turn pages: history has millions of rows."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows.order_by()[:MOST_COUNTED].count() if isinstance(rows, QuerySet) else len(rows)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Look up, search, filter; no adding, changing or deleting.

    Every related row that a list shows comes along in the one query. `is_content` marks what a
    site admin is not meant to read without leaving a trace.
    """

    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    is_content = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All rows but those of studies that ask for a second factor of whoever has none."""
        rows = super().get_queryset(request)
        path = study_path(self.model)
        if path is None or has_factor(request):
            return rows
        kept = list(
            Study.objects.filter(second_factor=True).order_by().values_list("pk", flat=True)
        )
        return rows.exclude(**{f"{path}pk__in": kept}) if kept else rows

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        kept = study_path(self.model) is not None and not has_factor(request)
        if kept and Study.objects.filter(second_factor=True).exists():
            messages.warning(request, WITHOUT_FACTOR)
        return super().changelist_view(request, extra_context)

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        shown = (self._field(str(name)) for name in self.get_list_display(request))
        return [field.name for field in shown if isinstance(field, ForeignKey)]

    def _field(self, name: str) -> "Field[Any, Any] | None":
        return next((each for each in self.opts.fields if each.name == name), None)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        shown = self.get_object(request, object_id) if self.is_content else None
        if shown is not None and response.status_code == 200:
            note_look(request, shown)
        return response


def study_path(model: type[Model]) -> str | None:
    """How a filter gets from a row to its study; None for rows of no study."""
    if model is Study:
        return ""
    named = any(field.name == "study" for field in model._meta.concrete_fields)
    return "study__" if named else None


def has_factor(request: HttpRequest) -> bool:
    """Asked once a request: the database is."""
    if not hasattr(request, "_has_factor"):
        assert isinstance(request.user, User)
        request._has_factor = has_second_factor(request.user)  # type: ignore[attr-defined]
    return bool(request._has_factor)  # type: ignore[attr-defined]


def note_look(request: HttpRequest, row: Model) -> None:
    """A site admin's look into a study they do not belong to is on record."""
    assert isinstance(request.user, User)
    study = getattr(row, "study", None)
    mine = Membership.objects.current().filter(study=study, user=request.user)
    if study is not None and not mine.exists():
        noun = row._meta.model_name
        record(study=study, actor=request.user, action=f"{noun}.looked_at", subject=row)


def link(url: str, words: str = "Open") -> SafeString:
    """To the page in the app where the row is worked with."""
    return format_html('<a href="{}">{}</a>', url, words)
