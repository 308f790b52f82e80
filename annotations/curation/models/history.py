"""Every ruling asked for, with its answer: what makes a retried decision the same decision."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.study.models import Study

from .adjudication import Adjudication
from .merging import Merge


class RulingKind(models.TextChoices):
    DECIDE = "decide", "decided"
    ADD = "add", "added"
    REOPEN = "reopen", "opened again"
    BACK = "back", "put back"  # undo and redo: as it was before or after another ruling
    MERGE = "merge", "merged by rule"


class RulingStatus(models.TextChoices):
    APPLIED = "applied", "Applied"
    SAME = "same", "Decided so already"
    GONE = "gone", "No such case any more"
    CONFLICT = "conflict", "Decided elsewhere"
    INVALID = "invalid", "Refused"
    HELD = "held", "Kept, not applied"  # arrived after the adjudication was closed


class Ruling(models.Model):
    """One decision on one case: who, when, before, after, and the answer that was given.

    Append-only: the database refuses UPDATE and DELETE. `rev` is the adjudication's revision
    after an applied ruling; it is None for the others. `before` and `after` are the case with its
    gold, complete.
    """

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="rulings")
    adjudication = models.ForeignKey(Adjudication, on_delete=models.PROTECT, related_name="rulings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rulings"
    )
    merge = models.ForeignKey(
        Merge, on_delete=models.PROTECT, null=True, blank=True, related_name="rulings"
    )
    op_id = models.UUIDField()  # made by the browser
    tab = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=RulingKind)
    case_id = models.UUIDField()  # no key: a refused ruling may name a case that is no row
    status = models.CharField(max_length=8, choices=RulingStatus)
    rev = models.PositiveIntegerField(null=True, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    asked = models.JSONField(null=True, blank=True)  # what was sent, when it was not applied
    result = models.JSONField()  # the answer, replayed to a late copy

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["adjudication", "case_id"], name="ruling_by_case"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "op_id"], name="ruling_once"),
            models.UniqueConstraint(
                fields=["adjudication", "rev"], condition=Q(rev__isnull=False), name="ruling_rev"
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.get_kind_display()}"
