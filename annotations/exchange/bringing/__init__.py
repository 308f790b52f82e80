"""From what files hold to what a study can take: seen, mapped, fitted. No Django."""

from .fitting import Book, fit_work
from .foreseeing import Here, Leaving, foresee, is_unseen, show_lost, works_of
from .mapping import LEFT_OUT, NEW, Mapping, default_mapping
from .new_labels import NewLabel, plan_labels
from .surveying import Survey, survey

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
    "show_lost",
    "survey",
    "works_of",
]
