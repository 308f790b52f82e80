"""The report room's pages."""

from .article import article
from .columns import columns
from .live import agreement, methods, table
from .passages import passages
from .stored import (
    again,
    compare,
    make,
    progress,
    report,
    report_methods,
    report_print,
    report_table,
)

__all__ = [
    "again",
    "agreement",
    "article",
    "columns",
    "compare",
    "make",
    "methods",
    "passages",
    "progress",
    "report",
    "report_methods",
    "report_print",
    "report_table",
    "table",
]
