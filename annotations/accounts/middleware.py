"""Who is asking, from the row that the session was loaded with."""

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from .models import User


def session_user(request: HttpRequest) -> User | None:
    """The session's user when every check that Django makes holds; None leaves it to Django."""
    session = request.session
    user_id = session.get(auth.SESSION_KEY)
    user: User | None = getattr(session, "user_row", None)
    if user is None or str(user.pk) != user_id or not user.is_active:
        return None
    if session.get(auth.BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    known = session.get(auth.HASH_SESSION_KEY, "")
    return user if constant_time_compare(known, user.get_session_auth_hash()) else None


def current_user(request: HttpRequest) -> User | AnonymousUser:
    if not hasattr(request, "_cached_user"):
        user = session_user(request) or auth.get_user(request)
        request._cached_user = user  # type: ignore[attr-defined]
    return request._cached_user  # type: ignore[attr-defined,no-any-return]


class CurrentUserMiddleware(AuthenticationMiddleware):
    """Django's own, one query cheaper."""

    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(lambda: current_user(request))  # type: ignore[assignment]
