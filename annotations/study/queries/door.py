"""The door to every study: nobody gets at its rows without passing here."""

import uuid
from contextvars import ContextVar

from django.core.exceptions import PermissionDenied
from django.http import Http404

from annotations.accounts.models import User
from annotations.accounts.queries import has_second_factor

from ..models import Membership, Role, Study
from ..policy import Act, Standing

# The study that the request at hand was let into as a site admin's (actions/looks.py).
LET_IN: ContextVar[list[Standing] | None] = ContextVar("let_in", default=None)
GUARDED = frozenset({Role.CURATOR, Role.MANAGER})


class SecondFactorNeeded(PermissionDenied):
    """This study asks its curators and managers for a second factor at sign-in."""


def find_standing(user: User, study_id: uuid.UUID) -> Standing | None:
    """What the person is in the study; None for strangers and for studies in the bin."""
    memberships = list(
        Membership.objects.current()
        .filter(study=study_id, study__deleted_at=None, user=user)
        .select_related("study")
    )
    if memberships:
        roles = frozenset(Role(membership.role) for membership in memberships)
        return Standing(user, memberships[0].study, roles, user.is_superuser)
    if user.is_superuser:
        study = Study.objects.kept().filter(pk=study_id).first()
        if study is not None:
            standing = Standing(user, study, frozenset({Role.MANAGER}), is_site_admin=True)
            if (let_in := LET_IN.get()) is not None:
                let_in.append(standing)
            return standing
    return None


def fetch_standing(user: User, study_id: uuid.UUID, act: Act) -> Standing:
    """The person's standing in the study, if they may do `act` there.

    Raises Http404 for strangers and PermissionDenied for members whose roles do not allow it.
    Raises SecondFactorNeeded for curators and managers who should have one and have none.
    Acts that depend on the phase of an article are checked again where the article is known.
    """
    standing = find_standing(user, study_id)
    if standing is None:
        raise Http404("No such study.")
    if not standing.may(act):
        raise PermissionDenied(f"Your role in this study does not allow you to {act.value}.")
    check_second_factor(user, guarded=is_guarded(standing))
    return standing


def check_second_factor(user: User, *, guarded: bool) -> None:
    """Also for those who write by one statement of their own and so do not pass the door."""
    if guarded and not has_second_factor(user):
        raise SecondFactorNeeded(str(SecondFactorNeeded.__doc__))


def lacks_second_factor(standing: Standing) -> bool:
    """Asks the database only in studies that demand one, and not about annotators."""
    return is_guarded(standing) and not has_second_factor(standing.user)


def is_guarded(standing: Standing) -> bool:
    """Whether the study demands a second factor of this person."""
    return standing.study.second_factor and bool(standing.roles & GUARDED)
