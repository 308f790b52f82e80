"""A request that has passed the sign-in middleware."""

from django.http import HttpRequest

from annotations.accounts.models import User


class SignedIn(HttpRequest):
    """Every view but those marked `login_not_required` gets its person along."""

    user: User
