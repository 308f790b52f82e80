"""Calibration: mark alone, see each other, talk, revise; both versions are kept."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotations.assignment.models import Assignment, Submission
from annotations.study.models import Round, Study


class Calibration(models.Model):
    """A round that is calibrated. Before `revealed_at` everybody works alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="calibrations")
    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="calibration")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    revealed_at = models.DateTimeField(null=True, blank=True)
    revealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(revealed_at=None, revealed_by=None)
                | Q(revealed_at__isnull=False, revealed_by__isnull=False),
                name="calibration_revealed_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None)
                | Q(revealed_at__isnull=False, ended_at__gte=F("revealed_at")),
                name="calibration_ends_after_reveal",
            ),
        ]

    def __str__(self) -> str:
        return f"Calibration of {self.round}"


class Revision(models.Model):
    """One annotator's work on one article of a calibration: as it was alone, and as revised.

    Both are submissions, which are snapshots: their `content` holds the marks of each time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="revisions")
    calibration = models.ForeignKey(Calibration, on_delete=models.CASCADE, related_name="revisions")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="revisions")
    before = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(
        Submission, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["calibration", "assignment"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calibration", "assignment"], name="revision_once"),
            models.CheckConstraint(
                condition=Q(after=None) | ~Q(after=F("before")), name="revision_two_versions"
            ),
        ]

    def __str__(self) -> str:
        return f"Revision of {self.assignment}"
