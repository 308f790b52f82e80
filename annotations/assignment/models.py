"""One annotator x one article, with its state. The row that every save of theirs locks."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.corpus.models import Article
from annotations.study.models import Round, Study


class AssignmentState(models.TextChoices):
    WAITING = "waiting", "Not begun"
    IN_PROGRESS = "in_progress", "In progress"
    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Returned"
    WITHDRAWN = "withdrawn", "Handed over"


OPEN_STATES = (AssignmentState.WAITING, AssignmentState.IN_PROGRESS, AssignmentState.RETURNED)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def open(self) -> "AssignmentQuerySet":
        """Work that can still be changed by its annotator."""
        return self.filter(state__in=OPEN_STATES)

    def current(self) -> "AssignmentQuerySet":
        """All but those handed over to someone else, of articles that are kept."""
        return self.exclude(state=AssignmentState.WITHDRAWN).filter(article__deleted_at=None)


class Assignment(models.Model):
    """`rev` counts the accepted operations on this work; it only grows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="assignments")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="assignments")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="assignments")
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    state = models.CharField(
        max_length=12, choices=AssignmentState, default=AssignmentState.WAITING
    )
    position = models.PositiveIntegerField(default=0)  # in the annotator's queue
    rev = models.PositiveIntegerField(default=0)
    # Of its article's text and each operation after the other (marking/chain.py); "" before any.
    digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    return_reason = models.TextField(blank=True)
    handed_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="handed_from"
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "id"]
        indexes: ClassVar = [
            models.Index(fields=["study", "annotator", "state", "position"], name="queue"),
            models.Index(fields=["study", "state"], name="assignment_by_state"),
            # Narrow and full of repetitions, so that all of a study are counted in it.
            models.Index(fields=["study", "round", "annotator", "state"], name="assignment_counts"),
            models.Index(
                fields=["study", "article"],
                condition=~Q(state="withdrawn"),
                name="assignment_current",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["article", "annotator"], name="assignment_once"),
            models.CheckConstraint(
                condition=Q(state__in=AssignmentState.values), name="assignment_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_at__isnull=False),
                name="assignment_submitted_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned")
                | Q(returned_at__isnull=False, returned_by__isnull=False),
                name="assignment_returned_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.annotator}: {self.article}"


class Submission(models.Model):
    """A submission is a snapshot: exactly the saves acknowledged up to `rev`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="submissions")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    rev = models.PositiveIntegerField()
    submitted_at = models.DateTimeField()
    content = models.JSONField()  # the marks in their wire form
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["assignment", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assignment", "number"], name="submission_once"),
        ]

    def __str__(self) -> str:
        return f"Submission {self.number}"


class WorkTime(models.Model):
    """Seconds actively spent in one browser tab; a tab's count only grows."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="work_times")
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="work_times")
    tab = models.UUIDField()
    active_seconds = models.PositiveIntegerField()
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assignment", "tab"], name="work_time_tab_once"),
        ]

    def __str__(self) -> str:
        return f"{self.active_seconds} s"


class WorkCount(models.Model):
    """How many assignments of one person and round are in one state: the sum of the rows' `n`.

    The database itself keeps it (annotations/notices.py), by a row for each change, so that nobody
    waits for another. Looks put many changes together (queries/counts.py). Foreign keys are not
    checked here: that would lock rows, and the assignments were checked.
    """

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    round = models.ForeignKey(
        Round, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    state = models.CharField(max_length=12, choices=AssignmentState)
    n = models.IntegerField()
    is_change = models.BooleanField()  # not yet put together with others

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["study", "annotator", "round", "state"], name="work_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.state}"
