"""Pages of curation: one module a page."""

from .adding import add_link, add_span
from .adjudicate import adjudicate, close, names, ops, reopen, unanimous
from .case import case
from .custody import article_dissent, custody, dissent, link_custody
from .merge import merge, merge_state
from .mine import mine
from .queue import next_case, queue
from .versions import versions

__all__ = [
    "add_link",
    "add_span",
    "adjudicate",
    "article_dissent",
    "case",
    "close",
    "custody",
    "dissent",
    "link_custody",
    "merge",
    "merge_state",
    "mine",
    "names",
    "next_case",
    "ops",
    "queue",
    "reopen",
    "unanimous",
    "versions",
]
