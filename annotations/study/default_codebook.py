"""The codebook that a new study starts from, read from `default_codebook.json`.

Plain values: no Django here, so that tests, notebooks and migrations can read them too.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

AttributeKind = Literal["choice", "yes_no", "text", "entity"]
Extent = Literal["word", "phrase", "sentence"]

FORMAT = "sourcemark-codebook/1"
FILE = Path(__file__).with_name("default_codebook.json")


@dataclass(frozen=True)
class Choice:
    """One answer to an attribute: `value` is stored and exported, `title` is shown."""

    value: str
    title: str


@dataclass(frozen=True)
class Attribute:
    """A question asked of each span of a label; `name` never changes."""

    name: str
    title: str
    kind: AttributeKind
    required: bool
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Label:
    """A category: `slug` never changes, the rest is the manager's to edit."""

    slug: str
    name: str
    definition: str
    key: str
    tag: str
    slot: int
    extent: Extent
    fragments: bool
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class Rule:
    """One card: `label` is the slug it belongs to, or None when it holds for all labels.

    In the examples, square brackets show the stretch to mark.
    """

    name: str
    title: str
    label: str | None
    text: str
    examples_yes: tuple[str, ...]
    examples_no: tuple[str, ...]
    hard_cases: tuple[str, ...]


@dataclass(frozen=True)
class DefaultCodebook:
    """The whole of it, labels and rules in the order in which they are shown."""

    title: str
    introduction: str
    labels: tuple[Label, ...]
    rules: tuple[Rule, ...]

    def rules_of(self, slug: str | None) -> tuple[Rule, ...]:
        """The cards of one label, or with None those that hold for every label."""
        return tuple(rule for rule in self.rules if rule.label == slug)


@cache
def default_codebook() -> DefaultCodebook:
    """Read the shipped codebook, once a process."""
    data = cast(dict[str, Any], json.loads(FILE.read_text(encoding="utf-8")))
    if data["format"] != FORMAT:
        raise ValueError(f"{FILE.name} is not in the format {FORMAT}")
    return DefaultCodebook(
        title=data["title"],
        introduction=data["introduction"],
        labels=tuple(_label(entry) for entry in data["labels"]),
        rules=tuple(_rule(entry) for entry in data["rules"]),
    )


def _label(entry: dict[str, Any]) -> Label:
    attributes = tuple(_attribute(each) for each in entry["attributes"])
    return Label(**{**entry, "attributes": attributes})


def _attribute(entry: dict[str, Any]) -> Attribute:
    choices = tuple(Choice(**each) for each in entry["choices"])
    return Attribute(**{**entry, "choices": choices})


def _rule(entry: dict[str, Any]) -> Rule:
    lists = {name: tuple(entry[name]) for name in ("examples_yes", "examples_no", "hard_cases")}
    return Rule(**{**entry, **lists})
