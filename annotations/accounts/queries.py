"""Finding people."""

from allauth.mfa.models import Authenticator
from django.db.models import Q

from .models import User


def find_account(name: str) -> User | None:
    """The account that is called so, by user name or e-mail address, in any case."""
    found = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name))
    return found.order_by("pk").first() if name else None


def has_second_factor(user: User) -> bool:
    """Whether signing in asks for more than the password."""
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=user, type__in=factors).exists())
