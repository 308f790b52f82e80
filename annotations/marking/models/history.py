"""Every change asked for, with its answer: what makes a retried save the same save."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.assignment.models import Assignment
from annotations.study.models import Study


class OperationKind(models.TextChoices):
    ADD = "add", "added"
    SET = "set", "changed"
    DEL = "del", "removed"
    RESTORE = "restore", "brought back"


class OperationTarget(models.TextChoices):
    SPAN = "span", "span"
    LINK = "link", "link"
    ENTITY = "entity", "entity"


class OperationStatus(models.TextChoices):
    APPLIED = "applied", "Applied"
    SAME = "same", "Already there"
    GONE = "gone", "Already removed"
    CONFLICT = "conflict", "Changed elsewhere"
    INVALID = "invalid", "Refused"
    HELD = "held", "Kept, not applied"  # arrived after submission


class Operation(models.Model):
    """One change of one mark: who, when, before, after, and the answer that was given.

    Append-only: the database refuses UPDATE and DELETE. `rev` is the assignment's revision
    after an applied operation; it is None for the others.
    """

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="operations")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="operations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="operations"
    )
    op_id = models.UUIDField()  # made by the browser
    tab = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=OperationKind)
    target_type = models.CharField(max_length=8, choices=OperationTarget)
    target_id = models.UUIDField()
    status = models.CharField(max_length=8, choices=OperationStatus)
    rev = models.PositiveIntegerField(null=True, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    asked = models.JSONField(null=True, blank=True)  # what was sent, when it was not applied
    result = models.JSONField()  # the answer, replayed to a late copy

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["assignment", "target_id"], name="operation_by_target"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "op_id"], name="operation_once"),
            models.UniqueConstraint(
                fields=["assignment", "rev"], condition=Q(rev__isnull=False), name="operation_rev"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_type} {self.get_kind_display()}"
