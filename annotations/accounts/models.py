"""Who signs in."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.backends.db import SessionStore as DbSessionStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class Theme(models.TextChoices):
    SYSTEM = "system", "As my device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class User(AbstractUser):
    """A person. Deactivated when they leave, never deleted under their spans."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address")
    display_name = models.CharField("name shown to others", max_length=120, blank=True)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    keymap = models.JSONField(default=dict, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="user_email_once",
                violation_error_message="Another account has this e-mail address.",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def access(self) -> str:
        """Why the person cannot sign in; "" when they can. Who is known from files only never had
        an open account."""
        if self.is_active:
            return ""
        was_open = self.last_login is not None or self.has_usable_password()
        return "account closed" if was_open else "known from files"

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Session(AbstractBaseSession):
    """A signed-in browser. It names its person, so that all of theirs can be ended at once."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )

    @classmethod
    def get_session_store_class(cls) -> type[DbSessionStore]:
        from .sessions import SessionStore

        return SessionStore


class Scope(models.TextChoices):
    """What a token may be used for: never more than its person may do on the pages."""

    READ = "read", "Read what you may see, and take it out: reports and exports"
    MARK = "mark", "Mark articles that are assigned to you, and submit them"
    SUGGEST = "suggest", "Bring in suggestions of a model"
    CURATE = "curate", "Decide cases"
    MANAGE = "manage", "Add articles and assign them"


class AccessToken(models.Model):
    """What a program signs in with in a person's name. Only its SHA-256 is kept.

    `with_factor`: made by somebody who had a second factor then. `n_asked` counts the requests
    of the minute `asked_minute` (minutes since 1970).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)  # by which its person tells it from others
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()  # list of Scope values, at least one
    with_factor = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    asked_minute = models.PositiveBigIntegerField(default=0)
    n_asked = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="access_token_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def scope_labels(self) -> list[str]:
        return [scope.label for scope in Scope if scope in self.scopes]
