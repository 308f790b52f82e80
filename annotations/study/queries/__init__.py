"""What is asked of a study: first of all, whether one may."""

from .door import check_second_factor, fetch_standing, find_standing

__all__ = ["check_second_factor", "fetch_standing", "find_standing"]
