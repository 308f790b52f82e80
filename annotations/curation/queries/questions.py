"""Answers in the codebook's words: titles of questions and of choices."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from annotations.study.models import Attribute, AttributeKind, Study

YES_NO = {"yes": "Yes", "no": "No", "true": "Yes", "false": "No"}


@dataclass(frozen=True)
class Questions:
    """`titles`: slug or id of a label -> name of a question -> its title, titles of values."""

    titles: Mapping[str, Mapping[str, tuple[str, Mapping[str, str]]]]

    def told(
        self, label: str, answers: Mapping[str, str] | Iterable[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """What a label's questions were answered with, in their order; others under their names."""
        given, asked = dict(answers), self.titles.get(label, {})
        names = [*(name for name in asked if name in given), *sorted(given.keys() - asked.keys())]
        plain: tuple[str, Mapping[str, str]] = ("", {})
        found = [(name, *asked.get(name, plain)) for name in names]
        return [
            (title or name.replace("_", " ").capitalize(), values.get(given[name], given[name]))
            for name, title, values in found
        ]


def read_questions(study: Study | uuid.UUID) -> Questions:
    """One query."""
    titles: dict[str, dict[str, tuple[str, Mapping[str, str]]]] = {}
    columns = ("label", "label__slug", "name", "title", "kind", "choices")
    for pk, slug, name, title, kind, choices in Attribute.objects.filter(study=study).values_list(
        *columns
    ):
        values = {one["value"]: one["title"] for one in choices}
        said = (title, YES_NO if kind == AttributeKind.YES_NO else values)
        for key in (str(pk), slug):
            titles.setdefault(key, {})[name] = said
    return Questions(titles)
