"""Who asks, and what they sent."""

from django.contrib import messages
from django.http import HttpRequest, QueryDict

from annotations.accounts.models import User
from annotations.marking.wire import Wire

ENDED = "This meeting has ended. Open it again to record a decision of it."


def me(request: HttpRequest) -> User:
    """Who is signed in; the middleware lets nobody else through."""
    assert isinstance(request.user, User)
    return request.user


def warn_of_links(request: HttpRequest, answer: Wire) -> None:
    """Of gold links that a decision has left without a footing."""
    for link in (answer.get("current") or {}).get("links", ()):
        if link["linked"] and link["problem"]:
            messages.warning(request, f"A link cannot stand any more: {link['problem']}")


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent, even if it is nothing; None when the page was only asked for."""
    return request.POST if request.method == "POST" else None
