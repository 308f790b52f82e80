"""The record of who did what."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db import models

from annotations.accounts.models import User
from annotations.accounts.security import note_later

from ..models import AuditEntry, Study
from ..sealing import newest, seal

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
    witness: str = "",
) -> AuditEntry:
    """Append one act to the study's audit; `action` is noun.verb, as "article.imported"."""
    acted = Acted(subject, before or {}, after or {}, witness)
    return record_each(study=study, actor=actor, action=action, acts=[acted])[0]


class Acted(NamedTuple):
    """What an act was done to, how that stood before and after it, and its digest if it has one
    that is not said in `after`."""

    subject: models.Model
    before: dict[str, Any]
    after: dict[str, Any]
    witness: str = ""


def record_each(
    *, study: Study, actor: User, action: str, acts: Iterable[Acted]
) -> list[AuditEntry]:
    """The same act on several subjects, in two statements."""
    made_now = [
        AuditEntry(
            study=study,
            actor=actor,
            action=action,
            subject_type=act.subject._meta.model_name or "",
            subject_id=str(act.subject.pk),
            subject_name=str(act.subject)[:200],
            before=act.before,
            after=act.after,
            witness=act.witness,
        )
        for act in acts
    ]
    entries = AuditEntry.objects.bulk_create(seal(made_now, newest(study.pk)))
    if action.partition(".")[0] in SECURITY:
        for each in entries:
            told = {"study": study.pk, "subject": each.subject_id, "digest": each.digest}
            note_later(action, person=actor.pk, **told)
    if (made := MADE_NOW.get()) is not None:
        made += entries
    return entries
