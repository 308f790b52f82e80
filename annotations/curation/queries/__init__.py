"""Reading cases, gold and the discussion. The docket is the door to an article's cases."""

from .docket import (
    Docket,
    aliases_of,
    check_own_work,
    codebook_for_gold,
    fetch_docket,
    find_case,
    is_blind,
    read_cases,
    read_rows,
    submitted_works,
)
from .gold import (
    GoldArticle,
    case_content,
    dissent_of,
    gold_content,
    read_dissent,
    read_gold,
    read_gold_units,
    vote_shares,
)

__all__ = [
    "Docket",
    "GoldArticle",
    "aliases_of",
    "case_content",
    "check_own_work",
    "codebook_for_gold",
    "dissent_of",
    "fetch_docket",
    "find_case",
    "gold_content",
    "is_blind",
    "read_cases",
    "read_dissent",
    "read_gold",
    "read_gold_units",
    "read_rows",
    "submitted_works",
    "vote_shares",
]
