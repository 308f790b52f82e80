"""What can be done in the report room."""

from .reports import (
    Job,
    NothingSubmitted,
    all_tables,
    compute_report,
    is_stalled,
    known_gamma,
    make_report,
    tables_now,
)
from .sums import count_inputs, refresh_sums

__all__ = [
    "Job",
    "NothingSubmitted",
    "all_tables",
    "compute_report",
    "count_inputs",
    "is_stalled",
    "known_gamma",
    "make_report",
    "refresh_sums",
    "tables_now",
]
