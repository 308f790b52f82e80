"""What an exchange needs to know: what a file is about, and what marks there are."""

from .finding import NotFound, find_article, find_assignment, find_manager, find_member, find_study
from .marks import read_marks

__all__ = [
    "NotFound",
    "find_article",
    "find_assignment",
    "find_manager",
    "find_member",
    "find_study",
    "read_marks",
]
