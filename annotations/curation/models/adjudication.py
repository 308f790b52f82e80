"""Adjudication: the act of deciding one article. The row that every decision on it locks."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.corpus.models import Article
from annotations.study.models import Study


class AdjudicationState(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class Adjudication(models.Model):
    """One an article. `rev` counts the applied rulings, `n_versions` the closings; both only grow.

    `alias_seed` is what the order of the annotators' aliases was drawn with. `names_shown_at`: a
    manager has lifted blind curation on this article.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="adjudications")
    article = models.OneToOneField(Article, on_delete=models.PROTECT, related_name="adjudication")
    state = models.CharField(
        max_length=6, choices=AdjudicationState, default=AdjudicationState.OPEN
    )
    rev = models.PositiveIntegerField(default=0)
    n_versions = models.PositiveIntegerField(default=0)
    alias_seed = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    names_shown_at = models.DateTimeField(null=True, blank=True)
    names_shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["study", "state"], name="adjudication_by_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, closed_by=None)
                | Q(state="closed", closed_at__isnull=False, closed_by__isnull=False),
                name="adjudication_closed_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(names_shown_at=None, names_shown_by=None)
                | Q(names_shown_at__isnull=False, names_shown_by__isnull=False),
                name="adjudication_names_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"Adjudication of {self.article}"


class Alias(models.Model):
    """What an annotator is called on one article while curation is blind: "Annotator 2"."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="aliases")
    adjudication = models.ForeignKey(Adjudication, on_delete=models.CASCADE, related_name="aliases")
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    number = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "aliases"
        ordering: ClassVar = ["adjudication", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["adjudication", "annotator"], name="alias_once"),
            models.UniqueConstraint(fields=["adjudication", "number"], name="alias_number_once"),
        ]

    def __str__(self) -> str:
        return f"Annotator {self.number}"


class GoldVersion(models.Model):
    """Gold as it stood when an adjudication was closed. The database refuses changes to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="gold_versions")
    adjudication = models.ForeignKey(
        Adjudication, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    rev = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    n_undecided = models.PositiveIntegerField(default=0)  # cases left undecided on purpose
    note = models.TextField(blank=True)
    content = models.JSONField()  # gold spans, links and cases in their wire form
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["adjudication", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["adjudication", "number"], name="gold_version_once"),
        ]

    def __str__(self) -> str:
        return f"Gold version {self.number}"
