"""What becomes of the files' labels and people: chosen by a person, guessed to begin with."""

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .surveying import Survey

NEW = "+"  # a label or an account is made
LEFT_OUT = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """`labels`: the files' name -> a slug, NEW or LEFT_OUT. `people`: the files' name -> a user
    name, NEW or LEFT_OUT; what a model marked becomes suggestions to that person. `gold_as`: who
    gets the files' gold as their work, LEFT_OUT for nobody. `submit`: the work is handed in.
    `leave_out`: what cannot be taken stays behind, and the rest comes in all the same."""

    labels: MappingOf[str, str] = field(default_factory=dict)
    people: MappingOf[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()  # of the people, those whose marks are suggestions
    round: str = ""
    gold_as: str = LEFT_OUT
    submit: bool = True
    leave_out: bool = False

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "models": list(self.models)}

    @classmethod
    def from_json(cls, plain: MappingOf[str, Any]) -> "Mapping":
        return cls(**{**plain, "models": tuple(plain.get("models", ()))})


def default_mapping(
    found: Survey, *, labels: MappingOf[str, str], people: Sequence[str], round: str
) -> Mapping:
    """Same names meet; the rest is made new. `labels` are the study's: slug -> name."""
    by_name = {_folded(name): slug for slug, name in labels.items()}
    by_name |= {_folded(slug): slug for slug in labels}
    by_person = {name.casefold(): name for name in people}
    models = tuple(name for name, told in found.people.items() if told["is_model"])
    return Mapping(
        labels={name: by_name.get(_folded(name), NEW) for name in found.labels},
        people={
            name: by_person.get(name.casefold(), LEFT_OUT if name in models else NEW)
            for name in found.people
        },
        models=models,
        round=round,
    )


def slug_of(name: str, taken: Sequence[str] = ()) -> str:
    """A label's name in files: small letters, digits and _; another than those taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:36]
    stem = plain if plain[:1].isalpha() else f"label_{plain}".rstrip("_")[:36]
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}_{number}"
    return slug


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
