"""The decided spans. Offsets are code points into the article's text, 0-based, end exclusive.

Gold keeps its own copies of everything it needs: what an annotator's span becomes later changes
nothing here. Answers that name somebody hold the name itself, for ledgers are the annotators' own.
Fragments and answers stand in the row itself: gold is written and read whole, never searched.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from annotations.marking.models import SpanKind
from annotations.study.models import CodebookVersion, Label, Study

from .adjudication import Adjudication
from .cases import Case


class GoldSpanQuerySet(models.QuerySet["GoldSpan"]):
    def live(self) -> "GoldSpanQuerySet":
        return self.filter(deleted_at=None)


class GoldSpan(models.Model):
    """What was decided to stand here. Why, by whom and on which votes: see its case.

    A case has at most one live gold span; a case that is decided anew keeps the row and its id.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="gold_spans")
    adjudication = models.ForeignKey(
        Adjudication, on_delete=models.PROTECT, related_name="gold_spans"
    )
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="gold_span")
    kind = models.CharField(max_length=6, choices=SpanKind, default=SpanKind.LABEL)
    label = models.ForeignKey(
        Label, on_delete=models.PROTECT, null=True, blank=True, related_name="gold_spans"
    )
    codebook_version = models.ForeignKey(
        CodebookVersion, on_delete=models.PROTECT, related_name="gold_spans"
    )
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    stretch = models.TextField()  # "17-42 50-61": all fragments, canonical, for once-only
    text_length = models.PositiveIntegerField()  # code points of the article: bounds `end`
    answers = models.JSONField(default=dict, blank=True)  # attribute's name -> text
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = GoldSpanQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["start", "-end", "id"]
        indexes: ClassVar = [
            models.Index(fields=["study", "label"], name="gold_span_by_label"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["adjudication", "label", "stretch"],
                condition=Q(deleted_at=None, label__isnull=False),
                name="gold_span_once_a_label",
            ),
            models.UniqueConstraint(
                fields=["adjudication", "stretch"],
                condition=Q(deleted_at=None, label=None),
                name="gold_extent_once",
            ),
            models.CheckConstraint(
                condition=Q(start__gte=0, start__lt=F("end"), end__lte=F("text_length")),
                name="gold_span_inside_text",
            ),
            models.CheckConstraint(
                condition=Q(kind="label", label__isnull=False) | Q(kind="extent", label=None),
                name="gold_span_label_unless_extent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label or 'extent'} {self.stretch}"


class GoldLinkQuerySet(models.QuerySet["GoldLink"]):
    def live(self) -> "GoldLinkQuerySet":
        return self.filter(deleted_at=None)


class GoldLink(models.Model):
    """From a gold attribution to what it is the source of. Its case is one of kind link."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="gold_links")
    adjudication = models.ForeignKey(
        Adjudication, on_delete=models.PROTECT, related_name="gold_links"
    )
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="gold_link")
    source = models.ForeignKey(GoldSpan, on_delete=models.PROTECT, related_name="links_out")
    target = models.ForeignKey(GoldSpan, on_delete=models.PROTECT, related_name="links_in")
    cue_start = models.PositiveIntegerField(null=True, blank=True)
    cue_end = models.PositiveIntegerField(null=True, blank=True)
    cue_quote = models.TextField(blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = GoldLinkQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["source", "target", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "target"], condition=Q(deleted_at=None), name="gold_link_once"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="gold_link_two_ends"),
            models.CheckConstraint(
                condition=Q(cue_start=None, cue_end=None, cue_quote="")
                | (Q(cue_start__gte=0, cue_start__lt=F("cue_end")) & ~Q(cue_quote="")),
                name="gold_link_cue_half_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"

    @property
    def stands(self) -> bool:
        """While an end of it is no gold, neither is the link: it comes back with that end."""
        ends = (self, self.source, self.target)
        return all(one.deleted_at is None for one in ends)
