"""What an exchange does: marks in and out, and the demo study."""

from .marks import Imported, MarksThere, export_marks, import_marks

__all__ = ["Imported", "MarksThere", "export_marks", "import_marks"]
