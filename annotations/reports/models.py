"""What agreement was computed from and what came out. Nothing here is ever recomputed silently."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.corpus.models import Article
from annotations.study.models import Study


class Level(models.TextChoices):
    """What the positions of a continuum are."""

    CHARACTER = "character", "Characters"
    WORD = "word", "Words"
    SENTENCE = "sentence", "Sentences"


class ArticleSums(models.Model):
    """The additive sums of one article, for all who submitted it, at one level.

    `input_hash` names what they were computed from; another hash means they are stale.
    """

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="article_sums")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="sums")
    level = models.CharField(max_length=10, choices=Level, default=Level.CHARACTER)
    input_hash = models.CharField(max_length=64)
    sums = models.JSONField()
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "article sums"
        ordering: ClassVar = ["article", "level"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["article", "level"], name="article_sums_once"),
        ]

    def __str__(self) -> str:
        return f"Sums of {self.article_id}"


class ArticleGamma(models.Model):
    """Gamma of one article for one set of annotators: slow, so it is kept."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="article_gammas")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="gammas")
    input_hash = models.CharField(max_length=64)  # marks, annotators, labels, level, engine
    seed = models.PositiveIntegerField()
    n_samples = models.PositiveIntegerField()
    result = models.JSONField()
    computed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["article", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["article", "input_hash", "seed", "n_samples"], name="article_gamma_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Gamma of {self.article_id}"


class StudyTables(models.Model):
    """The tables of one selection as they were last computed.

    `input_hash` names all they depend on: with any other input they are not found. They can be
    thrown away at any time.
    """

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="kept_tables")
    input_hash = models.CharField(max_length=64)
    tables = models.JSONField()
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "study tables"
        ordering: ClassVar = ["-computed_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "input_hash"], name="study_tables_once"),
        ]

    def __str__(self) -> str:
        return f"Tables of {self.study_id}"


class ReportState(models.TextChoices):
    COMPUTING = "computing", "Being computed"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Report(models.Model):
    """A stored report: inputs, parameters, seed, engine version, result.

    inputs      hash, articles, annotators, codebook versions as they stood.
    parameters  the selection and the measures' parameters.
    result      every table; gamma is filled in by the job that computes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reports")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.COMPUTING)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports"
    )
    inputs = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=1)
    engine_version = models.CharField(max_length=20)
    result = models.JSONField(default=dict)
    n_done = models.PositiveIntegerField(default=0)  # articles whose gamma is known
    n_all = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(n_done__lte=models.F("n_all")), name="report_done"),
        ]

    def __str__(self) -> str:
        return self.name
