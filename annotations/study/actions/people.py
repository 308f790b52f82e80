"""Inviting people, giving and ending roles. One manager must stay."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from annotations.accounts.actions import deactivate, reactivate
from annotations.accounts.models import User
from annotations.overtaken import again_if_overtaken
from annotations.text.refusal import Refusal

from ..models import Invitation, Membership, Role, Study
from ..queries.people import hash_token, managers, roles_of, studies_managed_alone
from .audit import record

INVITATION_LASTS = timedelta(days=7)
TOKEN_BYTES = 32


class NoRole(Refusal):
    """Choose at least one role."""


class LastManager(Refusal):
    """This person is the only manager of the study. Make somebody else a manager first."""


class LastManagerOneself(LastManager):
    """You are the only manager of this study. Make somebody else a manager first."""


class InvitationUsed(Refusal):
    """This invitation has already been used. Ask for a new one."""


class InvitationRevoked(Refusal):
    """This invitation has been withdrawn. Ask for a new one."""


class InvitationExpired(Refusal):
    """This invitation is more than seven days old. Ask for a new one."""


class StudyGone(Refusal):
    """The study of this invitation is no longer there."""


@transaction.atomic
def invite(
    *, study: Study, actor: User, roles: Iterable[Role], email: str = "", for_whom: str = ""
) -> tuple[Invitation, str]:
    """The invitation and its token, which is nowhere else: only its hash is stored."""
    wanted = in_order(roles)
    if not wanted:
        raise NoRole
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.create(
        study=study,
        roles=wanted,
        email=email,
        for_whom=for_whom,
        token_sha256=hash_token(token),
        created_by=actor,
        expires_at=timezone.now() + INVITATION_LASTS,
    )
    record(
        study=study,
        actor=actor,
        action="invitation.made",
        subject=invitation,
        after={"roles": wanted, "email": email, "for_whom": for_whom},
    )
    return invitation, token


def in_order(roles: Iterable[Role]) -> list[str]:
    wanted = set(roles)
    return [role.value for role in Role if role in wanted]


@transaction.atomic
def revoke(*, invitation: Invitation, actor: User) -> None:
    """From now on the link lets nobody in. Revoking twice, or after use, changes nothing."""
    now = timezone.now()
    unused = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
    if unused.update(revoked_at=now):
        record(study=invitation.study, actor=actor, action="invitation.revoked", subject=invitation)


def refuse_stale(invitation: Invitation) -> None:
    """Raises unless the invitation still lets somebody in."""
    if invitation.study.deleted_at is not None:
        raise StudyGone
    if invitation.used_at is not None:
        raise InvitationUsed
    if invitation.revoked_at is not None:
        raise InvitationRevoked
    if invitation.expires_at <= timezone.now():
        raise InvitationExpired


@again_if_overtaken
def accept(*, invitation: Invitation, user: User) -> Study:
    """The person joins with the invitation's roles, beside those they may have. Works once."""
    locked = Invitation.objects.select_for_update().select_related("study")
    invitation = locked.get(pk=invitation.pk)
    refuse_stale(invitation)
    invitation.used_at, invitation.used_by = timezone.now(), user
    invitation.save(update_fields=["used_at", "used_by"])
    held = roles_of(invitation.study, user)
    give(invitation.study, user, [Role(role) for role in invitation.roles if role not in held])
    record(
        study=invitation.study,
        actor=user,
        action="member.joined",
        subject=user,
        before={"roles": in_order(held)},
        after={"roles": in_order(roles_of(invitation.study, user))},
    )
    return invitation.study


def give(study: Study, user: User, roles: Iterable[Role]) -> None:
    for role in roles:
        Membership.objects.create(study=study, user=user, role=role)


@again_if_overtaken
def set_roles(*, study: Study, actor: User, user: User, roles: Iterable[Role]) -> None:
    """Exactly these roles from now on; none ends the membership. Marks and history stay."""
    Study.objects.select_for_update().get(pk=study.pk)  # two managers, each removing the other
    before, after = roles_of(study, user), frozenset(roles)
    if before == after:
        return
    if Role.MANAGER in before - after and not managers(study).exclude(pk=user.pk).exists():
        raise LastManagerOneself if actor.pk == user.pk else LastManager
    ended = Membership.objects.current().filter(study=study, user=user, role__in=before - after)
    ended.update(ended_at=timezone.now())
    give(study, user, [role for role in Role if role in after - before])
    record(
        study=study,
        actor=actor,
        action="member.changed" if after else "member.ended",
        subject=user,
        before={"roles": in_order(before)},
        after={"roles": in_order(after)},
    )


@transaction.atomic
def close_account(*, user: User) -> None:
    """The person leaves all studies and can no longer sign in; what they did stays theirs."""
    alone = studies_managed_alone(user)
    if alone:
        names = ", ".join(f"“{study.name}”" for study in alone)
        raise LastManager(f"You are the only manager of {names}. Make somebody else one first.")
    for study in Study.objects.kept().filter(memberships__user=user).distinct():
        set_roles(study=study, actor=user, user=user, roles=())
    deactivate(user=user, actor=user)


@transaction.atomic
def deactivate_account(*, user: User, actor: User) -> list[Study]:
    """A site admin closes somebody's account; the roles stay, should it be opened again.

    Returns the studies that nobody leads now: an account may have to be closed at once.
    """
    unled = studies_managed_alone(user)
    deactivate(user=user, actor=actor)
    _record_account(user, actor, "account.deactivated")
    return unled


@transaction.atomic
def activate_account(*, user: User, actor: User) -> None:
    """Let somebody sign in again, with the roles they had."""
    reactivate(user=user, actor=actor)
    _record_account(user, actor, "account.activated")


def _record_account(user: User, actor: User, action: str) -> None:
    mine = Study.objects.filter(memberships__user=user, memberships__ended_at=None).distinct()
    for study in mine.order_by("pk"):
        record(study=study, actor=actor, action=action, subject=user)
