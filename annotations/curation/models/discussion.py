"""Threads on a span, a case or a passage; what is said in them; meetings that settle cases."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotations.corpus.models import Article
from annotations.marking.models import Span
from annotations.study.models import CodebookVersion, Rule, Study

from .cases import Case, Reason


class Meeting(models.Model):
    """Two to six annotators over one article. Decisions made in it name it (`Case.meeting`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="meetings")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    planned_for = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.title or f"Meeting on {self.article}"


class MeetingSeat(models.Model):
    """An annotator whose marks are laid side by side in a meeting."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="meeting_seats")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["meeting", "position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "user"], name="meeting_seat_once"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Thread(models.Model):
    """A talk about one thing: a span, a case, or a passage [start, end) of an article.

    `flag` is set when it came of a span flagged while marking. `rule` is the codebook rule it is
    about, `codebook_version` the change of the codebook that came of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="threads")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="threads")
    span = models.ForeignKey(
        Span, on_delete=models.PROTECT, null=True, blank=True, related_name="threads"
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="threads"
    )
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    quote = models.TextField(blank=True)
    flag = models.CharField(max_length=12, choices=Reason, blank=True, default=Reason.NONE)
    rule = models.ForeignKey(
        Rule, on_delete=models.PROTECT, null=True, blank=True, related_name="threads"
    )
    codebook_version = models.ForeignKey(
        CodebookVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="threads"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="threads"
    )
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="threads_opened"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-opened_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["study", "article"], name="thread_by_article"),
            models.Index(
                fields=["study", "-opened_at"], condition=Q(resolved_at=None), name="thread_open"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(span__isnull=False, case=None, start=None, end=None)
                | Q(span=None, case__isnull=False, start=None, end=None)
                | (Q(span=None, case=None) & Q(start__gte=0, start__lt=F("end"))),
                name="thread_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="thread_resolved_by_whom",
            ),
            models.UniqueConstraint(
                fields=["span"], condition=Q(span__isnull=False), name="thread_once_a_span"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(case__isnull=False), name="thread_once_a_case"
            ),
        ]

    def __str__(self) -> str:
        return f"Thread on {self.quote or self.article}"


class Comment(models.Model):
    """Something said in a thread. Changed or taken back by its author only; the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="comments")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments"
    )
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["thread", "written_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_not_empty"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class CommentVersion(models.Model):
    """What a comment said before its author corrected it. The database refuses changes to it."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="comment_versions")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    replaced_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["comment", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "number"], name="comment_version_once"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Mention(models.Model):
    """A person named in a comment, and when they saw it."""

    id = models.BigAutoField(primary_key=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="mentions")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mentions"
    )
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["comment", "id"]
        indexes: ClassVar = [
            models.Index(fields=["user", "study"], condition=Q(seen_at=None), name="mention_new"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "user"], name="mention_once"),
        ]

    def __str__(self) -> str:
        return f"@{self.user}"
