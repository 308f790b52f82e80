"""Answers kept for a day, so that a repeated request is not carried out twice."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class StoredAnswer(models.Model):
    """What a write was answered, under the key that its sender chose for it.

    `request_sha256` is of method, address and body: the same key for another request is refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stored_answers"
    )
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="stored_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.status} to {self.key}"
