"""Where sign-in differs from django-allauth's own ways."""

import logging
from functools import partial
from typing import Any, ClassVar, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render

from .actions import end_sessions
from .letters import is_sent, send_later
from .models import User
from .queries import find_account
from .security import note
from .sessions import describe_browser


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    wrong = "E-mail address, user name or password is not right. Check them and try again."
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": wrong,
        "username_password_mismatch": wrong,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come in by invitation only."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords count per account and address, by whichever name the account is called.

        Per account alone, a stranger could lock its owner out.
        """
        name = str(credentials.get("email") or credentials.get("username") or "").lower()
        account = find_account(name)
        return f"{self.get_client_ip(request)}:{account.pk if account else name}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            self.refuse_tries(request, credentials, error)

    def refuse_tries(
        self, request: HttpRequest, credentials: dict[str, Any], error: ValidationError
    ) -> NoReturn:
        self.note_try("too many wrong passwords", credentials)
        raise ImmediateHttpResponse(respond_429(request)) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self.note_try("wrong password", credentials)

    def note_try(self, event: str, credentials: dict[str, Any]) -> None:
        name = credentials.get("email") or credentials.get("username")
        note(event, person=name, level=logging.WARNING)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        describe_browser(request, str(self.get_client_ip(request)))
        note("signed in", person=user.pk)

    def logout(self, request: HttpRequest) -> None:
        person = request.user.pk
        super().logout(request)
        note("signed out", person=person)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """After the answer, which an address without an account gets as soon."""
        send_later(partial(super().send_password_reset_mail, user, email, context))

    def send_confirmation_mail(self, request: HttpRequest, *told: Any, **more: Any) -> None:
        """Nobody waits for a letter that could not be sent."""
        if not is_sent(partial(super().send_confirmation_mail, request, *told, **more)):
            page = render(request, "account/verification_unsent.html", status=503)
            raise ImmediateHttpResponse(page)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Every other browser of this person is signed out, on the server."""
        super().set_password(user, password)
        self.end_others(user, "password set")

    def take_password_away(self, user: User) -> None:
        """Signing in is left to keys and other sites."""
        user.set_unusable_password()
        user.save(update_fields=["password"])
        self.end_others(user, "password taken away")

    def end_others(self, user: AbstractBaseUser, event: str) -> None:
        assert isinstance(user, User)
        by = context.request.user
        end_sessions(user=user, keep=context.request.session.session_key if by == user else None)
        somebody_else = {"by": by.pk} if by.is_authenticated and by != user else {}
        note(event, person=user.pk, **somebody_else)


class ElsewhereAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Signing in through another site opens no account: it leads into one that is there."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False
