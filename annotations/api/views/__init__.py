"""What each route answers. Importing a module enters its routes into the table."""

from . import (
    articles,
    assignments,
    cases,
    codebook,
    exports,
    gold,
    marks,
    reports,
    studies,
    suggestions,
)  # isort: skip

__all__ = [
    "articles",
    "assignments",
    "cases",
    "codebook",
    "exports",
    "gold",
    "marks",
    "reports",
    "studies",
    "suggestions",
]
