"""The one door from rows to measures."""

from .continua import EXTENT, read_continua
from .inputs import ArticleInput, read_inputs

__all__ = ["EXTENT", "ArticleInput", "read_continua", "read_inputs"]
