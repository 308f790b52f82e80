"""The record of who did what."""

from contextvars import ContextVar
from typing import Any

from django.db import models

from annotations.accounts.models import User
from annotations.accounts.security import note_later

from ..models import AuditEntry, Study

# Acts on who may see or change what, and on what leaves the site: also in the security log.
SECURITY = frozenset(
    {"account", "comparison", "export", "invitation", "marks", "member", "study", "submission"}
)

# What the request under way has recorded, for whoever offers to undo it (undo_offers.say_done).
MADE_NOW: ContextVar[list[AuditEntry] | None] = ContextVar("made_now", default=None)


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
    if action.partition(".")[0] in SECURITY:
        note_later(action, person=actor.pk, study=study.pk, subject=subject.pk)
    entry = AuditEntry.objects.create(
        study=study,
        actor=actor,
        action=action,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        subject_name=str(subject)[:200],
        before=before or {},
        after=after or {},
    )
    if (made := MADE_NOW.get()) is not None:
        made.append(entry)
    return entry
