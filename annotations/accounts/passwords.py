"""Whether whoever sits at an open browser knows the password."""

from allauth.account.adapter import get_adapter

from .models import User


def knows_password(user: User, password: str) -> bool:
    """They have no more tries than whoever stands at the door: these count together (adapter), and
    too many are answered with 429."""
    return bool(password and get_adapter().reauthenticate(user, password))
