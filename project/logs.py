"""How log lines look: one line an event, times in UTC."""

import logging
import time


class UtcFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """A line break in what somebody typed cannot begin a line that looks like ours."""
        told = super().format(record)
        return told if record.exc_info else told.replace("\r", "\\r").replace("\n", "\\n")
