"""Uploads that are too large are refused before they are taken in."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from time import monotonic
from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from .queries import import_limits
from .records import in_bytes

ROOM_FOR_FIELDS = 100_000  # bytes of a request beside its files
DRAINED = 100_000_000  # bytes read and dropped so that a browser hears the refusal
AT_ONCE = 4_096  # bytes; a slow sender is waited for until there are so many
PATIENCE = 20.0  # seconds

View = Callable[..., HttpResponse]
Refuse = Callable[..., HttpResponse]


def drain(request: HttpRequest) -> None:
    """Read what is left of the body, and drop it: a browser that still sends hears no answer. Who
    takes longer than PATIENCE is not waited for."""
    began = monotonic()
    with suppress(UnreadablePostError):
        for _ in range(DRAINED // AT_ONCE):
            if not request.read(AT_ONCE) or monotonic() - began > PATIENCE:
                break


def refusing_big_uploads(refuse: Refuse) -> Callable[[View], View]:
    """Answer with `refuse(request, …, much=…)` before the body is taken in, which is why the
    token is checked only after this."""

    def decorated(view: View) -> View:
        protected: View = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            limits = import_limits()
            if int(request.META.get("CONTENT_LENGTH") or 0) > limits.upload_bytes + ROOM_FOR_FIELDS:
                drain(request)
                much = f"more than {in_bytes(limits.upload_bytes)} together"
                return refuse(request, much=much, **kwargs)
            try:
                return protected(request, *args, **kwargs)
            except TooManyFilesSent:
                return refuse(request, much=f"more than {limits.zip_entries:,}", **kwargs)

        return guarded

    return decorated
