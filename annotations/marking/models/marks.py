"""Spans with their fragments and attributes, links, and the source ledger.

Offsets are code points into the article's text, 0-based, end exclusive. A removed mark stays
as a row (`deleted_at`), so that a late copy of its operation finds it.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotations.assignment.models import Assignment
from annotations.study.models import Attribute, CodebookVersion, Label, Study


class SpanKind(models.TextChoices):
    LABEL = "label", "Label"
    EXTENT = "extent", "Extent"  # what a source answers for; has no label


class SpanState(models.TextChoices):
    MARKED = "marked", "Marked"
    SUGGESTED = "suggested", "Suggested"  # not a mark until its annotator accepts it


class Origin(models.TextChoices):
    HAND = "hand", "By hand"
    SAME_WORDS = "same_words", "Suggested: same words"
    IMPORT = "import", "Imported"
    MODEL = "model", "Suggested by a model"


class Flag(models.TextChoices):
    NONE = "", "No flag"
    BOUNDARY = "boundary", "Boundary"
    LABEL = "label", "Label"
    SOURCE = "source", "Source"
    CODEBOOK_GAP = "codebook_gap", "Codebook gap"


class Entity(models.Model):
    """A name in the source ledger. Without owner it is on the study's own list.

    Each annotator's entries are their own, so that the ledger tells nobody whom the others
    found in an article.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="entities")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entities",
    )
    name = models.CharField(max_length=200)
    folded_name = models.CharField(max_length=200)  # for search and for once-only
    ver = models.PositiveIntegerField(default=1)
    same_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="mentions"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "entities"
        ordering: ClassVar = ["folded_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "owner", "folded_name"],
                condition=Q(owner__isnull=False, deleted_at=None),
                name="entity_once_an_owner",
            ),
            models.UniqueConstraint(
                fields=["study", "folded_name"],
                condition=Q(owner=None, deleted_at=None),
                name="entity_once_in_study",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SpanQuerySet(models.QuerySet["Span"]):
    def live(self) -> "SpanQuerySet":
        """Marks and suggestions that have not been removed."""
        return self.filter(deleted_at=None)

    def marked(self) -> "SpanQuerySet":
        """Marks that count: neither removed nor only suggested."""
        return self.filter(deleted_at=None, state=SpanState.MARKED)


class Span(models.Model):
    """Labelled stretch(es) that an annotator saved. `start` and `end` are its hull."""

    id = models.UUIDField(primary_key=True, editable=False)  # made by the browser
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="spans")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="spans")
    kind = models.CharField(max_length=6, choices=SpanKind, default=SpanKind.LABEL)
    label = models.ForeignKey(
        Label, on_delete=models.PROTECT, null=True, blank=True, related_name="spans"
    )
    codebook_version = models.ForeignKey(
        CodebookVersion, on_delete=models.PROTECT, related_name="spans"
    )
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    stretch = models.TextField()  # "17-42 50-61": all fragments, canonical, for once-only
    note = models.TextField(blank=True)
    flag = models.CharField(max_length=12, choices=Flag, blank=True, default=Flag.NONE)
    state = models.CharField(max_length=10, choices=SpanState, default=SpanState.MARKED)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.HAND)
    ver = models.PositiveIntegerField(default=1)
    changed_rev = models.PositiveIntegerField(default=0)  # the assignment's rev at last change
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = SpanQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["start", "-end", "id"]
        indexes: ClassVar = [
            models.Index(fields=["assignment", "changed_rev"], name="span_changes"),
            models.Index(fields=["study", "label"], name="span_by_label"),
            models.Index(fields=["study"], condition=Q(origin=Origin.MODEL), name="span_of_model"),
            models.Index(
                fields=["study", "changed_at"], condition=~Q(flag=""), name="span_flagged"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assignment", "label", "stretch"],
                condition=Q(deleted_at=None, label__isnull=False),
                name="span_once_a_label",
            ),
            models.UniqueConstraint(
                fields=["assignment", "stretch"],
                condition=Q(deleted_at=None, label=None),
                name="extent_once",
            ),
            models.CheckConstraint(
                condition=Q(start__gte=0, start__lt=F("end")), name="span_half_open"
            ),
            models.CheckConstraint(
                condition=Q(kind="label", label__isnull=False) | Q(kind="extent", label=None),
                name="span_label_unless_extent",
            ),
            models.CheckConstraint(condition=Q(flag__in=Flag.values), name="span_flag_known"),
            models.CheckConstraint(
                condition=Q(state__in=SpanState.values), name="span_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label or 'extent'} {self.stretch}"


class Fragment(models.Model):
    """One contiguous part [start, end) of a span, with the words it covers."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="fragments")
    span = models.ForeignKey(Span, on_delete=models.CASCADE, related_name="fragments")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()
    text_length = models.PositiveIntegerField()  # code points of the article: bounds `end`

    class Meta:
        ordering: ClassVar = ["span", "start"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["span", "start"], name="fragment_once"),
            models.CheckConstraint(
                condition=Q(start__gte=0, start__lt=F("end"), end__lte=F("text_length")),
                name="fragment_inside_text",
            ),
        ]

    def __str__(self) -> str:
        return self.quote


class AttributeValue(models.Model):
    """The answer of one span to one attribute: a text (choice, yes/no, text) or an entity."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="attribute_values")
    span = models.ForeignKey(Span, on_delete=models.CASCADE, related_name="values")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="values")
    text = models.TextField(blank=True)
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, null=True, blank=True, related_name="values"
    )

    class Meta:
        ordering: ClassVar = ["span", "attribute"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["span", "attribute"], name="attribute_value_once"),
            models.CheckConstraint(
                condition=(Q(text="") & Q(entity__isnull=False)) | (~Q(text="") & Q(entity=None)),
                name="attribute_value_one_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.text or str(self.entity)


class LinkQuerySet(models.QuerySet["Link"]):
    def live(self) -> "LinkQuerySet":
        return self.filter(deleted_at=None)


class Link(models.Model):
    """From an attribution to what it is the source of, with its cue words if there are any."""

    id = models.UUIDField(primary_key=True, editable=False)  # made by the browser
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="links")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="links")
    source = models.ForeignKey(Span, on_delete=models.PROTECT, related_name="links_out")
    target = models.ForeignKey(Span, on_delete=models.PROTECT, related_name="links_in")
    cue_start = models.PositiveIntegerField(null=True, blank=True)
    cue_end = models.PositiveIntegerField(null=True, blank=True)
    cue_quote = models.TextField(blank=True)
    ver = models.PositiveIntegerField(default=1)
    changed_rev = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["source", "target", "id"]
        indexes: ClassVar = [
            models.Index(fields=["assignment", "changed_rev"], name="link_changes"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "target"], condition=Q(deleted_at=None), name="link_once"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="link_two_ends"),
            models.CheckConstraint(
                condition=Q(cue_start=None, cue_end=None, cue_quote="")
                | (Q(cue_start__gte=0, cue_start__lt=F("cue_end")) & ~Q(cue_quote="")),
                name="link_cue_half_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"
