"""Who asks: a token in the Authorization header, nothing else. No cookie opens this door."""

import hashlib
import logging
import time
import uuid

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from annotations.accounts.models import AccessToken, Scope
from annotations.accounts.security import note
from annotations.accounts.tokens import MINUTE, count_request, find_token
from annotations.study.queries.door import find_standing, is_guarded

from .problems import Problem

REALM = 'Bearer realm="Sourcemark"'
WRONG_TOKENS = 30  # a minute from one address


def admit(request: HttpRequest, scope: Scope, study_id: uuid.UUID | None) -> AccessToken:
    """The token's row with its person. Raises Problem: 401, 403 or 429.

    Three queries; two more for a token without a second factor in a study's route.
    """
    token = find_token(bearer(request))
    if token is None:
        raise wrong_token(request)
    if wait := count_request(token):
        raise too_many(wait)
    request.user = token.user
    demand(token, scope)
    if study_id is not None and not token.with_factor:
        refuse_without_factor(token, study_id)
    return token


def demand(token: AccessToken, scope: Scope) -> None:
    """Raises Problem (403) for a token without the scope."""
    if scope not in token.scopes:
        detail = f"This token may not {scope.value}. Make one that may, on the page of your tokens."
        header = f'{REALM}, error="insufficient_scope", scope="{scope.value}"'
        raise Problem(403, "scope-missing", detail, headers={"WWW-Authenticate": header})


def bearer(request: HttpRequest) -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        detail = "Send a token in the header: Authorization: Bearer sm_…"
        raise Problem(401, "token-missing", detail, headers={"WWW-Authenticate": REALM})
    return secret.strip()


def wrong_token(request: HttpRequest) -> Problem:
    address = str(get_adapter().get_client_ip(request))
    digest = hashlib.sha256(address.encode()).hexdigest()
    key = f"wrong tokens {digest} {int(time.time() // MINUTE)}".replace(" ", ":")
    n_before = cache.get(key, 0)
    cache.set(key, n_before + 1, MINUTE)  # two at once may count as one: a brake, no lock
    if n_before >= WRONG_TOKENS:
        return too_many(MINUTE)
    note("unknown token", person="-", level=logging.WARNING)
    detail = "This token is unknown, was revoked, or has ended. Make a new one."
    header = f'{REALM}, error="invalid_token"'
    return Problem(401, "token-wrong", detail, headers={"WWW-Authenticate": header})


def too_many(wait: int) -> Problem:
    detail = f"Too many requests. Try again in {wait} s."
    return Problem(429, "too-many", detail, headers={"Retry-After": str(wait)})


def refuse_without_factor(token: AccessToken, study_id: uuid.UUID) -> None:
    """A token made by a password alone is no second factor, whatever was set up since."""
    standing = find_standing(token.user, study_id)
    if standing is not None and is_guarded(standing):
        detail = (
            "This study asks its curators and managers for a second factor, and this token was "
            "made without one. Set it up, then make a new token."
        )
        raise Problem(403, "second-factor-needed", detail)
