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
        return User.objects.create_user(username, email, password, display_name=display_name)
    except IntegrityError as error:  # two at the same moment
        raise NameTaken from error


@transaction.atomic
def change_profile(*, user: User, display_name: str, email: str, theme: str) -> User:
    if email.lower() != user.email.lower():
        refuse_taken(email)
        # django-allauth keeps addresses of its own; an old one must not stay a way in.
        EmailAddress.objects.filter(user=user).delete()
        note_later("address changed", person=user.pk, before=user.email, after=email)
    if display_name != user.display_name:
        note_later("name changed", person=user.pk, before=user.display_name, after=display_name)
    user.display_name, user.email, user.theme = display_name, email, theme
    user.save(update_fields=["display_name", "email", "theme"])
    return user


def refuse_taken(email: str) -> None:
    if User.objects.filter(email__iexact=email).exists():
        raise AddressTaken


@transaction.atomic
def deactivate(*, user: User) -> User:
    """Close an account: nobody can sign in with it, and all that was done with it stays."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user)
    return user


@transaction.atomic
def reactivate(*, user: User) -> User:
    """Open a closed account again: whoever knows its password can sign in."""
    user.is_active = True
    user.save(update_fields=["is_active"])
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
