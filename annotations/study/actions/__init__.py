"""What can be done to a study. Each act leaves a row in the audit."""

from . import taking_back  # says how acts of this room are undone
from .audit import Acted, record, record_each
from .studies import create_study

__all__ = ["Acted", "create_study", "record", "record_each", "taking_back"]
