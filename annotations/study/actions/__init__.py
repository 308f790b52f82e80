"""What can be done to a study. Each act leaves a row in the audit."""

from . import taking_back  # says how acts of this room are undone
from .audit import record
from .studies import create_study

__all__ = ["create_study", "record", "taking_back"]
