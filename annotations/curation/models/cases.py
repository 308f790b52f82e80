"""A case that was touched: its decision, what it was decided on, by whom and why."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotations.study.models import CodebookVersion, Rule, Study

from ..kinds import KINDS
from .adjudication import Adjudication
from .merging import Merge


class CaseKind(models.TextChoices):
    """In what the annotators differ; each case is of the first kind that fits."""

    LABEL = "label", KINDS["label"]
    NESTING = "nesting", KINDS["nesting"]
    BOUNDARY = "boundary", KINDS["boundary"]
    MISSING = "missing", KINDS["missing"]
    ATTRIBUTE = "attribute", KINDS["attribute"]
    LINK = "link", KINDS["link"]
    UNANIMOUS = "unanimous", KINDS["unanimous"]
    ADDED = "added", KINDS["added"]


class CaseState(models.TextChoices):
    OPEN = "open", "Open"
    DECIDED = "decided", "Decided"
    UNDECIDED = "undecided", "Left undecided"  # on purpose


class Choice(models.TextChoices):
    """How a decision came about."""

    NONE = "", "Not decided"
    VARIANT = "variant", "Took a variant"
    MAJORITY = "majority", "Took the majority"
    UNION = "union", "Union of the extents"
    INTERSECTION = "intersection", "Intersection of the extents"
    EDITED = "edited", "Edited"
    NO_SPAN = "no_span", "No span here"
    ADDED = "added", "Added"
    LEFT = "left", "Left undecided"
    RULE = "rule", "Merged by rule"


class Reason(models.TextChoices):
    NONE = "", "No reason given"
    BOUNDARY = "boundary", "Boundary"
    LABEL = "label", "Label"
    SOURCE = "source", "Source"
    CODEBOOK_GAP = "codebook_gap", "Codebook gap"
    SLIP = "slip", "Slip"


class Case(models.Model):
    """A place of an article where annotators meet or part, once somebody has touched it.

    An untouched case is no row: it is found from the submitted spans, under an id made of them
    (see `curation.queries`). A row keeps its id when votes change: it is met again by the spans
    it holds in `span_ids`. `votes` is the snapshot the decision was made on: one entry for every
    annotator of the article, those without a span here too.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="cases")
    adjudication = models.ForeignKey(Adjudication, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(max_length=10, choices=CaseKind)
    start = models.PositiveIntegerField()  # where it was when it was last touched
    end = models.PositiveIntegerField()
    span_ids = models.JSONField(default=list)  # of annotators' spans; of their links, for a link
    source = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="links_out"
    )
    target = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="links_in"
    )
    state = models.CharField(max_length=10, choices=CaseState, default=CaseState.OPEN)
    choice = models.CharField(max_length=12, choices=Choice, blank=True, default=Choice.NONE)
    variant = models.PositiveSmallIntegerField(null=True, blank=True)  # which was taken, from 1
    votes = models.JSONField(default=list)
    votes_hash = models.CharField(max_length=64, blank=True)
    curator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    merge = models.ForeignKey(
        Merge, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    merged_by_rule = models.CharField(max_length=20, blank=True)  # which rule of the rule set
    reason = models.CharField(max_length=12, choices=Reason, blank=True, default=Reason.NONE)
    rule = models.ForeignKey(  # of the codebook, cited
        Rule, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    note = models.TextField(blank=True)
    codebook_version = models.ForeignKey(
        CodebookVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    meeting = models.ForeignKey(
        "Meeting", on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    op_id = models.UUIDField(null=True, blank=True)  # of the ruling that decided it
    ver = models.PositiveIntegerField(default=1)
    changed_rev = models.PositiveIntegerField(default=0)  # the adjudication's rev at last change

    class Meta:
        ordering: ClassVar = ["start", "-end", "id"]
        indexes: ClassVar = [
            models.Index(fields=["adjudication", "changed_rev"], name="case_changes"),
            models.Index(fields=["study", "state"], name="case_by_state"),
            models.Index(fields=["study", "reason"], name="case_by_reason"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "target"],
                condition=Q(source__isnull=False),
                name="link_case_once",
            ),
            models.CheckConstraint(
                condition=Q(start__gte=0, start__lt=F("end")), name="case_half_open"
            ),
            models.CheckConstraint(
                condition=Q(kind="link", source__isnull=False, target__isnull=False)
                | (~Q(kind="link") & Q(source=None, target=None)),
                name="case_link_has_ends",
            ),
            models.CheckConstraint(
                condition=Q(state="open", choice="", decided_at=None)
                | (~Q(state="open") & ~Q(choice="") & Q(decided_at__isnull=False)),
                name="case_decided_when",
            ),
            models.CheckConstraint(
                condition=Q(state="open")
                | Q(choice="rule", merge__isnull=False, curator=None)
                | (~Q(choice="rule") & Q(merge=None, curator__isnull=False)),
                name="case_decided_by_whom",
            ),
            models.CheckConstraint(condition=Q(kind__in=CaseKind.values), name="case_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=CaseState.values), name="case_state_known"
            ),
            models.CheckConstraint(condition=Q(choice__in=Choice.values), name="case_choice_known"),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="case_reason_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.start}–{self.end}"
