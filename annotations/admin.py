"""Housekeeping for site admins: everything can be looked up, little can be changed.

Studies are run on their own pages, where acts are recorded; here rows are read-only, so that
no page goes round history or changes what is fixed. Accounts are deactivated, never deleted.
"""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from . import models

admin.site.site_header = "Sourcemark: housekeeping"
admin.site.site_title = "Sourcemark"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)  # roles are given per study, not by groups


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Look up, search, filter; no adding, changing or deleting."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.action(description="Deactivate the chosen accounts (their work stays)")
def deactivate(
    model_admin: "AccountAdmin", request: HttpRequest, accounts: QuerySet[models.User]
) -> None:
    others = accounts.exclude(username=request.user.get_username())
    models.Session.objects.filter(user__in=others).delete()
    count = others.update(is_active=False)
    messages.success(request, f"{count} accounts deactivated.")


@admin.register(models.User)
class AccountAdmin(UserAdmin[models.User]):
    list_display = ("username", "display_name", "email", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username", "display_name", "email")
    actions = (deactivate,)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("display_name", "email", "theme")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = (
        (None, {"fields": ("username", "email", "display_name", "password1", "password2")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def register(model: type[Model], *columns: str, **options: Any) -> None:
    admin.site.register(
        model,
        type(
            f"{model.__name__}Admin",
            (ReadOnlyAdmin,),
            {
                "list_display": columns,
                **options,
            },
        ),
    )


register(models.Study, "name", "created_by", "created_at", "deleted_at", search_fields=("name",))
register(
    models.Membership,
    "user",
    "study",
    "role",
    "started_at",
    "ended_at",
    search_fields=("user__username", "study__name"),
    list_filter=("role",),
    list_select_related=("user", "study"),
)
register(
    models.Round, "name", "study", "purpose", "comparison_opened_at", list_select_related=("study",)
)
register(
    models.Label,
    "name",
    "study",
    "slug",
    "key",
    "archived_at",
    search_fields=("name", "study__name"),
    list_select_related=("study",),
)
register(
    models.CodebookVersion,
    "number",
    "study",
    "reason",
    "created_by",
    "created_at",
    list_select_related=("study", "created_by"),
)
register(models.Outlet, "name", "study", search_fields=("name",), list_select_related=("study",))


@admin.register(models.Article)
class ArticleAdmin(ReadOnlyAdmin):
    list_display = ("title", "study", "outlet", "published_on", "n_words", "deleted_at")
    search_fields = ("title", "text_sha256")
    list_select_related = ("study", "outlet")
    exclude = ("blocks", "sentences")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Article]:
        return models.Article.objects.light()


register(
    models.Assignment,
    "annotator",
    "article",
    "study",
    "state",
    "submitted_at",
    search_fields=("annotator__username", "article__title"),
    list_filter=("state",),
    list_select_related=("annotator", "article", "study"),
)
register(
    models.Import,
    "study",
    "state",
    "created_by",
    "created_at",
    "n_records",
    list_filter=("state",),
    list_select_related=("study", "created_by"),
)
register(
    models.AuditEntry,
    "at",
    "study",
    "actor",
    "action",
    "subject_name",
    search_fields=("action", "subject_name", "actor__username"),
    list_select_related=("study", "actor"),
)
