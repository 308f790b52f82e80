"""What keys of rows stand for: people, labels, rounds and the rest by their names."""

from typing import Any

from ..records import Row, Tables

NOBODY = ""
# The tables of a head that names and a StudyRecord are made of.
NEEDED = (
    "study",
    "user",
    "membership",
    "codebookversion",
    "label",
    "attribute",
    "rule",
    "round",
    "outlet",
    "entity",
    "mergerules",
    "merge",
)


class Names:
    """Of one study, from the rows that hold for all of it."""

    def __init__(self, head: Tables) -> None:
        self.people: dict[str, str] = _column(head, "user", "username")
        self.rounds: dict[str, str] = _column(head, "round", "name")
        self.versions: dict[str, int] = _column(head, "codebookversion", "number")
        self.outlets: dict[str, str] = _column(head, "outlet", "name")
        self.rules: dict[str, str] = _column(head, "rule", "name")
        self.labels = _by_id(head, "label")
        self.attributes = _by_id(head, "attribute")
        self.kinds: dict[tuple[str | None, str], str] = {
            (row["label"], row["name"]): row["kind"] for row in self.attributes.values()
        }
        self.entities = _by_id(head, "entity")
        self.merge_rules = _by_id(head, "mergerules")
        self.merges: dict[str, str] = _column(head, "merge", "rules")

    def person(self, key: str | None) -> str:
        return self.people.get(key, NOBODY) if key else NOBODY

    def merge_rule(self, rule: str, merge: str | None) -> str:
        """The rule that merged, with the number that it asks for: "at_least 3"."""
        rules = self.merge_rules.get(self.merges.get(merge or "", ""), {})
        wanted = rules.get("at_least") if rule == "at_least" else None
        return f"{rule} {wanted}" if wanted else rule

    def slug(self, label: str | None) -> str | None:
        return self.labels[label]["slug"] if label else None


def _by_id(head: Tables, table: str) -> dict[str, Row]:
    return {row["id"]: row for row in head.get(table, ())}


def _column(head: Tables, table: str, column: str) -> dict[str, Any]:
    return {row["id"]: row[column] for row in head.get(table, ())}
