"""Study, its rounds, and the append-only record of acts."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class StudyQuerySet(models.QuerySet["Study"]):
    def kept(self) -> "StudyQuerySet":
        """Studies that are not in the bin."""
        return self.filter(deleted_at=None)


class Study(models.Model):
    """One undertaking with its people, codebook, articles and rounds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    hide_source = models.BooleanField(
        "blind outlet",
        default=False,
        help_text="Hide outlet, byline, address and date of an article from annotators.",
    )
    blind_curation = models.BooleanField(
        default=False,
        help_text="Show curators “Annotator 1”, “Annotator 2” in place of names.",
    )
    second_factor = models.BooleanField(
        default=False,
        help_text="Let in only curators and managers whose sign-in has a second factor.",
    )
    suggestions_allowed = models.BooleanField(
        default=False,
        help_text="Let managers bring in suggestions of a model, which annotators accept or drop.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="studies_created"
    )
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "studies"
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(deleted_at=None, deleted_by=None)
                | models.Q(deleted_at__isnull=False, deleted_by__isnull=False),
                name="study_deleted_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoundPurpose(models.TextChoices):
    PILOT = "pilot", "Pilot"
    TRAINING = "training", "Training"
    RELIABILITY = "reliability", "Reliability"
    MAIN = "main", "Main"


class Round(models.Model):
    """A batch of a study with its own purpose and period; comparison is opened per round."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="rounds")
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=12, choices=RoundPurpose, default=RoundPurpose.MAIN)
    position = models.PositiveIntegerField(default=0)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    comparison_opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "name"], name="round_name_once"),
            models.CheckConstraint(
                condition=models.Q(starts_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="round_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """One act in a study: who, when, what, before, after. The database refuses changes to it."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="audit_entries")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="audit_entries"
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    action = models.CharField(max_length=60)  # noun.verb: "article.imported"
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    subject_name = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    # What ties it to the entries before (sealing.py): their digests, that of what it made, its own.
    seen = models.TextField(blank=True, default="", db_default="", editable=False)
    witness = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)

    class Meta:
        verbose_name_plural = "audit entries"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["study", "-id"], name="audit_by_study"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
            models.Index(  # LIKE 'article.%' on PostgreSQL, whatever the database's collation
                fields=["study", "action"],
                name="audit_by_action",
                opclasses=["uuid_ops", "varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_name}".strip()
