"""From what files hold to what a study can take: seen, mapped, fitted. No Django."""

from .fitting import Book, fit_work
from .foreseeing import (
    Here,
    Leaving,
    foresee,
    is_unseen,
    refuse_worked,
    show_foreseen,
    works_of,
)
from .mapping import LEFT_OUT, NEW, Mapping, default_mapping
from .new_labels import NewLabel, plan_labels
from .surveying import Survey, survey
from .taking import taken

__all__ = [
    "LEFT_OUT",
    "NEW",
    "Book",
    "Here",
    "Leaving",
    "Mapping",
    "NewLabel",
    "Survey",
    "default_mapping",
    "fit_work",
    "foresee",
    "is_unseen",
    "plan_labels",
    "refuse_worked",
    "show_foreseen",
    "survey",
    "taken",
    "works_of",
]
