"""Second factors where they differ from django-allauth's own ways."""

import base64
import hashlib
import logging
from functools import cache
from typing import Any, NoReturn

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

from .actions import end_sessions
from .models import User
from .security import note

USE = b"sourcemark second factor "


@cache
def lock(*secrets: str) -> MultiFernet:
    """Made from the site's key: whoever has only the database cannot compute codes from it."""
    keys = (hashlib.sha256(USE + secret.encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def site_lock() -> MultiFernet:
    return lock(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


TOO_MANY = ("too_many_login_attempts", "rate_limited")  # django-allauth's refusals of a code


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {  # as django-allauth declares it
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right. Codes change every half minute: try the next.",
    }

    def encrypt(self, text: str) -> str:
        return site_lock().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return site_lock().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Sourcemark"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        n = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Key {n + 1}"


def on_added(request: HttpRequest, user: User, authenticator: Authenticator, **extra: Any) -> None:
    """Browsers that signed in without it are signed out."""
    note("second factor added", person=user.pk, kind=authenticator.type)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        end_sessions(user=user, keep=request.session.session_key)


def on_removed(user: User, authenticator: Authenticator, **extra: Any) -> None:
    note("second factor removed", person=user.pk, kind=authenticator.type)


def on_reset(user: User, authenticator: Authenticator, **extra: Any) -> None:
    note("second factor renewed", person=user.pk, kind=authenticator.type)


def on_used(user: User, authenticator: Authenticator, **extra: Any) -> None:
    note("second factor used", person=user.pk, kind=authenticator.type)


def on_failed(user: User, authenticator: Authenticator, **extra: Any) -> None:
    kind = authenticator.type
    note("wrong second factor", person=user.pk, kind=kind, level=logging.WARNING)


def refuse_codes(user: User, error: Exception) -> NoReturn:
    """No code is looked at any more, not even a right one."""
    note("too many wrong second factors", person=user.pk, level=logging.WARNING)
    raise ImmediateHttpResponse(respond_429(context.request)) from error


def listen() -> None:
    """django-allauth tells of second factors by signals only."""
    authenticator_added.connect(on_added)
    authenticator_removed.connect(on_removed)
    authenticator_reset.connect(on_reset)
    authenticator_used.connect(on_used)
    authentication_failed.connect(on_failed)
