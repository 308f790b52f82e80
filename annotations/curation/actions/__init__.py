"""What can be done in curation. Each act is one transaction; each ruling leaves a row behind."""

from .adjudications import (
    AlreadyClosed,
    NotClosed,
    NothingToDecide,
    StillOpen,
    close_adjudication,
    open_adjudication,
    open_docket,
    reopen_adjudication,
    show_names,
)
from .rulings import NotDecided, apply_rulings, decide, hold_case

__all__ = [
    "AlreadyClosed",
    "NotClosed",
    "NotDecided",
    "NothingToDecide",
    "StillOpen",
    "apply_rulings",
    "close_adjudication",
    "decide",
    "hold_case",
    "open_adjudication",
    "open_docket",
    "reopen_adjudication",
    "show_names",
]
