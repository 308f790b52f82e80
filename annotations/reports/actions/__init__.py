"""What can be done in the report room."""

from .reports import NothingSubmitted, all_tables, compute_report, make_report, tables_now
from .sums import refresh_sums

__all__ = [
    "NothingSubmitted",
    "all_tables",
    "compute_report",
    "make_report",
    "refresh_sums",
    "tables_now",
]
