"""Acts of taking out and bringing in: what was asked for, how far it is, what came of it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotations.study.models import Study


class ExportState(models.TextChoices):
    RUNNING = "running", "Being written"
    DONE = "done", "Ready"
    FAILED = "failed", "Not written"


class Export(models.Model):
    """One zip file made of a study. `is_own`: of the person's own marks only.

    `wanted` is a packing.Wanted as JSON, `options` the format's own; the zip lies in the storage
    called "exports" under `path` until it is forgotten.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="exports")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    file_format = models.CharField(max_length=40)
    is_own = models.BooleanField(default=False)
    wanted = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.RUNNING)
    n_done = models.PositiveIntegerField(default=0)  # articles
    n_all = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=200, blank=True)
    n_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(path=""), name="export_done_has_file"
            ),
            models.CheckConstraint(condition=Q(n_done__lte=F("n_all")), name="export_done"),
        ]

    def __str__(self) -> str:
        return f"Export of {self.created_at:%d %B %Y}"


class CorpusImportState(models.TextChoices):
    READING = "reading", "Being read"
    PREVIEW = "preview", "Waiting for a yes"
    RUNNING = "running", "Being stored"
    DONE = "done", "Stored"
    FAILED = "failed", "Not stored"
    CANCELLED = "cancelled", "Given up"


class CorpusImport(models.Model):
    """Marks and articles brought in from files of another program.

    `survey` says what the files hold (exchange/surveying.py), `mapping` what becomes of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="corpus_imports")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    file_format = models.CharField(max_length=40)
    hints = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=CorpusImportState, default=CorpusImportState.READING
    )
    survey = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    n_done = models.PositiveIntegerField(default=0)  # articles
    n_all = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"Import of marks of {self.created_at:%d %B %Y}"


class CorpusFile(models.Model):
    """A file as it came in, kept until the import is stored or given up."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="corpus_files")
    brought_in = models.ForeignKey(CorpusImport, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=255)
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["brought_in", "position", "id"]

    def __str__(self) -> str:
        return self.name


class StudyImportState(models.TextChoices):
    RUNNING = "running", "Being stored"
    DONE = "done", "Stored"
    FAILED = "failed", "Not stored"


class StudyImport(models.Model):
    """A whole study brought in from its file. `told` is what came of it, for whoever did it: the
    study's id and name, how many articles, whose accounts; meanwhile how many articles are done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="study_imports"
    )
    name = models.CharField(max_length=255)  # of the file
    content = models.BinaryField(default=bytes)  # kept only until it is stored or refused
    state = models.CharField(max_length=8, choices=StudyImportState, default="running")
    message = models.TextField(blank=True)
    told = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"Study brought in on {self.created_at:%d %B %Y}"
