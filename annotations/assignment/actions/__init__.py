"""What can be done to assignments. Each act leaves a row in the study's audit."""

from . import taking_back  # says how acts of this room are undone
from .handing_over import hand_over, hand_over_all
from .plans import apply_plan
from .returning import return_all, return_submission, take_back_unchanged
from .single import assign_article, remove_assignment, remove_waiting

__all__ = [
    "apply_plan",
    "assign_article",
    "hand_over",
    "hand_over_all",
    "remove_assignment",
    "remove_waiting",
    "return_all",
    "return_submission",
    "take_back_unchanged",
    "taking_back",
]
