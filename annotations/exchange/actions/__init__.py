"""What an exchange does: marks in and out, and the demo study."""

from .demo import Demo, ensure_demo
from .marks import Closed, Imported, MarksThere, export_marks, import_marks

__all__ = [
    "Closed",
    "Demo",
    "Imported",
    "MarksThere",
    "ensure_demo",
    "export_marks",
    "import_marks",
]
