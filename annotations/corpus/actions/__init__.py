"""What can be done to articles, and how they come in."""

from . import taking_back  # says how acts of this room are undone
from .articles import add_article, bin_article, edit_article, note_look, restore_article
from .importing import cancel_import, import_files, prepare_import
from .regions import mark_region, mark_words, unmark_region
from .storing import carry_out_import, store_import

__all__ = [
    "add_article",
    "bin_article",
    "cancel_import",
    "carry_out_import",
    "edit_article",
    "import_files",
    "mark_region",
    "mark_words",
    "note_look",
    "prepare_import",
    "restore_article",
    "store_import",
    "taking_back",
    "unmark_region",
]
