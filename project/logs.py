"""How log lines look: one line an event, times in UTC; as words or, with LOG_FORMAT=json, JSON."""

import json
import logging
import time
from datetime import UTC, datetime


class UtcFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """A line break in what somebody typed cannot begin a line that looks like ours."""
        told = super().format(record)
        return told if record.exc_info else told.replace("\r", "\\r").replace("\n", "\\n")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message; what an event tells; trace if any."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=True, default=str)
