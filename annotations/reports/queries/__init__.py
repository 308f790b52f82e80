"""The one door from rows to measures."""

from .chosen import read_choice
from .continua import fragments_of, read_continua
from .facts import articles_of_group, read_versions
from .gold import read_beside_gold
from .groups import Groups, read_groups
from .inputs import ArticleInput, as_kept, read_inputs
from .kept import find_tables
from .names import read_asked, read_names, read_titles, with_entities
from .quotes import Quoted, quote_passages
from .scope import NotOpenYet, Scope, fetch_scope
from .stored import fetch_desk_scope, fetch_report

__all__ = [
    "ArticleInput",
    "Groups",
    "NotOpenYet",
    "Quoted",
    "Scope",
    "articles_of_group",
    "as_kept",
    "fetch_desk_scope",
    "fetch_report",
    "fetch_scope",
    "find_tables",
    "fragments_of",
    "quote_passages",
    "read_asked",
    "read_beside_gold",
    "read_choice",
    "read_continua",
    "read_groups",
    "read_inputs",
    "read_names",
    "read_titles",
    "read_versions",
    "with_entities",
]
