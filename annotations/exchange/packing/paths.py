"""Names of export files."""

from ..frame.paths import safe


def stem(name: str) -> str:
    """ "arden-2026" of a study's name."""
    return safe(name)
