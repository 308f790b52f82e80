"""Pages and answers of the marking room."""

from .finish import next_article, submit
from .history import history, restore
from .merging import merge_label
from .ops import ops, time
from .page import codebook, entities, page
from .reading import reading, reading_history
from .sentences import sentences

__all__ = [
    "codebook",
    "entities",
    "history",
    "merge_label",
    "next_article",
    "ops",
    "page",
    "reading",
    "reading_history",
    "restore",
    "sentences",
    "submit",
    "time",
]
