"""What an act of the history changed, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.template import Library

from annotations.study.forms.studies import SettingsForm
from annotations.study.models import AuditEntry, Role, RoundPurpose, SpanExtent

register = Library()
TITLES = {
    **{name: str(field.label) for name, field in SettingsForm.base_fields.items()},
    "ends_on": "Deadline",
    "examples_no": "Examples: no",
    "examples_yes": "Examples: yes",
    "extent": "A click without a selection takes",
    "fragments_allowed": "May have several separate parts",
    "key": "Key",
    "purpose": "Purpose",
    "required": "Must be answered",
    "slot": "Colour and line",
    "starts_on": "First day",
    "tag": "Tag",
    "text": "Words",
}
VALUES = {
    "extent": dict(SpanExtent.choices),
    "purpose": dict(RoundPurpose.choices),
    "role": dict(Role.choices),
    "roles": dict(Role.choices),
}


@register.filter
def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """(what, before, now) of what differs; `before` is empty where nothing was."""
    return list(_changes(entry.before or {}, entry.after or {}))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        same = was == now and before and after
        if same or name.endswith("_id"):  # by which an act is undone; names stand beside them
            continue
        yield title_of(name), _told(name, was) if name in before else "", _told(name, now)


def title_of(name: str) -> str:
    return TITLES.get(name) or name.replace("_", " ").capitalize()


def _told(name: str, value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_told(name, each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{title_of(key)}: {_told(key, each)}" for key, each in value.items())
    return str(VALUES.get(name, {}).get(value, value))
