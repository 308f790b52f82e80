"""The codebook of a study: what it says now, in rows, and every version it ever had.

Labels, attributes and rules are identities that survive renaming and are archived, never
deleted. `CodebookVersion.content` is the whole codebook as it stood, written by the same
action that changes the rows; the database refuses changes to it.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from .study import Study

SLUG = RegexValidator(r"^[a-z][a-z0-9_]*$", "Use small letters, digits and _; begin with a letter.")

# What may be pressed for a label: digits, and the letters that are no command of the marking page.
LABEL_KEYS = "123456789bdhimpvyz"


class SpanExtent(models.TextChoices):
    """What a click without a selection takes."""

    WORD = "word", "Word"
    PHRASE = "phrase", "Phrase"
    SENTENCE = "sentence", "Sentence"


class AttributeKind(models.TextChoices):
    CHOICE = "choice", "One of several choices"
    YES_NO = "yes_no", "Yes or no"
    TEXT = "text", "Text"
    ENTITY = "entity", "Name from the source ledger"


class CodebookVersion(models.Model):
    """An immutable snapshot of a study's codebook."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="codebook_versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["study", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "number"], name="codebook_version_once"),
        ]

    def __str__(self) -> str:
        return f"Codebook version {self.number}"


class Label(models.Model):
    """One category of the codebook."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="labels")
    slug = models.CharField(max_length=40, validators=[SLUG])  # for files; fixed at creation
    name = models.CharField(max_length=60)
    definition = models.TextField(blank=True)
    key = models.CharField(max_length=1)
    tag = models.CharField(max_length=2)
    slot = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveIntegerField(default=0)
    extent = models.CharField(max_length=8, choices=SpanExtent, default=SpanExtent.PHRASE)
    fragments_allowed = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "slug"], name="label_slug_once"),
            models.UniqueConstraint(
                fields=["study", "key"], condition=Q(archived_at=None), name="label_key_once"
            ),
            models.UniqueConstraint(
                fields=["study", "name"], condition=Q(archived_at=None), name="label_name_once"
            ),
            models.CheckConstraint(condition=Q(slot__range=(1, 8)), name="label_slot_1_to_8"),
        ]

    def __str__(self) -> str:
        return self.name


class Attribute(models.Model):
    """A question asked of every span of a label."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="attributes")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="attributes")
    name = models.CharField(max_length=40, validators=[SLUG])  # for files; fixed at creation
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=AttributeKind)
    required = models.BooleanField(default=False)
    choices = models.JSONField(default=list, blank=True)  # [{"value": "outlet", "title": "…"}]
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["label", "name"], name="attribute_name_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Rule(models.Model):
    """A card of the codebook with a stable name (A2, L1) that comments and decisions cite."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="rules")
    label = models.ForeignKey(
        Label, on_delete=models.CASCADE, null=True, blank=True, related_name="rules"
    )
    name = models.CharField(max_length=12)
    title = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    examples_yes = models.TextField(blank=True)
    examples_no = models.TextField(blank=True)
    hard_cases = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "name"], name="rule_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
