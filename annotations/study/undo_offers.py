"""The line that says what was done, with a button that undoes it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from .actions.audit import MADE_NOW
from .actions.undoing import UNDOINGS

MARK = "undo"  # how the tags of such a message begin: the address, then numbers of acts
MOST = 500  # acts that one button undoes


@dataclass(frozen=True)
class Offer:
    """Where to send which acts."""

    address: str
    acts: str


def noting_acts(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what a request records is known until it is answered."""

    def answered(request: HttpRequest) -> HttpResponse:
        token = MADE_NOW.set([])
        try:
            return get_response(request)
        finally:
            MADE_NOW.reset(token)

    return answered


def say_done(request: HttpRequest, said: str) -> None:
    """What the request recorded can be undone by a button; with no way back it is said only."""
    ways = [entry for entry in MADE_NOW.get() or () if entry.action in UNDOINGS]
    if not 0 < len(ways) <= MOST:
        messages.success(request, said)
        return
    address = reverse("study:undo", args=[ways[0].study_id])
    numbers = ",".join(str(entry.pk) for entry in ways)
    messages.success(request, said, extra_tags=f"{MARK} {address} {numbers}")


def say_done_with(request: HttpRequest, said: str, address: str) -> None:
    """Another address undoes it."""
    messages.success(request, said, extra_tags=f"{MARK} {address} -")


def offer_in(tags: str) -> Offer | None:
    """What `say_done` put there."""
    parts = (tags or "").split(" ")
    return Offer(parts[1], parts[2]) if len(parts) == 3 and parts[0] == MARK else None
