"""What can be done in the report room."""

from .sums import refresh_sums

__all__ = ["refresh_sums"]
