"""What an exchange does: marks in and out, and the demo study."""

from .demo import Demo, ensure_demo
from .exports import NotAllowed, make_export, record_file, remove_export, write_study
from .marks import Closed, Imported, MarksThere, export_marks, import_marks
from .whole import Restored, restore_study

__all__ = [
    "Closed",
    "Demo",
    "Imported",
    "MarksThere",
    "NotAllowed",
    "Restored",
    "ensure_demo",
    "export_marks",
    "import_marks",
    "make_export",
    "record_file",
    "remove_export",
    "restore_study",
    "write_study",
]
