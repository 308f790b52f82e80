"""Rule sets for merging without a hand, and each time one was applied."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotations.study.models import Study


class BoundaryRule(models.TextChoices):
    """What to make of differing boundaries under one label."""

    NONE = "", "Leave them to a curator"
    WORDS = "words", "Words that most of them took"
    UNION = "union", "All that any of them took"
    INTERSECTION = "intersection", "What all of them took"
    EXTENT = "extent", "The codebook’s default extent"


class MergeRules(models.Model):
    """A study's rule set for merging. A change is a new number; the database refuses another.

    unanimous     everybody has the same span with the same answers.
    at_least      so many of an article's annotators have exactly the same span (None: off).
    boundary      all who marked it gave one label, at least `at_least` of them (or all), but
                  differ in boundaries.
    least_votes   articles with fewer annotators are left alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="merge_rules")
    number = models.PositiveIntegerField()
    unanimous = models.BooleanField(default=True)
    at_least = models.PositiveSmallIntegerField(null=True, blank=True)
    boundary = models.CharField(
        max_length=12, choices=BoundaryRule, blank=True, default=BoundaryRule.NONE
    )
    least_votes = models.PositiveSmallIntegerField(default=2)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name_plural = "merge rules"
        ordering: ClassVar = ["study", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="merge_rules_once"),
            models.CheckConstraint(
                condition=Q(at_least=None) | Q(at_least__gte=1), name="merge_rules_at_least"
            ),
            models.CheckConstraint(
                condition=Q(boundary__in=BoundaryRule.values), name="merge_rules_boundary_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Merge rules {self.number}"


class MergeState(models.TextChoices):
    COUNTING = "counting", "Being counted"  # what it would make
    COUNTED = "counted", "Counted, not applied"
    WAITING = "waiting", "Waiting for its turn"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Merge(models.Model):
    """One time that a rule set was applied: to what, how far it is, what it made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="merges")
    rules = models.ForeignKey(MergeRules, on_delete=models.PROTECT, related_name="merges")
    state = models.CharField(max_length=8, choices=MergeState, default=MergeState.COUNTING)
    articles = models.JSONField(default=list)  # ids; empty: all with submitted work
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    n_all = models.PositiveIntegerField(default=0)  # articles
    n_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # rule -> spans and links it would make, or made
    message = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(n_done__lte=F("n_all")), name="merge_done"),
        ]

    def __str__(self) -> str:
        return f"Merge of {self.created_at:%d %B %Y}"
