"""Pages and answers of the marking room."""

from .page import next_article, page

__all__ = ["next_article", "page"]
