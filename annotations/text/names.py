"""Names as they are compared."""

import unicodedata


def fold(name: str) -> str:
    """A name for search and once-only: compatible letters, small, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
