"""Pages of curation: one module a page."""

from .adjudicate import adjudicate, close, names, ops, reopen
from .case import case
from .queue import next_case, queue

__all__ = ["adjudicate", "case", "close", "names", "next_case", "ops", "queue", "reopen"]
