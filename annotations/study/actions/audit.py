"""The record of who did what."""

from typing import Any

from django.db import models

from annotations.accounts.models import User

from ..models import AuditEntry, Study


def record(
    *,
    study: Study,
    actor: User,
    action: str,
    subject: models.Model,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append one act to the study's audit; `action` is noun.verb, as "article.imported"."""
    return AuditEntry.objects.create(
        study=study,
        actor=actor,
        action=action,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        subject_name=str(subject)[:200],
        before=before or {},
        after=after or {},
    )
