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
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class NewAttribute:
    """`called` is its name in the files, `name` one that a codebook takes."""

    name: str
    called: str
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
            {
                "name": each.name,
                "title": each.title,
                "kind": each.kind,
                "choices": each.choices,
                "archived": False,
            }
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
    taken = [name for name in seen.attributes if _NAME.fullmatch(name)]
    for called, about in sorted(seen.attributes.items()):
        name = called
        if called not in taken:
            name = question_of(called, taken)
            taken.append(name)
        yield _attribute(name, called, about, told)


def question_of(called: str, taken: Sequence[str] = ()) -> str:
    """A question's name in files, from what others call it: "isQuoted" is is_quoted."""
    plain = slug_of(_HUMP.sub("_", called)) if re.search("[A-Za-z0-9]", called) else "question"
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}_{number}"
    return name


def _attribute(
    name: str, called: str, about: Mapping[str, Any], told: LabelRecord | None
) -> NewAttribute:
    asked = {each.name: each for each in told.attributes} if told else {}
    title = called if name != called else name.replace("_", " ").capitalize()
    kind, choices = about["kinds"][0], []
    if called in asked:
        kind, title = asked[called].kind, asked[called].title or title
        choices = [
            {"value": choice.value, "title": choice.title or choice.value}
            for choice in (*asked[called].choices, *asked[called].former_choices)
        ]
    if kind not in ATTRIBUTE_KINDS or len(about["kinds"]) > 1 or (kind == "choice" and not choices):
        kind = "text"
    if (
        kind == "text"
        and not about.get("is_long")
        and len(about["values"]) <= MOST_VALUES
        and about["n"] >= 5 * len(about["values"])
    ):
        kind = "choice"
        choices = [{"value": value, "title": value} for value in sorted(about["values"])]
    offered = tuple(choices) if kind == "choice" else ()
    return NewAttribute(name, called, title[:80], kind, offered)


def _untaken(words: str, taken: set[str]) -> str:
    found, number = words, 1
    while found.lower() in taken:
        number += 1
        found = f"{words} {number}"
    return found
