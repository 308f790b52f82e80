"""What can be done to a study. Each act leaves a row in the audit."""

from .audit import record

__all__ = ["record"]
