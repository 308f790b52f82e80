"""Tokens by which programs sign in: making, finding, counting and ending them."""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.utils import timezone

from annotations.text.refusal import Refusal

from .models import AccessToken, Scope, User
from .queries import has_second_factor
from .security import note_later

BEGINS = "sm_"  # so that people, and programs that look for leaked secrets, know one
N_BYTES = 32
SHOWN = 10  # characters
LONGEST = timedelta(days=365)
AT_MOST = 20  # live tokens of one person
MINUTE = 60  # seconds


class TooManyTokens(Refusal):
    """You have twenty tokens already. Revoke one that nothing uses any more."""


@dataclass(frozen=True)
class MadeToken:
    """The only moment at which the secret is known here."""

    row: AccessToken
    secret: str


def sha256_of(secret: str) -> str:
    """Plain SHA-256 is enough: the secret is 256 random bits, which nobody can guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_token(*, user: User, name: str, scopes: Sequence[Scope], keeps: timedelta) -> MadeToken:
    """A new token. `keeps` is cut to a year. Raises TooManyTokens."""
    if live_tokens(user).count() >= AT_MOST:
        raise TooManyTokens
    secret = BEGINS + secrets.token_urlsafe(N_BYTES)
    row = AccessToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:SHOWN],
        sha256=sha256_of(secret),
        scopes=[scope.value for scope in Scope if scope in scopes],
        with_factor=has_second_factor(user),
        expires_at=timezone.now() + min(keeps, LONGEST),
    )
    told = {"token": row.prefix, "scopes": " ".join(row.scopes)}
    note_later("token made", person=user.pk, expires=row.expires_at.date(), **told)
    return MadeToken(row, secret)


@transaction.atomic
def revoke_token(*, token: AccessToken, actor: User) -> None:
    """From now on it opens nothing. Revoking twice is revoking once."""
    mine = AccessToken.objects.filter(pk=token.pk, revoked_at=None)
    if mine.update(revoked_at=timezone.now()):
        note_later("token revoked", person=actor.pk, token=token.prefix, owner=token.user_id)


def list_tokens(user: User) -> "QuerySet[AccessToken]":
    """Everything but what was revoked or has expired a month ago, newest first."""
    since = timezone.now() - timedelta(days=30)
    return AccessToken.objects.filter(user=user, revoked_at=None, expires_at__gt=since)


def live_tokens(user: User) -> "QuerySet[AccessToken]":
    return AccessToken.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())


def find_token(secret: str) -> AccessToken | None:
    """The live token of an account that is open, with its person; one query."""
    found = AccessToken.objects.select_related("user").filter(
        sha256=sha256_of(secret),
        revoked_at=None,
        expires_at__gt=timezone.now(),
        user__is_active=True,
    )
    return found.first()


def count_request(token: AccessToken) -> int:
    """Count one request of this minute; 0, or the seconds to wait when there were too many.

    One statement, so that two requests at once are two. What is refused is counted too.
    """
    now = time.time()
    minute = int(now // MINUTE)
    AccessToken.objects.filter(pk=token.pk).update(
        n_asked=Case(When(asked_minute=minute, then=F("n_asked") + 1), default=Value(1)),
        asked_minute=minute,
        last_used_at=timezone.now(),
    )
    token.refresh_from_db(fields=["n_asked"])
    too_many = token.n_asked > settings.SOURCEMARK_API_PER_MINUTE
    return max(1, MINUTE - int(now % MINUTE)) if too_many else 0
