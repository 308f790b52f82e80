"""What changed between two versions of a codebook, in words. Plain values, no Django."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Content = dict[str, Any]
Op = Literal["same", "gone", "new"]
What = Literal["added", "changed", "removed"]
EXTENTS = {"word": "a word", "phrase": "a phrase", "sentence": "a sentence"}
KINDS = {
    "choice": "one of several choices",
    "yes_no": "yes or no",
    "text": "text",
    "entity": "name from the source ledger",
}


@dataclass(frozen=True)
class Field:
    """One line of a card that reads differently: `words` shows both readings at once."""

    title: str
    words: tuple[tuple[Op, str], ...]


@dataclass(frozen=True)
class Difference:
    subject: str  # "Label Reporting", "Rule A2"
    what: What
    fields: tuple[Field, ...]


def compare(before: Content, after: Content) -> list[Difference]:
    """What a reader of `before` has to learn to follow `after`, in the order of the codebook.

    Labels are called by their newest name throughout, so that renaming one is a single change and
    not one of each of its rules and of the order as well.
    """
    names = label_names(before) | label_names(after)
    old, new = dict(things(before, names)), dict(things(after, names))
    found = [difference(old.get(key), new[key]) for key in new]
    found += [difference(old[key], None) for key in old if key not in new]
    return [each for each in found if each.what != "changed" or each.fields]


def difference(old: "Thing | None", new: "Thing | None") -> Difference:
    shown = new or old
    assert shown is not None
    what: What = "changed" if old and new else "added" if new else "removed"
    before, after = old.fields if old else {}, new.fields if new else {}
    titles = dict.fromkeys([*before, *after])
    fields = tuple(
        Field(title, tuple(words(before.get(title, ""), after.get(title, ""))))
        for title in titles
        if before.get(title, "") != after.get(title, "")
    )
    return Difference(shown.subject, what, fields)


@dataclass(frozen=True)
class Thing:
    subject: str
    fields: dict[str, str]


def label_names(content: Content) -> dict[str, str]:
    return {label["id"]: label["name"] for label in content.get("labels", [])}


def things(content: Content, names: dict[str, str]) -> Iterator[tuple[str, Thing]]:
    """(id, thing) of all that a codebook holds; `names` of labels by their ids."""
    labels = content.get("labels", [])
    order = ", ".join(names[label["id"]] for label in labels if not label["archived"])
    yield "order", Thing("Order of labels", {"Order": order})
    for label in labels:
        name = names[label["id"]]
        yield label["id"], Thing(f"Label {name}", label_fields(label))
        for attribute in label["attributes"]:
            subject = f"Question “{attribute['title']}” of {name}"
            yield attribute["id"], Thing(subject, attribute_fields(attribute))
        for rule in label["rules"]:
            yield rule["id"], Thing(f"Rule {rule['name']}", rule_fields(rule, name))
    for rule in content.get("rules", []):
        yield rule["id"], Thing(f"Rule {rule['name']}", rule_fields(rule, "All labels"))


def yes_no(value: bool) -> str:
    return "yes" if value else "no"


def label_fields(label: Content) -> dict[str, str]:
    return {
        "Name": label["name"],
        "Definition": label["definition"],
        "Key": label["key"],
        "Tag": label["tag"],
        "Colour": str(label["slot"]),
        "A click takes": EXTENTS.get(label["extent"], label["extent"]),
        "Several parts allowed": yes_no(label["fragments"]),
        "Archived": yes_no(label["archived"]),
    }


def attribute_fields(attribute: Content) -> dict[str, str]:
    return {
        "Question": attribute["title"],
        "Answer": KINDS.get(attribute["kind"], attribute["kind"]),
        "Required": yes_no(attribute["required"]),
        "Choices": "; ".join(choice["title"] for choice in attribute["choices"]),
        "Archived": yes_no(attribute["archived"]),
    }


def rule_fields(rule: Content, owner: str) -> dict[str, str]:
    return {
        "Belongs to": owner,
        "Title": rule["title"],
        "Text": rule["text"],
        "Yes": "\n".join(rule["examples_yes"]),
        "No": "\n".join(rule["examples_no"]),
        "Hard cases": "\n".join(rule["hard_cases"]),
    }


def words(before: str, after: str) -> Iterator[tuple[Op, str]]:
    """Both texts as one run of words, each marked as kept, gone or new."""
    a, b = re.findall(r"\s+|[^\s]+", before), re.findall(r"\s+|[^\s]+", after)
    for op, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            yield "same", "".join(a[i:j])
            continue
        if i < j:
            yield "gone", "".join(a[i:j])
        if k < m:
            yield "new", "".join(b[k:m])
