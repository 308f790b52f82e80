"""Articles as imported, fixed for ever; where they came from; what in them is not article text.

Offsets are code points into `Article.text`, 0-based, end exclusive.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from annotations.study.models import Study

models.CharField.register_lookup(Lower)  # "title__lower": the same order on both databases


class Outlet(models.Model):
    """A news organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="outlets")
    name = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "name"], name="outlet_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportState(models.TextChoices):
    PREVIEW = "preview", "Waiting for a yes"
    RUNNING = "running", "Being stored"
    DONE = "done", "Stored"
    FAILED = "failed", "Not stored"
    CANCELLED = "cancelled", "Given up"


class Import(models.Model):
    """One act of bringing in files: what was found, what was done, how far it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="imports")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.PREVIEW)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    n_records = models.PositiveIntegerField(default=0)
    n_done = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list, blank=True)  # a row a record: what was said of it
    message = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"Import of {self.created_at:%d %B %Y}"


class SourceFile(models.Model):
    """A file as it came in, byte for byte; it can be downloaded again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="source_files")
    imported_in = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=255)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    n_bytes = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["imported_in", "position", "id"]

    def __str__(self) -> str:
        return self.name


class ArticleQuerySet(models.QuerySet["Article"]):
    def kept(self) -> "ArticleQuerySet":
        """Articles that are not in the bin."""
        return self.filter(deleted_at=None)

    def light(self) -> "ArticleQuerySet":
        """Without the text and what is computed from it: for lists."""
        return self.defer("text", "blocks", "sentences")


class Article(models.Model):
    """A news article. `text` never changes: model, form, admin and a database trigger refuse."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="articles")
    title = models.CharField(max_length=500)
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)  # of the UTF-8 bytes of text
    n_code_points = models.PositiveIntegerField()
    n_words = models.PositiveIntegerField()
    blocks = models.JSONField()  # [[start, end], …]: they tile the text
    sentences = models.JSONField()  # [[start, end], …]: no white space at the edges
    segmenter = models.CharField(max_length=40)  # name and version of what cut the sentences
    outlet = models.ForeignKey(
        Outlet, on_delete=models.PROTECT, null=True, blank=True, related_name="articles"
    )
    byline = models.CharField(max_length=300, blank=True)
    url = models.CharField("address", max_length=2000, blank=True)
    published_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=20, default="en")
    direction = models.CharField(max_length=3, default="ltr")
    event = models.CharField(max_length=200, blank=True)  # which articles tell the same story
    source_file = models.ForeignKey(
        SourceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="articles"
    )
    source_place = models.CharField(max_length=300, blank=True)  # "line 12", "a.zip: b.txt"
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["title__lower", "id"]
        indexes: ClassVar = [
            models.Index("study", Lower("title"), "id", name="article_by_title"),
            models.Index(fields=["study", "event"], name="article_by_event"),
            models.Index(fields=["study", "published_on"], name="article_by_date"),
            models.Index(
                fields=["study", "id"],
                condition=Q(deleted_at__isnull=False),
                name="article_in_bin",
            ),
            models.Index(fields=["study", "id"], condition=Q(deleted_at=None), name="article_kept"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "text_sha256"],
                condition=Q(deleted_at=None),
                name="article_text_once",
            ),
            models.CheckConstraint(condition=Q(n_code_points__gt=0), name="article_not_empty"),
            models.CheckConstraint(
                condition=Q(direction__in=["ltr", "rtl"]), name="article_direction_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RegionKind(models.TextChoices):
    METADATA = "metadata", "Crawler prefix"
    CAPTION = "caption", "Caption"
    NEWSLETTER = "newsletter", "Newsletter plug"
    OTHER = "other", "Other"


class Region(models.Model):
    """A stretch that is not article text: shown dimmed, not markable, not measured."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="regions")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="regions")
    kind = models.CharField(max_length=12, choices=RegionKind, default=RegionKind.OTHER)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["article", "start", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(start__gte=0, start__lt=F("end")), name="region_half_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.start}–{self.end}"
