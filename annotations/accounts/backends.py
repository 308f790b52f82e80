"""Who is meant by a name or an e-mail address, and whether the password is theirs."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from .models import User


class OneHashBackend(AuthenticationBackend):  # type: ignore[misc]
    """Each try costs one hash, whether or not there is such an account: how long the answer takes
    does not tell. django-allauth's own tries an address as a user name too, with a second hash."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Raises PermissionDenied, upon which Django asks no other backend."""
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            raise PermissionDenied
        return user

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        name = credentials.get("email") or credentials.get("username") or ""
        found: User | None = self._check_password(find_by_login(name), credentials["password"])
        return found


def find_by_login(name: str) -> User | None:
    """An address is believed before a user name that looks like it: nobody takes another's place
    by calling themselves so."""
    if "@" in name:
        owners: list[User] = filter_users_by_email(name, prefer_verified=True, for_login=True)
        if owners:
            return min(owners, key=lambda user: (user.email.lower() != name.lower(), user.pk))
    found: User | None = get_user_by_username(name)
    return found
