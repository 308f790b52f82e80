"""Who did what, and what ran in the background: to be read only."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult

from annotations.marking.models import Operation
from annotations.study.models import AuditEntry

from .site import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "study", "actor", "action", "subject_name")
    list_filter = ("study",)
    search_fields = ("action", "subject_name", "actor__username")
    date_hierarchy = None

    def view_on_site(self, each: AuditEntry) -> str:
        return reverse("study:history", args=[each.study_id])


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """`at` is stamped by the server; a search goes by an exact id, as scripts report it."""

    list_display = ("at", "study", "user", "kind", "target_type", "status", "rev")
    list_filter = ("kind", "target_type", "status")
    search_fields = ("=op_id", "=target_id", "user__username")
    ordering = ("-id",)
    is_content = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        return super().get_queryset(request).defer("before", "after", "asked", "result")


@admin.register(LogEntry)
class HousekeepingEntryAdmin(ReadOnlyAdmin):
    """What was done on these pages."""

    list_display = ("action_time", "user", "content_type", "object_repr", "change_message")
    list_filter = ("action_flag",)
    search_fields = ("object_repr", "user__username")


# Theirs looks up the function behind each name, which may be gone.
assert admin.site._registry[DBTaskResult].__class__ is DBTaskResultAdmin
admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class BackgroundRunAdmin(ReadOnlyAdmin):
    """What ran outside of requests: imports, reports, long sums. Its name as it was queued."""

    list_display = ("id", "task_path", "status", "enqueued_at", "started_at", "finished_at")
    list_filter = ("status", "queue_name")
    search_fields = ("task_path", "=id")
    ordering = ("-enqueued_at",)
