"""The one door from rows to measures."""

from .continua import EXTENT, fragments_of, read_continua
from .facts import read_codebook_versions, read_labels
from .inputs import ArticleInput, read_inputs

__all__ = [
    "EXTENT",
    "ArticleInput",
    "fragments_of",
    "read_codebook_versions",
    "read_continua",
    "read_inputs",
    "read_labels",
]
