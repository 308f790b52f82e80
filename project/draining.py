"""What a sender has not got rid of yet is read and dropped before it is answered.

Many answers are ready before the body was read: it is too large, the token is wrong, there is
nothing at the address. Were the connection closed on unread bytes, its end would throw away the
answer on the way to the sender, who would hear of a broken connection and send it all again.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from time import monotonic
from typing import Any

MOST = 100_000_000  # bytes; who sends more is cut off
LONGEST = 20.0  # seconds
AT_ONCE = 4_096  # bytes; only between two reads is the clock looked at

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def draining(application: Application) -> Application:
    """Around a WSGI application, on a server whose input ends where the body does."""

    def drained(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = application(environ, start_response)
        if environ.get("wsgi.input_terminated") and has_body(environ):
            with suppress(Exception):  # whatever is wrong with the rest, the answer stands
                drop(environ["wsgi.input"])
        return answer

    return drained


def has_body(environ: dict[str, Any]) -> bool:
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    return chunked or environ.get("CONTENT_LENGTH", "0") not in ("", "0")


def drop(body: Any) -> None:
    began = monotonic()
    for _ in range(MOST // AT_ONCE):
        if not body.read(AT_ONCE) or monotonic() - began > LONGEST:
            return
