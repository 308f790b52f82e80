"""What every format stands on: files in, findings, losses, JSON of records, safe XML. No Django."""

from .findings import Finding, Findings, Kind
from .form import Chunk, Form, Hints, Option, Reading
from .losses import Loss
from .refused import FileRefused, TooMuch
from .sources import SourceFiles, SourceLimits
from .stored_text import StoredText, text_file

__all__ = [
    "Chunk",
    "FileRefused",
    "Finding",
    "Findings",
    "Form",
    "Hints",
    "Kind",
    "Loss",
    "Option",
    "Reading",
    "SourceFiles",
    "SourceLimits",
    "StoredText",
    "TooMuch",
    "text_file",
]
