"""Undoing what a manager did: another act, recorded like any, while what it left is still there.

A room says how its acts are undone with `@undoes("article.binned", Act.IMPORT_ARTICLES)`.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotations.accounts.models import User
from annotations.text.refusal import Refusal

from ..models import AuditEntry, Study
from ..policy import Act
from ..queries.studies import BIN_KEEPS
from .audit import record

UNDONE = "act.undone"
Undoer = Callable[[AuditEntry, User], None]


class ChangedSince(Refusal):
    """This was changed again since, so it cannot be undone. Change it by hand."""


class UndoneAlready(Refusal):
    """This has been undone already."""


class NotUndoable(Refusal):
    """This cannot be undone any more."""


@dataclass(frozen=True)
class Undoing:
    """How acts of a kind are undone, and the right it takes: that of the act itself."""

    undoer: Undoer
    right: Act


UNDOINGS: dict[str, Undoing] = {}


def undoes(right: Act, *actions: str) -> Callable[[Undoer], Undoer]:
    """Raises ChangedSince, in the decorated function, when what the act left is not there."""

    def noted(undoer: Undoer) -> Undoer:
        for action in actions:
            UNDOINGS[action] = Undoing(undoer, right)
        return undoer

    return noted


def undoable(
    entries: Iterable[AuditEntry], undone: set[str], keeps: timedelta = BIN_KEEPS
) -> list[AuditEntry]:
    """Those that have not been undone, are young enough, and have a way back."""
    since = timezone.now() - keeps
    young = (each for each in entries if each.action in UNDOINGS and each.at >= since)
    return [each for each in young if str(each.pk) not in undone]


def already_undone(entries: list[AuditEntry]) -> set[str]:
    told = AuditEntry.objects.filter(
        action=UNDONE,
        subject_type=AuditEntry._meta.model_name or "",
        subject_id__in=[str(each.pk) for each in entries],
    )
    return set(told.values_list("subject_id", flat=True)) if entries else set()


@transaction.atomic
def undo(*, study: Study, actor: User, numbers: Iterable[int]) -> list[AuditEntry]:
    """Undo these acts, the last first: all of them or none. Who may, the caller has asked.

    Raises UndoneAlready, NotUndoable, ChangedSince and what the acts that undo refuse.
    """
    held = AuditEntry.objects.select_for_update().filter(study=study, pk__in=list(numbers))
    entries = list(held.order_by("-pk"))
    undone = already_undone(entries)
    if undone:
        raise UndoneAlready
    if not entries or len(undoable(entries, undone)) != len(entries):
        raise NotUndoable
    for entry in entries:
        UNDOINGS[entry.action].undoer(entry, actor)
        before, after = {"act": "done"}, {"act": "undone"}
        record(study=study, actor=actor, action=UNDONE, subject=entry, before=before, after=after)
    return entries


def subject_of(entry: AuditEntry, rows: Any) -> Any:
    """The row the act was about, out of `rows` of its study. Raises ChangedSince without one."""
    found = rows.filter(pk=uuid.UUID(entry.subject_id)).first()
    if found is None:
        raise ChangedSince
    return found


def refuse_changed(now: dict[str, Any], left: dict[str, Any]) -> None:
    """Unless each value is what the act left."""
    if any(now.get(name) != value for name, value in left.items()):
        raise ChangedSince
