"""The head of a corpus, from rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..records import (
    AttributeRecord,
    ChoiceRecord,
    CodebookRecord,
    EntityRecord,
    LabelRecord,
    MembershipRecord,
    PersonRecord,
    RoundRecord,
    Row,
    RuleRecord,
    StudyRecord,
    Tables,
)
from .names import Names

Content = Mapping[str, Any]


def study_record(head: Tables, names: Names) -> StudyRecord:
    study = head["study"][0]
    return StudyRecord(
        name=study["name"],
        description=study.get("description", ""),
        hide_source=study.get("hide_source", False),
        codebooks=tuple(_codebooks(head, names)),
        people=tuple(_people(head)),
        rounds=tuple(_round(row) for row in head.get("round", ())),
        entities=tuple(
            EntityRecord(row["id"], row["name"])
            for row in head.get("entity", ())
            if not row.get("owner") and not row.get("deleted_at")
        ),
        id=study["id"],
    )


def _codebooks(head: Tables, names: Names) -> Iterable[CodebookRecord]:
    """Every version, oldest first; the last as the rows say it now."""
    versions = sorted(head.get("codebookversion", ()), key=lambda row: row["number"])
    for row in versions:
        content = row["content"] if row is not versions[-1] else _content_now(head)
        yield CodebookRecord(
            number=row["number"],
            labels=tuple(_label(each) for each in content.get("labels", ())),
            rules=tuple(_rule(each) for each in content.get("rules", ())),
            reason=row.get("reason", ""),
            created_at=row.get("created_at", ""),
            created_by=names.person(row.get("created_by")),
            id=row["id"],
        )


def _content_now(head: Tables) -> Content:
    """The codebook in the shape of a version's content."""
    rules = [row for row in _sorted(head, "rule") if not row.get("archived_at")]

    def rules_of(label: str | None) -> list[Row]:
        return [_lines_split(row) for row in rules if row.get("label") == label]

    labels = [
        {
            **row,
            "fragments": row.get("fragments_allowed", False),
            "archived": bool(row.get("archived_at")),
            "rules": rules_of(row["id"]),
            "attributes": [
                _choices_split(each)
                for each in _sorted(head, "attribute")
                if each["label"] == row["id"]
            ],
        }
        for row in _sorted(head, "label")
    ]
    return {"labels": labels, "rules": rules_of(None)}


def _sorted(head: Tables, table: str) -> list[Row]:
    rows = head.get(table, ())
    return sorted(rows, key=lambda row: (row.get("position", 0), row.get("name", ""), row["id"]))


def _lines_split(row: Row) -> Row:
    parts = ("examples_yes", "examples_no", "hard_cases")
    return {**row, **{part: row.get(part, "").splitlines() for part in parts}}


def _choices_split(row: Row) -> Row:
    choices = row.get("choices", ())
    return {
        **row,
        "choices": [each for each in choices if not each.get("archived")],
        "former_choices": [each for each in choices if each.get("archived")],
        "archived": bool(row.get("archived_at")),
    }


def _label(content: Content) -> LabelRecord:
    return LabelRecord(
        slug=content["slug"],
        name=content.get("name", ""),
        definition=content.get("definition", ""),
        key=content.get("key", ""),
        tag=content.get("tag", ""),
        slot=content.get("slot", 1),
        extent=content.get("extent", "phrase"),
        fragments=content.get("fragments", False),
        archived=content.get("archived", False),
        attributes=tuple(_attribute(each) for each in content.get("attributes", ())),
        rules=tuple(_rule(each) for each in content.get("rules", ())),
        id=content.get("id", ""),
    )


def _attribute(content: Content) -> AttributeRecord:
    return AttributeRecord(
        name=content["name"],
        title=content.get("title", ""),
        kind=content.get("kind", "text"),
        required=content.get("required", False),
        choices=_choices(content.get("choices", ())),
        former_choices=_choices(content.get("former_choices", ())),
        archived=content.get("archived", False),
        id=content.get("id", ""),
    )


def _choices(choices: Iterable[Content]) -> tuple[ChoiceRecord, ...]:
    return tuple(ChoiceRecord(each["value"], each.get("title", "")) for each in choices)


def _rule(content: Content) -> RuleRecord:
    return RuleRecord(
        name=content["name"],
        text=content.get("text", ""),
        title=content.get("title", ""),
        examples_yes=tuple(content.get("examples_yes", ())),
        examples_no=tuple(content.get("examples_no", ())),
        hard_cases=tuple(content.get("hard_cases", ())),
        id=content.get("id", ""),
    )


def _people(head: Tables) -> Iterable[PersonRecord]:
    """By user name. Everybody who did anything, whether a member now or not."""
    roles: dict[str, list[MembershipRecord]] = {}
    for row in head.get("membership", ()):
        role = MembershipRecord(
            row["role"], row.get("started_at", ""), row.get("ended_at", ""), row["id"]
        )
        roles.setdefault(row["user"], []).append(role)
    for row in sorted(head.get("user", ()), key=lambda row: row["username"]):
        yield PersonRecord(
            row["username"],
            row.get("display_name", ""),
            memberships=tuple(sorted(roles.get(row["id"], ()), key=lambda role: role.role)),
            id=row["id"],
        )


def _round(row: Row) -> RoundRecord:
    return RoundRecord(
        row["name"],
        row.get("purpose", "main"),
        row.get("position", 0),
        row.get("starts_on", ""),
        row.get("ends_on", ""),
        row.get("comparison_opened_at", ""),
        row.get("closed_at", ""),
        row["id"],
    )
