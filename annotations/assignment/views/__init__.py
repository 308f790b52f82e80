"""Pages of the assignment room."""

from django.http import HttpRequest, QueryDict

from annotations.accounts.models import User


def me(request: HttpRequest) -> User:
    """Who is signed in; the middleware lets nobody else through."""
    assert isinstance(request.user, User)
    return request.user


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was filled in with; None when it is only looked at."""
    return request.POST if request.method == "POST" else None
