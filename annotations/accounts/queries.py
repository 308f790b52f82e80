"""Finding people."""

from django.db.models import Q

from .models import User


def find_account(name: str) -> User | None:
    """The account that is called so, by user name or e-mail address, in any case."""
    found = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name))
    return found.order_by("pk").first() if name else None
