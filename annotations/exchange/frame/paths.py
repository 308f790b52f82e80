"""Names of files made of titles: safe on every system, unique, always the same."""

import regex

from ..records import ArticleRecord

LONGEST = 60
_UNSAFE = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(10))}


class FileNames:
    """Gives each article its stem, in the order in which they come."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, article: ArticleRecord) -> str:
        """ "officials-say-more", or "officials-say-more-2" for the second of that title."""
        return self.unique(article.title)

    def unique(self, words: str) -> str:
        stem = safe(words)
        name, number = stem, 1
        while name in self._taken:
            number += 1
            name = f"{stem}-{number}"
        self._taken.add(name)
        return name


def safe(words: str) -> str:
    """Letters and digits of any script in small letters, dashes between; never empty."""
    stem = _UNSAFE.sub("-", words.lower()).strip("-")[:LONGEST].strip("-")
    return f"{stem}-file" if stem in _RESERVED else stem or "untitled"
