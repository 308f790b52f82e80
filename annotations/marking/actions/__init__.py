"""What can be done to marks. Each act is one transaction; each change leaves a row of history."""

from . import unmerging  # says how merging labels is undone
from .history import NotOpen, restore_from_history
from .operations import Refused, apply_operations, store_marks
from .reading import note_early_reading, note_reading
from .submission import (
    AlreadyClosed,
    ChangedMeanwhile,
    HandedIn,
    Unfinished,
    hand_in,
    submit_assignment,
)
from .time import record_time
from .undoing import NothingToRedo, NothingToUndo, redo_last, undo_last

__all__ = [
    "AlreadyClosed",
    "ChangedMeanwhile",
    "HandedIn",
    "NotOpen",
    "NothingToRedo",
    "NothingToUndo",
    "Refused",
    "Unfinished",
    "apply_operations",
    "hand_in",
    "note_early_reading",
    "note_reading",
    "record_time",
    "redo_last",
    "restore_from_history",
    "store_marks",
    "submit_assignment",
    "undo_last",
    "unmerging",
]
