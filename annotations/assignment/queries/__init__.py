"""What is asked about assignments. Whatever spans several people is for managers and curators."""

from .door import fetch_assignment, fetch_overseer, fetch_sighted
from .own import next_assignment
from .people import list_annotators

__all__ = [
    "fetch_assignment",
    "fetch_overseer",
    "fetch_sighted",
    "list_annotators",
    "next_assignment",
]
