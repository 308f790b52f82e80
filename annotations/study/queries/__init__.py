"""What is asked of a study: first of all, whether one may."""

from .door import fetch_standing, find_standing

__all__ = ["fetch_standing", "find_standing"]
