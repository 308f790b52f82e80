"""Letters. Some go after the answer: how long it takes must not tell whether there was one."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

log = logging.getLogger("sourcemark.mail")
# One after the other; a process that stops sends what is left (EMAIL_TIMEOUT bounds each).
POST = ThreadPoolExecutor(max_workers=1, thread_name_prefix="letters")


def is_sent(send: Callable[[], object]) -> bool:
    """Whether the letter went off: a mail server that is away is in the log, and stops nothing."""
    try:
        send()
    except OSError:  # what sockets and smtplib raise
        log.exception("a letter could not be sent")
        return False
    return True


def send_later(send: Callable[[], None]) -> None:
    """`send` sees the request at hand, and asks no database."""
    POST.submit(copy_context().run, _send, send)


def _send(send: Callable[[], None]) -> None:
    try:
        send()
    except Exception:
        log.exception("a letter could not be sent")


def wait_for_letters() -> None:
    """Until all that were begun so far are sent."""
    POST.submit(int).result()
