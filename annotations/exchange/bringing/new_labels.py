"""Labels that files have and a study does not: what each would be if it were made."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..records import LabelRecord, StudyRecord
from .mapping import slug_of
from .surveying import MOST_VALUES, Seen, Survey

ATTRIBUTE_KINDS = ("choice", "yes_no", "text", "entity")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class NewAttribute:
    name: str
    title: str
    kind: str
    choices: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NewLabel:
    """`told` is what the files' own codebook says of it, if they have one."""

    slug: str
    called: str  # by the files
    name: str
    fragments: bool
    attributes: tuple[NewAttribute, ...]
    told: LabelRecord | None

    def as_content(self) -> dict[str, Any]:
        """As much of a codebook version's content as fitting asks."""
        asked = [
            {"name": each.name, "kind": each.kind, "choices": each.choices, "archived": False}
            for each in self.attributes
        ]
        return {
            "slug": self.slug,
            "name": self.name,
            "fragments": self.fragments,
            "archived": False,
            "attributes": asked,
        }


def plan_labels(
    names: Iterable[str],
    found: Survey,
    told: StudyRecord,
    there: Sequence[Mapping[str, Any]],
) -> dict[str, NewLabel]:
    """By the files' names. `there` are the labels of the study's codebook content."""
    known = {label.slug: label for book in told.codebooks for label in book.labels}
    slugs = [label["slug"] for label in there]
    titles = {label["name"].lower() for label in there if not label["archived"]}
    planned: dict[str, NewLabel] = {}
    for name in sorted(names):
        own, seen = known.get(name), found.labels[name]
        called = (own.name if own else "") or name
        made = NewLabel(
            slug=slug_of(name, slugs),
            called=called,
            name=_untaken(called[:50], titles),
            fragments=seen.most_fragments > 1 or bool(own and own.fragments),
            attributes=tuple(_attributes(seen, own)),
            told=own,
        )
        slugs.append(made.slug)
        titles.add(made.name.lower())
        planned[name] = made
    return planned


def _attributes(seen: Seen, told: LabelRecord | None) -> Iterator[NewAttribute]:
    for name, about in sorted(seen.attributes.items()):
        if _NAME.fullmatch(name):
            yield _attribute(name, about, told)


def _attribute(name: str, about: Mapping[str, Any], told: LabelRecord | None) -> NewAttribute:
    asked = {each.name: each for each in told.attributes} if told else {}
    kind, choices, title = about["kinds"][0], [], name.replace("_", " ").capitalize()
    if name in asked:
        kind, title = asked[name].kind, asked[name].title or title
        choices = [
            {"value": choice.value, "title": choice.title or choice.value}
            for choice in (*asked[name].choices, *asked[name].former_choices)
        ]
    if kind not in ATTRIBUTE_KINDS or len(about["kinds"]) > 1 or (kind == "choice" and not choices):
        kind = "text"
    if (
        kind == "text"
        and len(about["values"]) <= MOST_VALUES
        and about["n"] >= 5 * len(about["values"])
    ):
        kind = "choice"
        choices = [{"value": value, "title": value} for value in sorted(about["values"])]
    return NewAttribute(name, title[:80], kind, tuple(choices) if kind == "choice" else ())


def _untaken(words: str, taken: set[str]) -> str:
    found, number = words, 1
    while found.lower() in taken:
        number += 1
        found = f"{words} {number}"
    return found
