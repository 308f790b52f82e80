"""How log lines look: one line an event, times in UTC; as words or, with LOG_FORMAT=json, JSON.

What somebody typed can neither begin a line that looks like ours nor get into the log by way of
a database's complaint, which quotes the row. gunicorn's own process loads this: nothing of Django.
"""

import json
import logging
import re
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType

LINE = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"
SECONDS = "%Y-%m-%dT%H:%M:%S"
INDENT = "    | "  # before each line of a trace
# Addresses that let in whoever has them: an invitation, a new password, a confirmed address.
SECRET = re.compile(
    r"(/invitations/|/accounts/password/reset/key/|/accounts/confirm-email/)[^/\s\\?\"']+"
)
BREAKS = str.maketrans(
    {char: repr(char)[1:-1] for char in "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
)
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def without_secrets(text: str) -> str:
    return SECRET.sub(r"\1…", text)


def on_one_line(text: str) -> str:
    return without_secrets(text).translate(BREAKS)


def without_detail(text: str) -> str:
    """A database's message without the row that it quotes, in all the lines after the first."""
    return re.split(r"[\r\n]+ ?(?:DETAIL|CONTEXT|HINT|QUERY|STATEMENT|LINE \d+): ?", text)[0]


def words(error: BaseException) -> str:
    """What the error says; of PostgreSQL's the sentence alone, in whatever language."""
    cause = error.__cause__
    said_by = cause if cause is not None and cause.args == error.args else error  # Django's wrapper
    primary = getattr(getattr(said_by, "diag", None), "message_primary", None)
    return primary or str(error).partition("DETAIL:")[0].rstrip()


def trace_lines(error: BaseException) -> Iterator[str]:
    """As Python prints it, the first cause first; each error's words on a line of their own."""
    chain: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in chain:
        chain.append(each)
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    for each in reversed(chain):
        for frame in traceback.format_tb(each.__traceback__):
            yield from frame.rstrip().splitlines()
        kind = type(each)
        yield on_one_line(f"{kind.__module__}.{kind.__qualname__}: {words(each)}")


class UtcFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = on_one_line(without_detail(record.message))
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:
        return "\n".join(INDENT + line for line in trace_lines(ei[1])) if ei[1] else ""

    def formatStack(self, stack_info: str) -> str:
        return "\n".join(INDENT + line for line in stack_info.splitlines())

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # kept by whoever formatted it before, in another way
        return super().format(record)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message; what an event tells; trace if any."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(without_detail(record.getMessage())),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[1]:
            told["trace"] = "\n".join(trace_lines(record.exc_info[1]))
        return json.dumps(told, ensure_ascii=True, default=str)


def formatter(form: str) -> logging.Formatter:
    """By the words of LOG_FORMAT."""
    return JsonFormatter() if form == "json" else UtcFormatter(LINE, SECONDS)
