"""The security log: who did what to whose access, from which address. One line an event.

Never passwords, codes, tokens or text of articles. The log's time stamp is UTC.
"""

import logging
from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from django.db import transaction

log = logging.getLogger("sourcemark.security")
BY_HAND = "-"  # at the command line there is no address


def address() -> str:
    """Where the request at hand came from."""
    request = context.request
    return str(get_adapter().get_client_ip(request)) if request else BY_HAND


def note(event: str, *, person: object, level: int = logging.INFO, **details: object) -> None:
    """Write it now. %r, so that a name with a line break cannot forge a log line."""
    told: dict[str, Any] = {"event": event, "person": str(person), "address": address()}
    told |= {name: str(value) for name, value in details.items()}
    line = " ".join(f"{name}={value!r}" for name, value in told.items() if name != "event")
    log.log(level, "%s: %s", event, line, extra={"told": told})


def note_later(event: str, *, person: object, **details: object) -> None:
    """Write it once the act is in the database, and not at all if it never gets there."""
    transaction.on_commit(partial(note, event, person=person, level=logging.INFO, **details))
