"""From what files hold to what a study can take: seen, mapped, fitted. No Django."""

from .fitting import Book, fit_work
from .mapping import LEFT_OUT, NEW, Mapping, default_mapping
from .surveying import Survey, survey

__all__ = [
    "LEFT_OUT",
    "NEW",
    "Book",
    "Mapping",
    "Survey",
    "default_mapping",
    "fit_work",
    "survey",
]
