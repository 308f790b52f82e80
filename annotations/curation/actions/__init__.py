"""What can be done in curation. Each act is one transaction; each ruling leaves a row behind."""

from .adjudications import (
    AlreadyClosed,
    BrokenLinks,
    NotClosed,
    NothingToDecide,
    StillOpen,
    close_adjudication,
    open_adjudication,
    open_docket,
    reopen_adjudication,
    show_names,
)
from .merges import (
    NotCounted,
    NothingToMerge,
    apply_merge,
    count_merge,
    run_merge,
    save_merge_rules,
)
from .rulings import NotDecided, apply_rulings, decide, hold_case
from .unanimous import settle_unanimous

__all__ = [
    "AlreadyClosed",
    "BrokenLinks",
    "NotClosed",
    "NotCounted",
    "NotDecided",
    "NothingToDecide",
    "NothingToMerge",
    "StillOpen",
    "apply_merge",
    "apply_rulings",
    "close_adjudication",
    "count_merge",
    "decide",
    "hold_case",
    "open_adjudication",
    "open_docket",
    "reopen_adjudication",
    "run_merge",
    "save_merge_rules",
    "settle_unanimous",
    "show_names",
]
