"""Who asks, and what they sent: for the pages of every room."""

from django.http import HttpRequest, QueryDict

from .models import User


def me(request: HttpRequest) -> User:
    """Who is signed in; the middleware lets nobody else through."""
    assert isinstance(request.user, User)
    return request.user


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent, even if it is nothing; None when the page was only asked for."""
    return request.POST if request.method == "POST" else None
