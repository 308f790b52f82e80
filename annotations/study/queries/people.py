"""Members, former members and invitations of a study."""

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from annotations.accounts.models import User

from ..models import Invitation, Membership, Role, Study


@dataclass(frozen=True)
class Member:
    """A person with the roles they hold; `roles` is empty and `ended_at` set once they left."""

    user: User
    roles: tuple[Role, ...]
    since: datetime
    ended_at: datetime | None


def list_members(study: Study) -> list[Member]:
    """Everybody who ever took part: current members first, each group by name."""
    held: dict[User, list[Membership]] = defaultdict(list)
    for membership in study.memberships.select_related("user"):
        held[membership.user].append(membership)
    members = [_member(user, memberships) for user, memberships in held.items()]
    return sorted(members, key=lambda m: (not m.roles, str(m.user).casefold(), str(m.user.pk)))


def _member(user: User, memberships: list[Membership]) -> Member:
    roles = {Role(each.role) for each in memberships if each.ended_at is None}
    ends = [each.ended_at for each in memberships if each.ended_at]
    return Member(
        user=user,
        roles=tuple(role for role in Role if role in roles),
        since=min(each.started_at for each in memberships),
        ended_at=None if roles else max(ends),
    )


def lost_a_role(user: User, study_id: uuid.UUID, *, since: datetime) -> bool:
    """Whether a role that the person held in the study then has ended since."""
    held = Membership.objects.filter(user=user, study=study_id)
    return held.filter(started_at__lte=since, ended_at__gt=since).exists()


@dataclass(frozen=True)
class Ending:
    """A study that somebody is no longer in, and since when."""

    study_name: str
    at: datetime


def endings_of(user: User) -> list[Ending]:
    """The kept studies that the person has left, the latest first. One query."""
    held = Membership.objects.filter(user=user, study__deleted_at=None).order_by()
    found = held.values("study", "study__name").annotate(
        at=Max("ended_at"), n_held=Count("pk", filter=Q(ended_at=None))
    )
    return [Ending(row["study__name"], row["at"]) for row in found.filter(n_held=0).order_by("-at")]


def fetch_member(study: Study, user_id: uuid.UUID) -> User:
    """Somebody who is or was a member; nobody else can be found through a study."""
    user = User.objects.filter(memberships__study=study, pk=user_id).distinct().first()
    if user is None:
        raise Http404("No such member.")
    return user


def roles_of(study: Study, user: User) -> frozenset[Role]:
    held = Membership.objects.current().filter(study=study, user=user)
    return frozenset(Role(role) for role in held.values_list("role", flat=True))


def managers(study: Study) -> QuerySet[User]:
    """Those who can still sign in and manage."""
    current = Q(memberships__study=study, memberships__role=Role.MANAGER)
    return User.objects.filter(current, memberships__ended_at=None, is_active=True).distinct()


def is_only_manager(study: Study, user: User) -> bool:
    """Whether the study would be left without a manager if this person went."""
    leads = Role.MANAGER in roles_of(study, user)
    return leads and not managers(study).exclude(pk=user.pk).exists()


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_invitations(study: Study) -> QuerySet[Invitation]:
    """Those that still let somebody in, newest first."""
    unused = study.invitations.filter(used_at=None, revoked_at=None)
    return unused.filter(expires_at__gt=timezone.now()).select_related("created_by")


def fetch_invitation(token: str) -> Invitation:
    """The invitation of a link, in whatever state; Http404 when there never was one."""
    found = Invitation.objects.select_related("study", "created_by")
    invitation = found.filter(token_sha256=hash_token(token)).first()
    if invitation is None:
        raise Http404("No such invitation.")
    return invitation


def studies_managed_alone(user: User) -> list[Study]:
    """Kept studies that would be left without a manager if this person went."""
    mine = Study.objects.kept().filter(
        memberships__user=user, memberships__role=Role.MANAGER, memberships__ended_at=None
    )
    return [study for study in mine.distinct() if not managers(study).exclude(pk=user.pk).exists()]
