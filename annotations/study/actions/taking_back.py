"""How acts on a study, its rounds, its people and its codebook are undone."""

import uuid
from datetime import date
from typing import Any

from django.utils import timezone

from annotations.accounts.models import User

from ..models import Attribute, AuditEntry, Invitation, Label, Role, Round, Rule
from ..policy import Act
from ..queries.people import roles_of
from . import codebook, people, studies
from .audit import record
from .undoing import ChangedSince, refuse_changed, subject_of, undoes

REASON = "Undone: “{}”"


# --- settings and rounds ------------------------------------------------------------------------


@undoes(Act.MANAGE_STUDY, "study.changed")
def settings_changed(entry: AuditEntry, actor: User) -> None:
    study = entry.study
    refuse_changed({name: getattr(study, name) for name in studies.SETTINGS}, entry.after)
    studies.change_settings(study=study, actor=actor, **entry.before)


@undoes(Act.MANAGE_STUDY, "round.added")
def round_added(entry: AuditEntry, actor: User) -> None:
    studies.remove_round(round=subject_of(entry, entry.study.rounds), actor=actor)


@undoes(Act.MANAGE_STUDY, "round.changed")
def round_changed(entry: AuditEntry, actor: User) -> None:
    held = subject_of(entry, entry.study.rounds)
    now = {name: getattr(held, name) for name in studies.ROUND_FIELDS}
    refuse_changed(studies.plain(now), entry.after)
    studies.change_round(round=held, actor=actor, **with_days(entry.before))


@undoes(Act.MANAGE_STUDY, "round.removed")
def round_removed(entry: AuditEntry, actor: User) -> None:
    """The same round again, under its former id."""
    if not entry.before:
        raise ChangedSince
    values = with_days(entry.before)
    studies.one_after_the_other(entry.study)
    studies.refuse_same_name(entry.study, values["name"])
    again = Round.objects.create(id=uuid.UUID(entry.subject_id), study=entry.study, **values)
    record(study=entry.study, actor=actor, action="round.added", subject=again, after=entry.before)


@undoes(Act.MANAGE_STUDY, "round.closed", "round.reopened")
def round_closing(entry: AuditEntry, actor: User) -> None:
    held, was_closed = subject_of(entry, entry.study.rounds), entry.action == "round.closed"
    if (held.closed_at is not None) != was_closed:
        raise ChangedSince
    studies.set_closed(round=held, actor=actor, closed=not was_closed)


@undoes(Act.OPEN_COMPARISON, "comparison.opened", "comparison.closed")
def comparison(entry: AuditEntry, actor: User) -> None:
    """What people have seen meanwhile they have seen."""
    held, was_opened = subject_of(entry, entry.study.rounds), entry.action == "comparison.opened"
    if (held.comparison_opened_at is not None) != was_opened:
        raise ChangedSince
    studies.set_comparison(round=held, actor=actor, opened=not was_opened)


def with_days(values: dict[str, Any]) -> dict[str, Any]:
    """As recorded, with days as days again."""
    days = {name: values.get(name) for name in ("starts_on", "ends_on")}
    return values | {name: date.fromisoformat(day) if day else None for name, day in days.items()}


# --- people -------------------------------------------------------------------------------------


@undoes(Act.MANAGE_PEOPLE, "invitation.made")
def invitation_made(entry: AuditEntry, actor: User) -> None:
    held: Invitation = subject_of(entry, entry.study.invitations)
    if held.used_at is not None or held.revoked_at is not None:
        raise ChangedSince
    people.revoke(invitation=held, actor=actor)


@undoes(Act.MANAGE_PEOPLE, "invitation.revoked")
def invitation_revoked(entry: AuditEntry, actor: User) -> None:
    held: Invitation = subject_of(entry, entry.study.invitations)
    if held.revoked_at is None or held.expires_at <= timezone.now():
        raise ChangedSince
    held.revoked_at = None
    held.save(update_fields=["revoked_at"])
    record(study=entry.study, actor=actor, action="invitation.renewed", subject=held)


@undoes(Act.MANAGE_PEOPLE, "member.changed", "member.ended")
def roles_changed(entry: AuditEntry, actor: User) -> None:
    user = subject_of(entry, User.objects.filter(is_active=True))
    refuse_changed({"roles": people.in_order(roles_of(entry.study, user))}, entry.after)
    roles = [Role(role) for role in entry.before["roles"]]
    people.set_roles(study=entry.study, actor=actor, user=user, roles=roles)


# --- codebook -----------------------------------------------------------------------------------

ROWS = {"label": Label, "attribute": Attribute, "rule": Rule}
FIELDS = {
    "label": codebook.LABEL_FIELDS,
    "attribute": codebook.ATTRIBUTE_FIELDS,
    "rule": codebook.RULE_FIELDS,
}


def entry_of(entry: AuditEntry) -> Label | Attribute | Rule:
    """The label, question or card that the act was about."""
    model = ROWS[entry.action.partition(".")[0]]
    rows = model._default_manager.filter(study=entry.study)
    found: Label | Attribute | Rule = subject_of(entry, rows)
    return found


def reason_of(entry: AuditEntry) -> str:
    said = entry.action.replace(".", " ")
    return REASON.format(f"{said}: {entry.subject_name}"[:200])


@undoes(
    Act.EDIT_CODEBOOK,
    *("label.added", "attribute.added", "rule.added"),
    *("label.archived", "attribute.archived", "rule.archived"),
    *("label.restored", "attribute.restored", "rule.restored"),
)
def archiving(entry: AuditEntry, actor: User) -> None:
    """What was added is archived: marks may have been made with it."""
    held, was_archived = entry_of(entry), entry.action.endswith(".archived")
    if (held.archived_at is not None) != was_archived:
        raise ChangedSince
    act = codebook.restore if was_archived else codebook.archive
    act(thing=held, actor=actor, reason=reason_of(entry))


@undoes(Act.EDIT_CODEBOOK, "label.changed", "attribute.changed", "rule.changed")
def wording(entry: AuditEntry, actor: User) -> None:
    held, names = entry_of(entry), FIELDS[entry.action.partition(".")[0]]
    refuse_changed(codebook.values_of(held, names), entry.after)
    values = {name: getattr(held, name) for name in names} | entry.before
    reason = reason_of(entry)
    if isinstance(held, Label):
        codebook.change_label(label=held, actor=actor, reason=reason, **values)
    elif isinstance(held, Attribute):
        codebook.change_attribute(attribute=held, actor=actor, reason=reason, **values)
    else:
        values["label"] = label_called(entry, values["label"])
        codebook.change_rule(rule=held, actor=actor, reason=reason, **values)


def label_called(entry: AuditEntry, said: Any) -> Label | None:
    """The audit names a card’s label; two of that name cannot be told apart."""
    if said is None or isinstance(said, Label):
        return said
    found = [label for label in entry.study.labels.all() if str(label) == said]
    if len(found) != 1:
        raise ChangedSince
    return found[0]


@undoes(Act.EDIT_CODEBOOK, "labels.ordered")
def order(entry: AuditEntry, actor: User) -> None:
    labels = list(entry.study.labels.all())
    if [label.name for label in labels] != entry.after["order"]:
        raise ChangedSince
    places = {name: place for place, name in enumerate(entry.before["order"])}
    if len(places) != len(labels):
        raise ChangedSince
    labels.sort(key=lambda label: places[label.name])
    reason = reason_of(entry)
    codebook.order_labels(study=entry.study, actor=actor, reason=reason, labels=labels)
