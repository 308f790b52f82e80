"""Pages and answers of the marking room."""

from .ops import ops, time
from .page import next_article, page

__all__ = ["next_article", "ops", "page", "time"]
