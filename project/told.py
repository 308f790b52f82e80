"""Who is behind a refused request, for Django's own security lines; asks no database."""

import logging
from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied


class Asker(logging.Filter):
    """Adds person and address to what django.security says of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        request: Any = getattr(record, "request", None)
        if request is None or not record.name.startswith("django.security"):
            return True
        from allauth.account.adapter import get_adapter  # no apps are there when logging is set up

        user = getattr(request, "_cached_user", None)  # known only where it was asked for
        person, address = str(getattr(user, "pk", None) or "-"), "-"
        with suppress(PermissionDenied):  # there is none
            address = str(get_adapter().get_client_ip(request))
        if not hasattr(record, "told"):
            said = record.getMessage()
            record.msg, record.args = "%s person=%r address=%r", (said, person, address)
            record.told = {"event": "request refused", "person": person, "address": address}
        return True


class NoFault(logging.Filter):
    """What Django takes for an error is none of ours: a form beyond its limits, without a trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = None
        return True
