"""In what the annotators of a case differ, and what it is called. Pure."""

from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "label", "nesting", "boundary", "missing", "attribute", "link", "unanimous", "added"
]
KINDS: dict[Kind, str] = {
    "label": "Different label",
    "nesting": "One inside the other",
    "boundary": "Different boundaries",
    "missing": "Not found by all",
    "attribute": "Different answers",
    "link": "Link",
    "unanimous": "Unanimous",
    "added": "Added by a curator",
}
