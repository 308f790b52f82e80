"""Keeping what a write was answered, for as long as it may be asked again."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.text.refusal import Refusal

from .models import StoredAnswer

KEPT_FOR = timedelta(hours=72)  # a day and more, wherever a server's clock steps to


class OtherRequest(Refusal):
    """This Idempotency-Key was used for another request. Choose a new key for each request."""


def hash_request(method: str, address: str, body: bytes) -> str:
    return hashlib.sha256(f"{method} {address}\n".encode() + body).hexdigest()


def claim_key(*, user: User, key: str, request_sha256: str) -> tuple[StoredAnswer, bool]:
    """(row, whether the request is new); within the transaction that carries the request out.

    Of two at once the second waits for the first to end. Raises OtherRequest.
    """
    old = StoredAnswer.objects.filter(user=user, made_at__lt=timezone.now() - KEPT_FOR)
    old.delete()
    known = StoredAnswer.objects.filter(user=user, key=key).first()
    if known is None:
        try:
            with transaction.atomic():
                row = StoredAnswer.objects.create(user=user, key=key, request_sha256=request_sha256)
            return row, True
        except IntegrityError:
            known = StoredAnswer.objects.get(user=user, key=key)
    if known.request_sha256 != request_sha256:
        raise OtherRequest
    return known, False


def keep_answer(
    *, row: StoredAnswer, status: int, headers: Mapping[str, str], body: str
) -> StoredAnswer:
    row.status, row.headers, row.body = status, dict(headers), body
    row.save(update_fields=["status", "headers", "body"])
    return row


def purge_answers(*, keeps: timedelta = KEPT_FOR) -> int:
    """Forget all answers that were kept long enough; how many those were."""
    return StoredAnswer.objects.filter(made_at__lt=timezone.now() - keeps).delete()[0]
