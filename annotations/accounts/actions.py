"""What a person can do to their account. People leave, work stays: accounts are never deleted."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from annotations.text.refusal import Refusal

from .models import Session, User
from .security import note_later


class AddressTaken(Refusal):
    """Another account has this e-mail address. If it is yours, sign in with it."""


class NameTaken(Refusal):
    """Somebody already has this user name. Choose another."""


@transaction.atomic
def open_account(*, username: str, email: str, display_name: str, password: str) -> User:
    """Make an account. Only an invitation may lead here."""
    if User.objects.filter(username__iexact=username).exists():
        raise NameTaken
    refuse_taken(email)
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, email, password, display_name=display_name)
    except IntegrityError as error:  # two at the same moment
        refuse_taken(email)
        raise NameTaken from error
    note_later("account made", person=user.pk, username=username)
    return user


@transaction.atomic
def change_profile(
    *, user: User, display_name: str, email: str, theme: str, actor: User | None = None
) -> User:
    """By the person themselves, unless `actor` says who else."""
    by = {} if actor in {None, user} else {"by": actor.pk}
    if email.lower() != user.email.lower():
        refuse_taken(email)
        # django-allauth keeps addresses of its own; an old one must not stay a way in.
        EmailAddress.objects.filter(user=user).delete()
        note_later("address changed", person=user.pk, before=user.email, after=email, **by)
    if display_name != user.display_name:
        told = {"before": user.display_name, "after": display_name}
        note_later("name changed", person=user.pk, **told, **by)
    told = {"display_name": display_name, "email": email, "theme": theme}
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(**told)
    except IntegrityError as error:  # two at the same moment
        raise AddressTaken from error
    user.display_name, user.email, user.theme = display_name, email, theme
    return user


def refuse_taken(email: str) -> None:
    if User.objects.filter(email__iexact=email).exists():
        raise AddressTaken


@transaction.atomic
def deactivate(*, user: User, actor: User | None = None) -> User:
    """Close an account: nobody can sign in with it, and all that was done with it stays."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user)
    note_later("account closed", person=(actor or user).pk, account=user.pk)
    return user


@transaction.atomic
def reactivate(*, user: User, actor: User | None = None) -> User:
    """Open a closed account again: whoever knows its password can sign in."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    note_later("account opened again", person=(actor or user).pk, account=user.pk)
    return user


RIGHTS = ("is_staff", "is_superuser")


@transaction.atomic
def look_after(
    *, user: User, actor: User, username: str, is_staff: bool, is_superuser: bool
) -> User:
    """What only a site admin changes of somebody's account, each change in the security log."""
    given = {"username": username, "is_staff": is_staff, "is_superuser": is_superuser}
    for name, value in given.items():
        before = getattr(user, name)
        if before != value:
            event = f"{'right' if name in RIGHTS else 'user name'} changed"
            told = {"what": name} if name in RIGHTS else {}
            note_later(event, person=actor.pk, account=user.pk, before=before, after=value, **told)
            setattr(user, name, value)
    user.save(update_fields=list(given))
    return user


def end_sessions(*, user: User, keep: str | None = None) -> int:
    """Sign the person out everywhere, but for the session `keep`. Returns how many ended."""
    ended, _ = Session.objects.filter(user=user).exclude(session_key=keep).delete()
    return ended


@transaction.atomic
def remove_second_factors(*, user: User) -> int:
    """For somebody who lost app, keys and codes, and proved otherwise who they are."""
    removed: int = Authenticator.objects.filter(user=user).delete()[0]
    end_sessions(user=user)
    note_later("second factors removed by a site admin", person=user.pk)
    return removed
